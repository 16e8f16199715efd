// Large groups whose message came last. slapd sends all members of a group again when one comes or
// goes: looking each name up anew is most of the work, and nearly all of them come in the same
// order as before.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "ldap/record.h"

namespace habilitd::ldap {

class LargeGroups {
 public:
  static constexpr std::size_t kLarge = 100;  // members

  // The members in the order in which they came, or null.
  const std::vector<NodeId>* find(const EntryUuid& group) const;
  void remember(const EntryUuid& group, std::vector<NodeId> members);

 private:
  struct Group {
    EntryUuid id;
    std::vector<NodeId> members;
  };
  std::array<Group, 4> groups_;
  std::size_t next_ = 0;
};

// Guesses the node of each name that comes, from those that came last time. A guess is right or
// none: the name is compared with that of the node's entry. `record_of` gives that entry, or null.
template <class RecordOf>
class NameGuesses {
 public:
  NameGuesses(const std::vector<NodeId>& lately, RecordOf record_of)
      : lately_(lately), record_of_(std::move(record_of)) {}

  // `none`: look it up, and tell what was found.
  NodeId next(std::string_view dn, NodeId none) {
    fetch_ahead();
    const bool known = go_on([&](NodeId node) {
      const Record* record = record_of_(node);
      return record != nullptr && record->dn() == dn;
    });
    return known ? lately_[at_ - 1] : none;
  }
  // Names without an entry cannot be guessed; their places still count.
  void looked_up(NodeId found) {
    go_on([&](NodeId node) { return node == found; });
  }

 private:
  static constexpr std::size_t kMostGone = 3;  // one after the other

  // Behind the next one that fits, if it is near.
  template <class Fits>
  bool go_on(const Fits& fits) {
    for (std::size_t at = at_; at < lately_.size() && at < at_ + kMostGone; ++at) {
      if (!fits(lately_[at])) continue;
      at_ = at + 1;
      return true;
    }
    return false;
  }

  // Each entry is three steps away in memory: they are taken for three names at once.
  void fetch_ahead() const {
    constexpr std::size_t kStep = 8;
    if (at_ + 2 * kStep >= lately_.size()) return;
    __builtin_prefetch(record_of_(lately_[at_ + 2 * kStep]));
    if (const Record* record = record_of_(lately_[at_ + kStep])) {
      __builtin_prefetch(record->dn().data());
    }
  }

  const std::vector<NodeId>& lately_;
  const RecordOf record_of_;
  std::size_t at_ = 0;
};

}  // namespace habilitd::ldap
