// One filter on one resource after the other, by columns where there are some.
#pragma once

#include "scim/columns.h"
#include "scim/filter_walk.h"
#include "scim/ranking.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

// Everything given must outlive it. Not thread-safe.
class FilterScan {
 public:
  FilterScan(const FilterNode& filter, const ColumnSet& columns, ResourceReader& reader,
             const ldap::Mirror::View& view)
      : filter_(filter), columns_(columns), reader_(reader), view_(view) {}

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
  bool any(const FilterNode& node, const std::size_t* only) {
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
  ResourceReader& reader_;
  const ldap::Mirror::View& view_;
  const Hit* hit_ = nullptr;
  bool looked_ = false;
};

}  // namespace habilitd::scim
