// A hash table of 8 bytes a slot: 32 bits of hash and a 32-bit value. What a value stands for, and
// whether it is the wanted one, is its owner's business: look-ups ask a predicate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace habilitd::ldap {

class NodeTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;  // never a value

  // The first value with this hash that `wanted` accepts, or null. Good until the next change.
  template <class Wanted>
  const std::uint32_t* find(std::uint32_t hash, Wanted&& wanted) const {
    if (slots_.empty()) return nullptr;
    for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
      const Slot& slot = slots_[i];
      if (slot.value == kNone) return nullptr;
      if (slot.hash == hash && wanted(slot.value)) return &slot.value;
    }
  }
  template <class Wanted>
  std::uint32_t* find(std::uint32_t hash, Wanted&& wanted) {
    return const_cast<std::uint32_t*>(std::as_const(*this).find(hash, wanted));
  }
  std::uint32_t* find(std::uint32_t hash) {
    return find(hash, [](std::uint32_t) { return true; });
  }
  const std::uint32_t* find(std::uint32_t hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }

  void insert(std::uint32_t hash, std::uint32_t value);
  // The value must be in the table.
  void erase(std::uint32_t hash, std::uint32_t value);
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint32_t hash = 0, value = kNone;
  };
  std::size_t mask() const { return slots_.size() - 1; }
  void grow();
  std::vector<Slot> slots_;  // a power of two of them, at most three quarters used
  std::size_t size_ = 0;
};

}  // namespace habilitd::ldap
