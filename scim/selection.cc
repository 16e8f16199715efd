#include "scim/selection.h"

#include <algorithm>

#include "scim/endpoints.h"
#include "scim/errors.h"
#include "scim/shortcuts.h"

namespace habilitd::scim {
namespace {

using ldap::Kind;
using ldap::RecordPtr;

// Comparisons that one request may cost: about a second of one core.
constexpr std::size_t kMostComparisons = 10'000'000;

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

std::size_t count_of(const ldap::Mirror::View& view, const ResourceType& type) {
  std::size_t all = 0;
  for (const Kind kind : endpoint(type).kinds) all += view.all(kind).size();
  return all;
}

}  // namespace

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
  std::sort(found.begin(), found.end(), [&](const Placed& a, const Placed& b) {
    return comes_before(a.place, b.place, query_.descending);
  });
  std::vector<Hit> hits;
  hits.reserve(found.size());
  for (Placed& each : found) hits.push_back(std::move(each.hit));
  return hits;
}

Result<std::vector<Hit>> Selector::find_all() {
  std::size_t comparisons = 0;
  for (const Query::Part& part : query_.parts) {
    if (part.filter) comparisons += count_of(view_, *part.type) * term_count(*part.filter);
  }
  if (comparisons > kMostComparisons) {
    return invalid("tooMany", "The filter has too many terms for this many resources.");
  }
  std::vector<Placed> found;
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    for (const Kind kind : endpoint(*query_.parts[part].type).kinds) {
      for (const ldap::NodeId node : view_.all(kind)) {
        if (const RecordPtr record = view_.at(node)) consider(part, record, found);
      }
    }
  }
  return in_order(std::move(found));
}

std::optional<std::vector<Hit>> Selector::find_by_index() {
  std::vector<Placed> found;
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    const Query::Part& asked = query_.parts[part];
    if (!asked.filter) return std::nullopt;
    const auto records = candidates(*asked.filter, *asked.type, view_, call_.audience);
    if (!records) return std::nullopt;
    for (const RecordPtr& record : *records) consider(part, record, found);
  }
  return in_order(std::move(found));
}

}  // namespace habilitd::scim
