// Strict reading of a parsed JSON file: every problem is kept with its place (a JSON Pointer, RFC
// 6901), unknown keys are problems, and reading goes on so that an administrator sees all of them
// at once. Used by the loaders of this folder only.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "policies/policy.h"

namespace habilitd::policies {

class Problems {
 public:
  void add(const std::string& place, const std::string& message);
  bool empty() const { return lines_.empty(); }
  // kInvalid with the given reason; the detail has one "place: message" line a problem (20 at
  // most). Precondition: !empty().
  Error error(std::string reason) const;

 private:
  std::vector<std::string> lines_;
};

// The place of a member or an element below a place.
std::string below(const std::string& place, std::string_view key);
std::string below(const std::string& place, std::size_t index);

// Letters, digits, '.', '_' and '-', 1 to 64 characters: what ids of policies, rules and roles look
// like.
bool is_name(std::string_view);

// The members of one object. A value of the wrong type is reported once and read as the default.
class ObjectReader {
 public:
  // Reports a value that is not an object, and each member whose key is not known.
  ObjectReader(const Json& value, std::string place, Problems& problems,
               std::initializer_list<std::string_view> known);

  const Json* find(std::string_view key) const;  // null when absent
  const Json* need(std::string_view key) const;  // reported when absent
  // Null, and reported, when present and not an array of `least` to `most` elements.
  const Json* array(std::string_view key, std::size_t least, std::size_t most) const;

  std::string name(std::string_view key) const;  // required, is_name
  std::string one_of(std::string_view key, std::initializer_list<std::string_view> words,
                     std::string_view otherwise) const;  // an empty otherwise: required
  bool flag(std::string_view key, bool otherwise) const;
  int number(std::string_view key, int otherwise, int least, int most) const;
  Labels labels(std::string_view key) const;
  std::vector<std::string> names(std::string_view key) const;  // [] when absent; no repeats
  std::optional<CalendarPeriod> period(std::string_view key) const;

  const std::string& place() const { return place_; }
  std::string place(std::string_view key) const { return below(place_, key); }
  Problems& problems() const { return problems_; }

 private:
  const Json& object_;
  std::string place_;
  Problems& problems_;
};

// A period longer than nothing, or nothing and a problem.
std::optional<CalendarPeriod> read_period(const Json&, const std::string& place, Problems&);

}  // namespace habilitd::policies
