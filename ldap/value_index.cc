#include "ldap/value_index.h"

#include <algorithm>

namespace habilitd::ldap {

std::span<const NodeId> ValueIndex::find(std::uint32_t hash) const {
  const std::uint32_t* slot = table_.find(hash);
  if (slot == nullptr) return {};
  if ((*slot & kList) == 0) return {slot, 1};
  return lists_[*slot & ~kList];
}

std::uint32_t ValueIndex::new_list() {
  if (free_lists_.empty()) {
    lists_.emplace_back();
    return static_cast<std::uint32_t>(lists_.size() - 1);
  }
  const std::uint32_t number = free_lists_.back();
  free_lists_.pop_back();
  return number;
}

void ValueIndex::insert(std::uint32_t hash, NodeId node, bool in_order) {
  std::uint32_t* slot = table_.find(hash);
  if (slot == nullptr) {
    table_.insert(hash, node);
    return;
  }
  if ((*slot & kList) == 0) {
    const std::uint32_t number = new_list();
    lists_[number].push_back(*slot);
    *slot = number | kList;
  }
  auto& list = lists_[*slot & ~kList];
  const auto place = in_order ? std::lower_bound(list.begin(), list.end(), node) : list.end();
  list.insert(place, node);
}

void ValueIndex::erase(std::uint32_t hash, NodeId node) {
  std::uint32_t* slot = table_.find(hash);
  if (slot == nullptr) return;
  if ((*slot & kList) == 0) {
    if (*slot == node) table_.erase(hash, node);
    return;
  }
  const std::uint32_t number = *slot & ~kList;
  auto& list = lists_[number];
  if (const auto place = std::find(list.begin(), list.end(), node); place != list.end()) {
    list.erase(place);
  }
  if (list.size() > 1) return;
  *slot = list.front();
  std::vector<NodeId>().swap(list);
  free_lists_.push_back(number);
}

void ValueIndex::sort() {
  for (auto& list : lists_) std::sort(list.begin(), list.end());
}

}  // namespace habilitd::ldap
