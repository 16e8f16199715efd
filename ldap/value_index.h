// From the hash of a value to the nodes that have it, sorted. Values whose hashes meet share a
// list: who looks up checks the value itself. A single node, the usual case, takes no list.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ldap/node_table.h"
#include "ldap/record.h"

namespace habilitd::ldap {

class ValueIndex {
 public:
  // Good until the next change.
  std::span<const NodeId> find(std::uint32_t hash) const;

  // A node is inserted once for a hash. `in_order`: keep the list sorted; while loading it is
  // cheaper to append and to call sort() at the end.
  void insert(std::uint32_t hash, NodeId, bool in_order);
  void erase(std::uint32_t hash, NodeId);
  void sort();

 private:
  static constexpr std::uint32_t kList = 0x80000000;  // set: the rest is the number of a list
  std::uint32_t new_list();
  NodeTable table_;
  std::vector<std::vector<NodeId>> lists_;
  std::vector<std::uint32_t> free_lists_;
};

}  // namespace habilitd::ldap
