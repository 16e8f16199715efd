#include "scim/selection.h"

#include <time.h>

#include <algorithm>
#include <chrono>

#include "base/parallel.h"
#include "base/turns.h"
#include "scim/endpoints.h"
#include "scim/errors.h"
#include "scim/shortcuts.h"

namespace habilitd::scim {
namespace {

using ldap::Kind;
using ldap::RecordPtr;

// Time of one core that making a list may cost, and more when there is very much to look at; some
// five times what an everyday filter needs. As long as it lasts the mirror takes no changes.
constexpr std::chrono::nanoseconds kMostTime = std::chrono::milliseconds(400);
constexpr std::chrono::nanoseconds kMostTimeEach{4000};

constexpr std::size_t kFew = 500;
constexpr std::size_t kWorthHelp = 10'000;  // to look at

std::chrono::nanoseconds most_time(std::size_t resources) {
  return std::max<std::chrono::nanoseconds>(kMostTime, kMostTimeEach * resources);
}

std::chrono::nanoseconds time_of_this_thread() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

bool reads_own_record(const ResourceType& type, const FilterNode& filter) {
  if (filter.path.attribute && !stands_in_own_record(type, filter.path)) return false;
  return std::all_of(filter.children.begin(), filter.children.end(),
                     [&](const FilterNode& child) { return reads_own_record(type, child); });
}

bool reads_own_records(const Query& query) {
  return std::all_of(query.parts.begin(), query.parts.end(), [](const Query::Part& part) {
    return (!part.sort_by || stands_in_own_record(*part.type, *part.sort_by)) &&
           (!part.filter || reads_own_record(*part.type, *part.filter));
  });
}

Error too_much() {
  return invalid("tooMany", "The filter takes too long for this many resources.");
}

}  // namespace

// Of one thread among several that work on one list.
class Selector::Budget {
 public:
  Budget(std::size_t resources, std::size_t threads)
      : end_(time_of_this_thread() + most_time(resources) / threads) {}

  bool is_spent() {
    constexpr std::size_t kLookAgain = 256;
    return ++steps_ % kLookAgain == 0 && time_of_this_thread() > end_;
  }

 private:
  const std::chrono::nanoseconds end_;
  std::size_t steps_ = 0;
};

Selector::Selector(const Call& call, const Query& query, const ldap::Mirror::View& view)
    : call_(call),
      query_(query),
      view_(view),
      own_records_(call.audience.sight.all() && reads_own_records(query)) {
  for (const Query::Part& part : query.parts) {
    readers_.push_back(make_reader(*part.type, call.audience));
  }
}

SortKey Selector::key_of(std::size_t part) const {
  const auto& sort_by = query_.parts[part].sort_by;
  return sort_by ? sort_key(*readers_[part], *sort_by) : SortKey{};
}

bool Selector::selects(std::size_t part, const RecordPtr& record) {
  const Query::Part& asked = query_.parts[part];
  if (!is_of(*asked.type, *record) || !call_.audience.sight.sees(*record, view_)) return false;
  ResourceReader& reader = *readers_[part];
  reader.look_at(record, &view_);
  return !asked.filter || matches(*asked.filter, reader);
}

std::optional<Place> Selector::select(std::size_t part, const RecordPtr& record) {
  if (!selects(part, record)) return std::nullopt;
  return Place{key_of(part), record->id(), part};
}

Place Selector::place(const Hit& hit) {
  readers_[hit.part]->look_at(hit.record, &view_);
  return {key_of(hit.part), hit.record->id(), hit.part};
}

void Selector::consider(std::size_t part, const RecordPtr& record, std::vector<Placed>& found) {
  if (selects(part, record)) found.push_back({key_of(part), {record, part}});
}

std::optional<std::vector<RecordPtr>> Selector::indexed(std::size_t part) const {
  const Query::Part& asked = query_.parts[part];
  if (!asked.filter) return std::nullopt;
  return candidates(*asked.filter, *asked.type, view_, call_.audience);
}

std::vector<Selector::Candidates> Selector::to_consider() const {
  std::vector<Candidates> all;
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    if (auto records = indexed(part)) {
      all.push_back({part, *std::move(records)});
      continue;
    }
    for (const Kind kind : endpoint(*query_.parts[part].type).kinds) {
      all.push_back({part, {}, &view_.all(kind)});
    }
  }
  return all;
}

std::size_t Selector::size_of(const std::vector<Candidates>& all) {
  std::size_t size = 0;
  for (const Candidates& each : all) size += each.size();
  return size;
}

Status Selector::consider_piece(const std::vector<Candidates>& all, std::size_t piece,
                                std::size_t pieces, std::vector<Placed>& found) {
  Budget budget(size_of(all), pieces);
  found.reserve(size_of(all) / pieces + all.size());  // what stays unused costs no memory
  for (const Candidates& each : all) {
    const std::size_t end = each.size() * (piece + 1) / pieces;
    for (std::size_t i = each.size() * piece / pieces; i < end; ++i) {
      if (budget.is_spent()) return too_much();
      if (!each.everybody) {
        consider(each.part, each.records[i], found);
      } else if (const RecordPtr record = view_.at((*each.everybody)[i])) {
        consider(each.part, record, found);
      }
    }
  }
  return done();
}

Result<std::vector<Hit>> Selector::find_all() {
  const StepAside meanwhile;
  const auto all = to_consider();
  const std::size_t pieces = size_of(all) < kWorthHelp ? 1 : helping_threads();
  std::vector<std::vector<Placed>> found(pieces);
  std::vector<Status> ended(pieces, done());
  in_parallel(pieces, [&](std::size_t piece) {
    ended[piece] = Selector(call_, query_, view_).consider_piece(all, piece, pieces, found[piece]);
  });
  for (const Status& each : ended) {
    if (!each) return each.error();
  }
  return in_order(std::move(found), query_.descending);
}

std::optional<std::vector<Hit>> Selector::find_few() {
  std::vector<std::vector<Placed>> found(1);
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    const auto records = indexed(part);
    if (!records || records->size() > kFew) return std::nullopt;
    for (const RecordPtr& record : *records) consider(part, record, found.front());
  }
  return in_order(std::move(found), query_.descending);
}

}  // namespace habilitd::scim
