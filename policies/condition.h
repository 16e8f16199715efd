// The `when` of a rule: a closed, total expression over facts, compiled at load.
//
//   {"all":[c,...]} {"any":[c,...]} {"not":c}       one condition or more
//   {"known":[path]}                                a whole entity ("subject") or an attribute
//   {"eq":[a,b]}                                    two strings, two numbers or two booleans
//   {"same":[path,path]}                            two attributes that hold the same id (text)
//   {"in":[a,list]} {"contains":[list,a]}           membership
//   {"subset":[list,list]} {"intersects":[list,list]}
//   {"lt"|"le"|"gt"|"ge":[a,b]}                     numbers
//   {"before"|"after":[a,b]}                        RFC 3339 instants, strictly
//
// An operand is a path or a literal. A string is a path when it holds a dot and the part before the
// first dot is an entity (subject, target, resource, role, request, action, context); every other
// string, number, boolean and list of these is a literal. {"value": ...} is always a literal, for
// the string that only looks like a path. Inside a list nothing is a path. A condition without any
// path is an error: it could only be a misspelt entity.
//
// Truth is three-valued (Kleene): an attribute that is missing, null or of the wrong type makes its
// comparison indeterminate; `all` with a false arm is false and `any` with a true arm is true
// whatever the others are; `known` is never indeterminate.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace habilitd::policies {

class Problems;  // policies/reader.h

using Facts = Json;  // described in policies/engine.h

enum class Truth { kFalse, kTrue, kIndeterminate };

enum class Operator {
  kAll,
  kAny,
  kNot,
  kKnown,
  kEq,
  kSame,
  kIn,
  kContains,
  kSubset,
  kIntersects,
  kLt,
  kLe,
  kGt,
  kGe,
  kBefore,
  kAfter
};

struct Operand {
  std::vector<std::string> path;  // entity, then members; empty for a literal
  Json literal;
  std::optional<Instant> instant;  // of a literal compared by before or after

  bool is_path() const { return !path.empty(); }
  std::string text() const;  // "subject.id", or the literal as JSON
};

struct Condition {
  Operator op = Operator::kAll;
  std::vector<Condition> arms;    // of all, any and not
  std::vector<Operand> operands;  // of the comparisons
};

inline constexpr int kMaxConditionDepth = 16;

// Problems are added with their places; the condition is then of no use.
Condition compile_condition(const Json&, const std::string& place, Problems&);

// Never throws on facts of any shape; no allocation except for instants read from facts.
Truth evaluate(const Condition&, const Facts&);

// What an operand is for these facts; null when missing or JSON null.
const Json* value_of(const Operand&, const Facts&);

// The paths that make an indeterminate condition so, in the order written, with repeats. Empty for
// a condition that is true or false.
void collect_unknown(const Condition&, const Facts&, std::vector<std::string>& paths);

// Every path the condition reads, in the order written.
void collect_operands(const Condition&, std::vector<const Operand*>& operands);

}  // namespace habilitd::policies
