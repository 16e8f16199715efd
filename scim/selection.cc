#include "scim/selection.h"

#include <algorithm>
#include <chrono>

#include "base/parallel.h"
#include "base/turns.h"
#include "scim/endpoints.h"
#include "scim/filter_scan.h"
#include "scim/list_cache.h"
#include "scim/lookahead.h"
#include "scim/scan_budget.h"
#include "scim/shortcuts.h"

namespace habilitd::scim {
namespace {

using ldap::Hold;
using ldap::Kind;
using ldap::RecordPtr;

// An order without a filter is made in any case: it is kept. One that a filter has to be looked at
// for each time may cost more.
constexpr int kOrderIsWorth = 4;

// So few of everybody are looked at one by one: in all, and as a share.
constexpr std::size_t kFew = 500, kFewOf = 8;

std::size_t count(const std::vector<bool>& marked) {
  return static_cast<std::size_t>(std::count(marked.begin(), marked.end(), true));
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

// Is the order the same, whoever asks?
bool has_anybodys_order(const Query& query) {
  return std::all_of(query.parts.begin(), query.parts.end(), [](const Query::Part& part) {
    if (!part.sort_by) return true;
    return stands_in_own_record(*part.type, *part.sort_by) &&
           part.sort_by->attribute != common_attributes(*part.type).external_id;
  });
}

Query without_filter(const Query& query) {
  Query all;
  for (const Query::Part& part : query.parts)
    all.parts.push_back({part.type, {}, part.sort_by, {}});
  all.sorted = query.sorted;
  all.descending = query.descending;
  all.sort_text = query.sort_text;
  return all;
}

void expect_values(const std::vector<FilterAids>& aids, const std::vector<Hit>& order,
                   std::size_t i) {
  if (i + kAhead >= order.size()) return;
  const Hit& ahead = order[i + kAhead];
  aids[ahead.part].columns.expect(ahead.node);
}

}  // namespace

std::string result_key(const Audience& audience, const Query& query) {
  const bool anybodys = audience.sight.all() && !query.filters() && has_anybodys_order(query);
  return (anybodys ? std::string() : audience.id_prefix + audience.sight.key()) + query.key();
}

// Has each piece done by a thread and a selector of its own; the first error, if any.
template <class Work>
Status Selector::in_pieces(std::size_t pieces, const Work& work) const {
  std::vector<Status> ended(pieces, done());
  in_parallel(pieces, [&](std::size_t piece) {
    Selector selector(audience_, query_, view_, cache_);
    ended[piece] = work(selector, piece);
  });
  const auto failed = std::find_if(ended.begin(), ended.end(), [](const Status& s) { return !s; });
  return failed == ended.end() ? done() : *failed;
}

Selector::Selector(const Audience& audience, const Query& query, const ldap::Mirror::View& view,
                   ListCache& cache)
    : audience_(audience),
      query_(query),
      view_(view),
      cache_(cache),
      own_records_(audience.sight.all() && reads_own_records(query)) {
  for (const Query::Part& part : query.parts) {
    readers_.push_back(make_reader(*part.type, audience));
  }
}

SortKey Selector::key_of(std::size_t part) const {
  const auto& sort_by = query_.parts[part].sort_by;
  return sort_by ? sort_key(*readers_[part], *sort_by) : SortKey{};
}

bool Selector::sees(ldap::NodeId node) const {
  if (audience_.sight.all()) return true;
  const RecordPtr record = view_.at(node, Hold::kBorrow);
  return audience_.sight.sees(*record, view_);
}

bool Selector::selects(std::size_t part, const ldap::Record& record) {
  const Query::Part& asked = query_.parts[part];
  if (!is_of(*asked.type, record) || !audience_.sight.sees(record, view_)) return false;
  ResourceReader& reader = *readers_[part];
  reader.glance_at(record.node(), view_);
  return !asked.filter || matches(*asked.filter, reader);
}

std::optional<Place> Selector::select(std::size_t part, ldap::NodeId node) {
  const RecordPtr record = view_.at(node, Hold::kBorrow);
  if (!record || !selects(part, *record)) return std::nullopt;
  return Place{key_of(part), record->id(), part};
}

Place Selector::place(const Hit& hit) {
  ResourceReader& reader = *readers_[hit.part];
  reader.glance_at(hit.node, view_);
  return {key_of(hit.part), reader.record()->id(), hit.part};
}

void Selector::consider(std::size_t part, ldap::NodeId node, std::vector<Placed>& found) {
  const auto place = select(part, node);
  if (place) found.push_back({place->key, place->id, {node, static_cast<std::uint32_t>(part)}});
}

std::optional<Selector::Nodes> Selector::indexed(std::size_t part) const {
  const Query::Part& asked = query_.parts[part];
  if (!asked.filter) return std::nullopt;
  return candidates(*asked.filter, *asked.type, view_, audience_);
}

Selector::Candidates Selector::find_candidates() const {
  Candidates all(query_.parts.size());
  for (std::size_t part = 0; part < all.size(); ++part) {
    const auto nodes = indexed(part);
    if (!nodes) continue;
    all[part].emplace(nodes->empty() ? 0 : nodes->back() + 1);
    for (const ldap::NodeId node : *nodes) (*all[part])[node] = true;
  }
  return all;
}

std::optional<std::vector<Hit>> Selector::find_few() {
  std::vector<std::vector<Placed>> found(1);
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    const auto nodes = indexed(part);
    if (!nodes || nodes->size() > kFew) return std::nullopt;
    for (const ldap::NodeId node : *nodes) consider(part, node, found.front());
  }
  return in_order(std::move(found), query_.descending);
}

Result<std::vector<Hit>> Selector::find_all() {
  const StepAside meanwhile;
  return makes_an_order() ? find_and_sort() : sift();
}

// Whoever sees a part only has an order of its own where the order follows links.
bool Selector::makes_an_order() const {
  if (audience_.sight.all()) return !query_.filters();
  return !has_anybodys_order(query_);
}

std::size_t Selector::population() const {
  std::size_t size = 0;
  for (const Query::Part& part : query_.parts) size += scim::population(*part.type, view_);
  return size;
}

Result<std::vector<Hit>> Selector::find_and_sort() {
  std::vector<std::vector<Placed>> found(helping_threads(population()));
  const Status ended = in_pieces(found.size(), [&](Selector& selector, std::size_t piece) {
    return selector.consider_piece(piece, found.size(), found[piece]);
  });
  if (!ended) return ended.error();
  return in_order(std::move(found), query_.descending);
}

// One of `pieces` equal pieces of everybody.
Status Selector::consider_piece(std::size_t piece, std::size_t pieces, std::vector<Placed>& found) {
  const std::size_t size = population();
  ScanBudget budget(query_.filters() ? kOrderIsWorth * ScanBudget::of(size) / pieces
                                     : std::chrono::hours(1));
  found.reserve(size / pieces + query_.parts.size());  // what stays unused costs no memory
  for (std::size_t part = 0; part < query_.parts.size(); ++part) {
    for (const Kind kind : endpoint(*query_.parts[part].type).kinds) {
      const auto& nodes = view_.all(kind);
      const std::size_t end = nodes.size() * (piece + 1) / pieces;
      for (std::size_t i = nodes.size() * piece / pieces; i < end; ++i) {
        expect_records(view_, i, end, [&](std::size_t k) { return nodes[k]; });
        if (budget.is_spent()) return takes_too_long();
        consider(part, nodes[i], found);
      }
    }
  }
  return done();
}

Result<std::vector<Hit>> Selector::sift() {
  const Query all = without_filter(query_);
  const bool anybodys = has_anybodys_order(query_);
  const Audience audience = anybodys ? Audience{audience_.base_url, {}, {}} : audience_;
  const auto kept = cache_.orders.get(result_key(audience, all));
  Result<std::vector<Hit>> found = std::vector<Hit>();
  Selector everybody(audience, all, view_, cache_);
  const Status made =
      kept->with(everybody, [&](const std::vector<Hit>& hits) { found = sift(hits); });
  return made ? std::move(found) : Result<std::vector<Hit>>(made.error());
}

// For each part; with an index that leaves few, none.
std::vector<FilterAids> Selector::with_columns(std::size_t everybody,
                                               const Candidates& candidates) const {
  std::vector<FilterAids> aids(query_.parts.size());
  for (std::size_t part = 0; part < aids.size(); ++part) {
    const auto& filter = query_.parts[part].filter;
    const auto& some = candidates[part];
    const bool many = !some || kFewOf * count(*some) > everybody;
    if (filter && many) {
      aids[part].columns = cache_.columns.get(*query_.parts[part].type, *filter, view_);
    }
  }
  return aids;
}

Status Selector::add_marks(std::vector<FilterAids>& aids, ScanBudget& budget) const {
  for (std::size_t part = 0; part < aids.size(); ++part) {
    const auto& [type, filter, sort_by, shown] = query_.parts[part];
    if (!filter) continue;
    auto marks = LinkMarks::make(*type, *filter, audience_, view_, budget);
    if (!marks) return marks.error();
    aids[part].marks = *std::move(marks);
  }
  return done();
}

Result<std::vector<Hit>> Selector::sift(const std::vector<Hit>& everybody) {
  const Candidates candidates = find_candidates();
  std::vector<std::vector<Hit>> found(helping_threads(everybody.size()));
  auto aids = with_columns(everybody.size(), candidates);
  // What one thread does before all of them begin is part of what each may cost.
  const auto most = ScanBudget::of(everybody.size()) / found.size();
  ScanBudget before(most / 2);
  if (auto ok = add_marks(aids, before); !ok) return ok.error();
  const auto left = most - before.used();
  const Status ended = in_pieces(found.size(), [&](Selector& selector, std::size_t piece) {
    const Piece mine{piece, found.size(), left};
    return selector.sift_piece(everybody, mine, aids, candidates, found[piece]);
  });
  if (!ended) return ended.error();
  for (std::size_t piece = 1; piece < found.size(); ++piece) {
    found.front().insert(found.front().end(), found[piece].begin(), found[piece].end());
  }
  return std::move(found.front());
}

Status Selector::sift_piece(const std::vector<Hit>& everybody, const Piece& piece,
                            const std::vector<FilterAids>& aids, const Candidates& candidates,
                            std::vector<Hit>& found) {
  std::vector<std::optional<FilterScan>> filters(query_.parts.size());
  bool reads_records = !audience_.sight.all();
  for (std::size_t part = 0; part < filters.size(); ++part) {
    const auto& filter = query_.parts[part].filter;
    if (!filter) continue;
    filters[part].emplace(*filter, aids[part], *readers_[part], view_);
    reads_records = reads_records || aids[part].needs_records(*filter);
  }
  ScanBudget budget(piece.most);
  const std::size_t end = everybody.size() * (piece.at + 1) / piece.of;
  for (std::size_t i = everybody.size() * piece.at / piece.of; i < end; ++i) {
    const Hit& hit = everybody[i];
    if (reads_records) {
      expect_records(view_, i, everybody.size(), [&](std::size_t k) { return everybody[k].node; });
    }
    expect_values(aids, everybody, i);
    const auto& some = candidates[hit.part];
    if (some && (hit.node >= some->size() || !(*some)[hit.node])) continue;
    if (budget.is_spent()) return takes_too_long();
    if (!sees(hit.node)) continue;
    if (!filters[hit.part] || filters[hit.part]->matches(hit)) found.push_back(hit);
  }
  return done();
}

}  // namespace habilitd::scim
