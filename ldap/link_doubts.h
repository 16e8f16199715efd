// Entries that must be read again, and when.
//
// slapd's refint overlay rewrites the links to a deleted or renamed entry in the background, and
// never announces what it did (its changes are marked "do not replicate", and entryCSN stays). So
// whenever another entry, or none, comes to stand behind a name, the entries that link to the name
// (or soon will) are read again: soon, and later for a refint that takes its time. Without refint
// the readings change nothing. Entries that seem to come back after their deletion are read again,
// too.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/ids.h"

namespace habilitd::ldap {

class LinkDoubts {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts over when the entry is doubted already. All its readings take place: one that shows a
  // change does not say that refint is done.
  void add(const EntryUuid&, Clock::time_point now);
  // When take() has the next one; nothing: never.
  std::optional<Clock::time_point> next() const;
  // An entry to be read now, if any. Its answer comes before another is taken.
  std::optional<EntryUuid> take(Clock::time_point now);
  // Is what was taken last read for the first time since it was added?
  bool first() const { return attempt_ == 0; }
  // What was taken has been read again.
  void answered(Clock::time_point now);

 private:
  struct Doubt {
    Clock::time_point due;
    std::size_t attempt;
  };
  void schedule(const EntryUuid&, Doubt);
  std::map<EntryUuid, Doubt> doubts_;
  std::set<std::pair<Clock::time_point, EntryUuid>> queue_;
  std::optional<EntryUuid> reading_;
  std::size_t attempt_ = 0;
  Clock::time_point taken_at_{}, rest_until_{};
};

}  // namespace habilitd::ldap
