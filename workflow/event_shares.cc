#include "workflow/event_shares.h"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::RecordPtr;

bool is_unfinished(const ldap::Record& record) {
  return record.has(Attr::kHabState) && record.first(Attr::kHabState) != "done";
}

class Shares {
 public:
  explicit Shares(const std::vector<RecordPtr>& events) : events_(events), holders_(events.size()) {
    for (std::size_t i = 0; i < events.size(); ++i) add(i);
    for (auto& [feed, share] : shares_) turns_.push({share.size(), &feed});
  }

  bool empty() const { return turns_.empty(); }
  // The oldest event of the largest share; true when it was the last share that held it.
  bool take(std::map<std::size_t, GivenUp>& taken) {
    const std::string& feed = *turns_.top().second;
    turns_.pop();
    auto& share = shares_.at(feed);
    const std::size_t event = share.front();
    share.pop_front();
    if (!share.empty()) turns_.push({share.size(), &feed});
    GivenUp& given = taken[event];
    given.record = events_[event];
    given.feeds.push_back(feed);
    given.last = --holders_[event] == 0;
    return given.last;
  }

 private:
  // How much a feed holds, and its name: it settles who goes first of two that hold the same.
  using Held = std::pair<std::size_t, const std::string*>;
  struct Less {
    bool operator()(const Held& a, const Held& b) const {
      return a.first != b.first ? a.first < b.first : *a.second < *b.second;
    }
  };

  void add(std::size_t event) {
    const ldap::Record& record = *events_[event];
    if (is_unfinished(record)) return;
    const auto feeds =
        record.values(record.has(Attr::kHabPending) ? Attr::kHabPending : Attr::kHabClient);
    for (const std::string_view feed : feeds) shares_[std::string(feed)].push_back(event);
    holders_[event] = feeds.size();
  }

  const std::vector<RecordPtr>& events_;
  std::vector<std::size_t> holders_;  // of each event: shares that hold it
  std::map<std::string, std::deque<std::size_t>> shares_;
  std::priority_queue<Held, std::vector<Held>, Less> turns_;
};

}  // namespace

std::vector<GivenUp> give_up_events(std::vector<RecordPtr> events, std::size_t kept,
                                    std::size_t most) {
  std::vector<GivenUp> given;
  if (events.size() <= kept || most == 0) return given;
  std::sort(events.begin(), events.end(), [](const RecordPtr& a, const RecordPtr& b) {
    return a->first(Attr::kHabKey) < b->first(Attr::kHabKey);
  });
  Shares shares(events);
  std::map<std::size_t, GivenUp> taken;
  for (std::size_t left = events.size(); left > kept && taken.size() < most && !shares.empty();) {
    if (shares.take(taken)) --left;
  }
  given.reserve(taken.size());
  for (auto& [event, one] : taken) given.push_back(std::move(one));
  return given;
}

}  // namespace habilitd::workflow
