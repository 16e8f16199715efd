// The mirror's latest changes, for readers that keep something made from all its entries (a sorted
// list) and want to catch up instead of making it anew.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "ldap/record.h"

namespace habilitd::ldap {

class MirrorJournal {
 public:
  // A moment in the life of one loaded content; a reload begins another life.
  struct Position {
    std::uint64_t life = 0, changes = 0;
    bool operator==(const Position&) const = default;
  };
  // One entry's record before and after; null: it was not there before, or is gone. Changes of
  // links alone show as a change of the record that holds them.
  struct Change {
    RecordPtr before, after;
  };

  MirrorJournal() : now_{next_life(), 0} {}

  void note(RecordPtr before, RecordPtr after) {
    if (kept_.size() < kMost) kept_.emplace_back();
    kept_[now_.changes++ % kMost] = {std::move(before), std::move(after)};
  }
  Position now() const { return now_; }
  // In order; none when they are too long ago or of another life.
  std::optional<std::vector<Change>> since(const Position& then) const {
    if (then.life != now_.life || now_.changes - then.changes > kept_.size()) return std::nullopt;
    std::vector<Change> changes;
    for (std::uint64_t i = then.changes; i < now_.changes; ++i) changes.push_back(kept_[i % kMost]);
    return changes;
  }

 private:
  static constexpr std::size_t kMost = 1024;  // old records held: about 1 MB
  static std::uint64_t next_life() {
    static std::atomic<std::uint64_t> lives{0};
    return ++lives;
  }
  Position now_;
  std::vector<Change> kept_;
};

}  // namespace habilitd::ldap
