#include "scim/columns.h"

#include <algorithm>

#include "base/parallel.h"
#include "base/turns.h"
#include "scim/endpoints.h"
#include "scim/lookahead.h"

namespace habilitd::scim {
namespace {

using View = ldap::Mirror::View;

constexpr std::size_t kMostMade = 8;  // for one filter, by one look at everybody
// Of one column, and of all: a fixed part, and so much for each resource.
constexpr std::size_t kMostOfOne = 1 << 20, kMostOfOneEach = 80;
constexpr std::size_t kMostOfAll = 8 << 20, kMostOfAllEach = 200;

bool is_of_kind(const ResourceType& type, const ldap::Record& record) {
  const auto& kinds = endpoint(type).kinds;
  return std::find(kinds.begin(), kinds.end(), record.kind()) != kinds.end();
}

// What comparisons name, each once.
void collect_paths(const ResourceType& type, const FilterNode& node,
                   std::map<std::size_t, Path>& out) {
  const bool compares = node.children.empty() && node.op != FilterOp::kNever;
  if (compares && Column::suits(type, node.path)) out.emplace(node.path.leaf().index, node.path);
  for (const FilterNode& child : node.children) collect_paths(type, child, out);
}

// For attributes that are the same for every client.
const Audience& anybody() {
  static const Audience audience{};
  return audience;
}

}  // namespace

bool Columns::Kept::is_ready(const View& view) {
  const auto lock = patient_lock(mutex);
  const auto now = view.position();
  if (at != now && (at.life != now.life || (!is_too_large && !follow(view)))) return false;
  at = now;
  return true;
}

bool Columns::Kept::follow(const View& view) {
  const auto changes = view.changes_since(at);
  // What was replaced stays in the column as waste.
  if (!changes || column.bytes() > 2 * made_bytes + kMostOfOne) return false;
  const auto reader = make_reader(type, anybody());
  for (const auto& [before, after] : *changes) {
    if (before) column.clear(before->node());
    if (!after || !is_of_kind(type, *after)) continue;
    reader->look_at(after, &view);
    column.put(after->node(), *reader);
  }
  bytes = column.bytes();
  return true;
}

void Columns::Kept::take(std::vector<Column> pieces, std::size_t most,
                         ldap::MirrorJournal::Position now) {
  is_too_large = std::any_of(pieces.begin(), pieces.end(),
                             [&](const Column& each) { return each.bytes() > most; });
  column = is_too_large ? Column(path) : Column(path, pieces);
  made_bytes = bytes = column.bytes();
  at = now;
}

namespace {

// One of `pieces` equal pieces of everybody. A column beyond `most` bytes gets no more.
void put_piece(const ResourceType& type, const View& view, std::size_t piece, std::size_t pieces,
               std::size_t most, std::vector<Column>& columns) {
  const auto reader = make_reader(type, anybody());
  for (const ldap::Kind kind : endpoint(type).kinds) {
    const auto& nodes = view.all(kind);
    const std::size_t end = nodes.size() * (piece + 1) / pieces;
    for (std::size_t i = nodes.size() * piece / pieces; i < end; ++i) {
      expect_records(view, i, end, [&](std::size_t k) { return nodes[k]; });
      reader->glance_at(nodes[i], view);
      for (Column& column : columns) {
        if (column.bytes() <= most) column.put(nodes[i], *reader);
      }
    }
  }
}

}  // namespace

void Columns::make(const std::vector<KeptPtr>& wanted, const View& view) {
  std::vector<std::unique_lock<std::mutex>> locks;
  std::vector<Kept*> missing;
  for (const KeptPtr& kept : wanted) {
    auto lock = patient_lock(kept->mutex);
    // Another thread may have made it meanwhile, and be reading it.
    if (kept->at == view.position()) continue;
    locks.push_back(std::move(lock));
    missing.push_back(kept.get());
  }
  if (missing.empty()) return;
  const ResourceType& type = missing.front()->type;
  const std::size_t people = population(type, view), pieces = helping_threads(people);
  const std::size_t most = (kMostOfOne + people * kMostOfOneEach) / pieces;
  std::vector<std::vector<Column>> made(pieces);
  in_parallel(pieces, [&](std::size_t piece) {
    for (const Kept* each : missing) made[piece].emplace_back(each->path);
    put_piece(type, view, piece, pieces, most, made[piece]);
  });
  for (std::size_t i = 0; i < missing.size(); ++i) {
    std::vector<Column> mine;
    mine.reserve(pieces);
    for (std::vector<Column>& piece : made) mine.push_back(std::move(piece[i]));
    missing[i]->take(std::move(mine), most, view.position());
  }
}

Columns::KeptPtr Columns::keep(const ResourceType& type, const Path& path) {
  return table_.with([&](Table& table) {
    auto& kept = table.columns[{&type, path.leaf().index}];
    if (!kept) kept = std::make_shared<Kept>(type, path);
    kept->used = ++table.uses;
    return kept;
  });
}

ColumnSet Columns::get(const ResourceType& type, const FilterNode& filter, const View& view) {
  std::map<std::size_t, Path> paths;
  collect_paths(type, filter, paths);
  std::vector<KeptPtr> usable, missing;
  for (const auto& [index, path] : paths) {
    const KeptPtr kept = keep(type, path);
    const bool ready = kept->is_ready(view);
    if (!ready && missing.size() >= kMostMade) continue;
    usable.push_back(kept);
    if (!ready) missing.push_back(kept);
  }
  make(missing, view);
  ColumnSet set;
  for (const KeptPtr& kept : usable) {
    if (kept->is_too_large) continue;
    set.by_index_[kept->path.leaf().index] = &kept->column;
    set.all_.push_back(&kept->column);
    set.owners_.push_back(kept);
  }
  trim(view);
  return set;
}

// Lets the longest unused go.
void Columns::trim(const View& view) {
  const std::size_t most = kMostOfAll + kMostOfAllEach * population(user_type(), view);
  table_.with([&](Table& table) {
    std::size_t bytes = 0;
    for (const auto& [key, kept] : table.columns) bytes += kept->bytes;
    while (table.columns.size() > 1 && bytes > most) {
      const auto oldest = std::min_element(
          table.columns.begin(), table.columns.end(),
          [](const auto& a, const auto& b) { return a.second->used < b.second->used; });
      bytes -= std::min<std::size_t>(bytes, oldest->second->bytes);
      table.columns.erase(oldest);
    }
  });
}

}  // namespace habilitd::scim
