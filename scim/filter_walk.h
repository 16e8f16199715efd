// How the parts of a filter combine (RFC 7644 section 3.4.2.2). What a comparison finds is the
// business of Values, for one resource:
//
//   bool any(const FilterNode&, const std::size_t* only);   does a value satisfy it? `only`: this
//                                                           element's
//   std::size_t count(const FilterNode&);                   elements that kElement has to try
//   std::optional<bool> known(const FilterNode&);           what kElement finds, if that is known
#pragma once

#include <algorithm>
#include <optional>

#include "scim/filter.h"

namespace habilitd::scim {

template <class Values>
bool holds(const FilterNode& node, Values& values, const std::size_t* only = nullptr) {
  const auto child_holds = [&](const FilterNode& child) { return holds(child, values, only); };
  switch (node.op) {
    case FilterOp::kNever:
      return false;
    case FilterOp::kNot:
      return !child_holds(node.children.front());
    case FilterOp::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), child_holds);
    case FilterOp::kOr:
      return std::any_of(node.children.begin(), node.children.end(), child_holds);
    case FilterOp::kElement: {
      if (const std::optional<bool> known = values.known(node)) return *known;
      const std::size_t count = values.count(node);
      for (std::size_t i = 0; i < count; ++i) {
        if (holds(node.children.front(), values, &i)) return true;
      }
      return false;
    }
    case FilterOp::kNotEqual:
      return !values.any(node, only);
    default:
      return values.any(node, only);
  }
}

}  // namespace habilitd::scim
