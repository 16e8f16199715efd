// The links of one node, by slot: almost always none or one, so they are a chain and not a table.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ldap/record.h"

namespace habilitd::ldap {

class NodeLinks {
 public:
  // Null when there are none.
  const std::vector<NodeId>* find(std::uint8_t slot) const {
    for (const List* list = first_.get(); list != nullptr; list = list->next.get()) {
      if (list->slot == slot) return &list->ids;
    }
    return nullptr;
  }
  std::vector<NodeId>* find(std::uint8_t slot) {
    return const_cast<std::vector<NodeId>*>(std::as_const(*this).find(slot));
  }
  std::vector<NodeId>& edit(std::uint8_t slot) {
    if (auto* ids = find(slot)) return *ids;
    first_ = std::make_unique<List>(List{{}, std::move(first_), slot});
    return first_->ids;
  }
  void drop(std::uint8_t slot) {
    for (std::unique_ptr<List>* list = &first_; *list; list = &(*list)->next) {
      if ((*list)->slot != slot) continue;
      *list = std::move((*list)->next);
      return;
    }
  }
  template <class Use>
  void each(Use&& use) {
    for (List* list = first_.get(); list != nullptr; list = list->next.get()) {
      use(list->slot, list->ids);
    }
  }
  bool empty() const { return first_ == nullptr; }
  // Asks the memory for what find() will look at: the chain, and then the first of its lists.
  void expect() const { __builtin_prefetch(first_.get()); }
  void expect_ids() const {
    if (first_) __builtin_prefetch(first_->ids.data());
  }

 private:
  struct List {
    std::vector<NodeId> ids;
    std::unique_ptr<List> next;
    std::uint8_t slot;
  };
  std::unique_ptr<List> first_;
};

}  // namespace habilitd::ldap
