#include "ldap/link_doubts.h"

#include <algorithm>
#include <array>

namespace habilitd::ldap {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::chrono::milliseconds, 4> kDelays{50ms, 1000ms, 8000ms, 30000ms};
// After a reading, as many times as long as it took: a large group is not read all the time.
constexpr int kRest = 3;

}  // namespace

void LinkDoubts::schedule(const EntryUuid& id, Doubt doubt) {
  if (const auto found = doubts_.find(id); found != doubts_.end()) {
    queue_.erase({found->second.due, id});
  }
  doubts_.insert_or_assign(id, doubt);
  queue_.insert({doubt.due, id});
}

void LinkDoubts::add(const EntryUuid& id, Clock::time_point now) {
  // A first reading that is coming anyway is not put off, or steady changes would put it off
  // forever.
  if (const auto known = doubts_.find(id); known != doubts_.end() && known->second.attempt == 0) {
    return;
  }
  schedule(id, {now + kDelays.front(), 0});
}

std::optional<LinkDoubts::Clock::time_point> LinkDoubts::next() const {
  if (queue_.empty() || reading_) return std::nullopt;
  return std::max(queue_.begin()->first, rest_until_);
}

std::optional<EntryUuid> LinkDoubts::take(Clock::time_point now) {
  const auto when = next();
  if (!when || *when > now) return std::nullopt;
  const EntryUuid id = queue_.begin()->second;
  queue_.erase(queue_.begin());
  attempt_ = doubts_.at(id).attempt;
  doubts_.erase(id);
  reading_ = id;
  taken_at_ = now;
  return id;
}

void LinkDoubts::answered(Clock::time_point now) {
  if (!reading_) return;
  const EntryUuid id = *reading_;
  reading_.reset();
  rest_until_ = now + kRest * (now - taken_at_);
  // Doubted anew meanwhile: that schedule stands.
  if (++attempt_ >= kDelays.size() || doubts_.contains(id)) return;
  schedule(id, {now + kDelays[attempt_], attempt_});
}

}  // namespace habilitd::ldap
