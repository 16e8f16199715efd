#include "ldap/node_table.h"

namespace habilitd::ldap {

void NodeTable::insert(std::uint32_t hash, std::uint32_t value) {
  if ((size_ + 1) * 4 > slots_.size() * 3) grow();
  std::size_t i = hash & mask();
  while (slots_[i].value != kNone) i = (i + 1) & mask();
  slots_[i] = {hash, value};
  ++size_;
}

void NodeTable::erase(std::uint32_t hash, std::uint32_t value) {
  const std::uint32_t* found = find(hash, [value](std::uint32_t v) { return v == value; });
  if (found == nullptr) return;
  std::size_t hole = hash & mask();
  while (slots_[hole].value != value || slots_[hole].hash != hash) hole = (hole + 1) & mask();
  // Moves back what probing had pushed beyond the hole, so that no marks of deleted slots are left.
  for (std::size_t i = (hole + 1) & mask(); slots_[i].value != kNone; i = (i + 1) & mask()) {
    const std::size_t home = slots_[i].hash & mask();
    if (((i - home) & mask()) >= ((i - hole) & mask())) {
      slots_[hole] = slots_[i];
      hole = i;
    }
  }
  slots_[hole] = {};
  --size_;
}

void NodeTable::grow() {
  std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
  old.swap(slots_);
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.value != kNone) insert(slot.hash, slot.value);
  }
}

}  // namespace habilitd::ldap
