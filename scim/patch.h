// PATCH (RFC 7644 section 3.5.2): a PatchOp message becomes a list of edits, each with a resolved
// and permitted target; edits are applied in order to a tree. The caller writes the result at once,
// or not.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "scim/dialect.h"
#include "scim/filter.h"

namespace habilitd::scim {

enum class PatchOp : std::uint8_t { kAdd, kRemove, kReplace };

struct Edit {
  PatchOp op = PatchOp::kAdd;
  PatchPath target;  // path-less operations are taken apart: one edit for each attribute
  Json value;        // null: none
};

// Errors: kInvalid with invalidSyntax, invalidPath, invalidFilter, noTarget, mutability.
Result<std::vector<Edit>> parse_patch(const ResourceType&, const Json& body, Tolerance&);

// `tree` as normalise() makes it. After an error the tree is not to be used.
// Errors: kInvalid with invalidValue, invalidSyntax, noTarget, mutability.
Status apply_edit(const ResourceType&, Json& tree, const Edit&, Tolerance&);

// What an "and" of equalities says about the element it is looking for, as an object; null when the
// filter says more than that.
Json element_implied_by(const FilterNode&);

}  // namespace habilitd::scim
