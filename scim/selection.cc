#include "scim/selection.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>

#include "scim/endpoints.h"
#include "scim/errors.h"
#include "scim/shortcuts.h"

namespace habilitd::scim {
namespace {

using ldap::Kind;
using ldap::RecordPtr;

// Time of one core that making a list may cost. As long as it lasts the mirror takes no changes.
constexpr std::chrono::milliseconds kMostTime{400};
constexpr std::size_t kFew = 500;

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

// How places are compared at a glance: by 16 bytes of text or by a number, then by 8 bytes of id.
enum class Glance { kTexts, kNumbers, kNone };

Glance glance_of(bool texts, bool numbers) {
  if (!texts) return Glance::kNumbers;
  return numbers ? Glance::kNone : Glance::kTexts;
}

struct Ranked {
  std::uint64_t key = 0, more = 0, id = 0;
  std::uint32_t index = 0;
  bool whole = false;  // `key` and `more` are all of the key
};

template <class Bytes>
std::uint64_t big_endian(const Bytes& bytes, std::size_t from) {
  std::uint64_t number = 0;
  for (std::size_t i = from; i < from + 8; ++i) {
    number = number << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
  }
  return number;
}

// Doubles in their order, as integers.
std::uint64_t ordered(double number) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(number + 0.0);  // not -0
  return bits & kSign ? ~bits : bits | kSign;
}

Ranked rank(const Place& place, Glance glance, std::uint32_t index) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  const SortKey& key = place.key;
  Ranked ranked{0, 0, 0, index, glance != Glance::kNone};
  if (!ranked.whole) return ranked;
  ranked.id = big_endian(std::bit_cast<std::array<std::uint8_t, 16>>(place.id), 0);
  if (key.missing) {
    ranked.key = kLast;
  } else if (glance == Glance::kNumbers) {
    ranked.key = ordered(key.number);
  } else {
    ranked.key = big_endian(key.text, 0);
    ranked.more = big_endian(key.text, 8);
    ranked.whole = key.text.size() <= 16;
  }
  return ranked;
}

}  // namespace

class Selector::Budget {
 public:
  bool is_spent() {
    constexpr std::size_t kLookAgain = 256;
    return ++steps_ % kLookAgain == 0 && time_of_this_thread() > end_;
  }

 private:
  const std::chrono::nanoseconds end_ = time_of_this_thread() + kMostTime;
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

std::optional<Place> Selector::select(std::size_t part, const RecordPtr& record) {
  const Query::Part& asked = query_.parts[part];
  if (!is_of(*asked.type, *record) || !call_.audience.sight.sees(*record, view_)) {
    return std::nullopt;
  }
  ResourceReader& reader = *readers_[part];
  reader.look_at(record, &view_);
  if (asked.filter && !matches(*asked.filter, reader)) return std::nullopt;
  return Place{key_of(part), record->id(), part};
}

Place Selector::place(const Hit& hit) {
  readers_[hit.part]->look_at(hit.record, &view_);
  return {key_of(hit.part), hit.record->id(), hit.part};
}

void Selector::consider(std::size_t part, const RecordPtr& record, std::vector<Placed>& found) {
  if (auto place = select(part, record)) found.push_back({*std::move(place), {record, part}});
}

std::vector<Hit> Selector::in_order(std::vector<Placed> found) const {
  const auto any = [&](auto&& has) { return std::any_of(found.begin(), found.end(), has); };
  const Glance glance =
      glance_of(any([](const Placed& each) { return !each.place.key.text.empty(); }),
                any([](const Placed& each) { return each.place.key.number != 0; }));
  std::vector<Ranked> order;
  order.reserve(found.size());
  for (std::uint32_t i = 0; i < found.size(); ++i) {
    order.push_back(rank(found[i].place, glance, i));
  }
  const bool descending = query_.descending;
  std::sort(order.begin(), order.end(), [&](const Ranked& a, const Ranked& b) {
    if (a.key != b.key) return (a.key < b.key) != descending;
    if (a.more != b.more) return (a.more < b.more) != descending;
    if (a.whole && b.whole && a.id != b.id) return a.id < b.id;
    return comes_before(found[a.index].place, found[b.index].place, descending);
  });
  std::vector<Hit> hits;
  hits.reserve(found.size());
  for (const Ranked& each : order) hits.push_back(std::move(found[each.index].hit));
  return hits;
}

Status Selector::scan(std::size_t part, Budget& budget, std::vector<Placed>& found) {
  for (const Kind kind : endpoint(*query_.parts[part].type).kinds) {
    for (const ldap::NodeId node : view_.all(kind)) {
      if (budget.is_spent()) return too_much();
      if (const RecordPtr record = view_.at(node)) consider(part, record, found);
    }
  }
  return done();
}

std::optional<std::vector<RecordPtr>> Selector::indexed(std::size_t part) const {
  const Query::Part& asked = query_.parts[part];
  if (!asked.filter) return std::nullopt;
  return candidates(*asked.filter, *asked.type, view_, call_.audience);
}

Result<std::vector<Hit>> Selector::find_all() {
  std::vector<Placed> found;
  Budget budget;
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    const auto records = indexed(part);
    if (!records) {
      if (auto ok = scan(part, budget, found); !ok) return ok.error();
      continue;
    }
    for (const RecordPtr& record : *records) {
      if (budget.is_spent()) return too_much();
      consider(part, record, found);
    }
  }
  return in_order(std::move(found));
}

std::optional<std::vector<Hit>> Selector::find_few() {
  std::vector<Placed> found;
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    const auto records = indexed(part);
    if (!records || records->size() > kFew) return std::nullopt;
    for (const RecordPtr& record : *records) consider(part, record, found);
  }
  return in_order(std::move(found));
}

}  // namespace habilitd::scim
