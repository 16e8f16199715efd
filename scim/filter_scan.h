// One filter on one resource after the other, by columns and marks where there are some.
#pragma once

#include <algorithm>

#include "scim/columns.h"
#include "scim/filter_walk.h"
#include "scim/link_marks.h"
#include "scim/ranking.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

// What spares looking at records, for one filter and one view.
struct FilterAids {
  ColumnSet columns;
  LinkMarks marks;

  // Has the filter to look at records nevertheless?
  bool needs_records(const FilterNode& node) const {
    if (marks.has(node) || node.op == FilterOp::kNever) return false;
    if (node.children.empty()) return !node.path.attribute || !columns.find(node.path);
    return std::any_of(node.children.begin(), node.children.end(),
                       [this](const FilterNode& child) { return needs_records(child); });
  }
};

// Everything given must outlive it. Not thread-safe.
class FilterScan {
 public:
  FilterScan(const FilterNode& filter, const FilterAids& aids, ResourceReader& reader,
             const ldap::Mirror::View& view)
      : filter_(filter), columns_(aids.columns), marks_(aids.marks), reader_(reader), view_(view) {}

  bool matches(const Hit& hit) {
    hit_ = &hit;
    looked_ = false;
    return holds(filter_, *this);
  }

  // For holds().
  std::size_t count(const FilterNode& element) {
    const FilterNode* leaf = &element;
    while (!leaf->children.empty()) leaf = &leaf->children.front();
    if (leaf->op != FilterOp::kNever) {
      if (const Column* column = columns_.find(leaf->path)) return column->count(hit_->node);
    }
    return record().count(*element.path.attribute);
  }
  std::optional<bool> known(const FilterNode& node) const { return marks_.of(node, hit_->node); }
  bool any(const FilterNode& node, const std::size_t* only) {
    if (const auto marked = known(node); marked && !only) return *marked;
    const Column* column = columns_.find(node.path);
    if (!column) return any_value(node, record(), only);
    const bool exact = node.path.leaf().case_exact;
    if (column->has_texts() && node.op != FilterOp::kPresent && !only) {
      if (node.operand.kind != Operand::Kind::kText) return false;
      const std::string& operand = exact ? node.operand.text : node.operand.folded;
      return column->any_text(hit_->node, [&](std::string_view value) {
        return compare_plain(node.op, value, operand);
      });
    }
    const auto satisfies = [&](const Scalar& value) {
      return node.op == FilterOp::kPresent ? value.present()
                                           : compare(node.op, value, node.operand, exact);
    };
    return only ? satisfies(column->get(hit_->node, *only)) : column->any(hit_->node, satisfies);
  }

 private:
  const Accessor& record() {
    if (!looked_) reader_.glance_at(hit_->node, view_);
    looked_ = true;
    return reader_;
  }

  const FilterNode& filter_;
  const ColumnSet& columns_;
  const LinkMarks& marks_;
  ResourceReader& reader_;
  const ldap::Mirror::View& view_;
  const Hit* hit_ = nullptr;
  bool looked_ = false;
};

}  // namespace habilitd::scim
