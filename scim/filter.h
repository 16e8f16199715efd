// SCIM filters (RFC 7644 section 3.4.2.2): parsed by recursive descent into a predicate whose names
// and types have been checked against the schema table, and matched against any Accessor.
//
// Choices where the RFC is silent: `ne` is the negation of `eq` (an unassigned attribute is not
// equal to anything, so `ne` is true of it); `eq null` is `not (a pr)`; a complex attribute stands
// for its "value"; after a value path a sub-attribute may be compared (emails[type eq "work"].value
// eq "x").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scim/accessor.h"
#include "scim/dialect.h"

namespace habilitd::scim {

enum class FilterOp : std::uint8_t {
  kAnd,
  kOr,
  kNot,
  kElement,
  kPresent,
  kEqual,
  kNotEqual,
  kContains,
  kStartsWith,
  kEndsWith,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kNever
};

struct Operand {
  enum class Kind { kNull, kText, kBool, kNumber, kInstant };
  Kind kind = Kind::kNull;
  std::string text;    // as written
  std::string folded;  // for attributes that are not case-exact
  bool flag = false;
  double number = 0;
  Instant instant{};
};

struct FilterNode {
  FilterOp op = FilterOp::kNever;
  Path path;        // comparisons; kElement: the attribute whose elements are tried
  Operand operand;  // comparisons
  std::vector<FilterNode> children;  // kAnd and kOr: two or more; kNot and kElement: one
};

struct FilterLimits {
  std::size_t bytes = 4096, depth = 48, terms = 2000;
};

struct FilterContext {
  const ResourceType& type;
  Tolerance* tolerance = nullptr;  // null: no quirks
  bool unknown_is_false = false;   // at the root an attribute of another type matches nothing
  FilterLimits limits;
};

// Errors: kInvalid with reason invalidFilter or tooMany; the detail may be shown and names the
// place.
Result<FilterNode> parse_filter(std::string_view text, const FilterContext&);

// A path of PATCH (RFC 7644 figure 7): attrPath, or valuePath with an optional sub-attribute.
struct PatchPath {
  Path path;                         // `sub` set for emails.type and emails[...].type
  std::optional<FilterNode> filter;  // within the brackets, on elements of path.attribute
};
// Errors: kInvalid with reason invalidPath, or invalidFilter for what stands in brackets.
Result<PatchPath> parse_patch_path(std::string_view text, const FilterContext&);

bool matches(const FilterNode&, const Accessor&);
// A filter from within brackets, on one element.
bool element_matches(const FilterNode&, const Accessor&, std::size_t element);

// One comparison: does the value satisfy it? `exact`: the attribute's letter case matters.
bool compare(FilterOp, const Scalar&, const Operand&, bool exact);
// The same of two texts that have been folded already, or whose letter case matters.
bool compare_plain(FilterOp, std::string_view value, std::string_view operand);
// A comparison, or "pr": does one value of its attribute satisfy it? `only`: this element's.
bool any_value(const FilterNode&, const Accessor&, const std::size_t* only);

}  // namespace habilitd::scim
