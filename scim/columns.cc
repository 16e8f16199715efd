#include "scim/columns.h"

#include <algorithm>

#include "base/parallel.h"
#include "base/turns.h"
#include "scim/endpoints.h"

namespace habilitd::scim {
namespace {

using View = ldap::Mirror::View;

constexpr int kMostMade = 4;  // for one filter: making one is as much as a long scan
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

bool ColumnSet::covers(const FilterNode& filter) const {
  if (filter.children.empty()) {
    return filter.op == FilterOp::kNever || (filter.path.attribute && find(filter.path));
  }
  return std::all_of(filter.children.begin(), filter.children.end(),
                     [this](const FilterNode& child) { return covers(child); });
}

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

void Columns::Kept::make(const View& view) {
  const auto lock = patient_lock(mutex);
  if (at == view.position()) return;  // another thread made it meanwhile, and may be reading it
  const std::size_t people = population(type, view);
  const std::size_t pieces = helping_threads(people);
  const std::size_t most = (kMostOfOne + people * kMostOfOneEach) / pieces;
  std::vector<Column> made(pieces, Column(path));
  in_parallel(pieces, [&](std::size_t piece) {
    const auto reader = make_reader(type, anybody());
    for (const ldap::Kind kind : endpoint(type).kinds) {
      const auto& nodes = view.all(kind);
      const std::size_t end = nodes.size() * (piece + 1) / pieces;
      for (std::size_t i = nodes.size() * piece / pieces; i < end; ++i) {
        if (made[piece].bytes() > most) return;
        reader->glance_at(nodes[i], view);
        made[piece].put(nodes[i], *reader);
      }
    }
  });
  is_too_large = std::any_of(made.begin(), made.end(),
                             [&](const Column& each) { return each.bytes() > most; });
  column = is_too_large ? Column(path) : std::move(made.front());
  for (std::size_t piece = 1; piece < pieces && !is_too_large; ++piece) column.merge(made[piece]);
  made_bytes = bytes = column.bytes();
  at = view.position();
}

std::shared_ptr<Columns::Kept> Columns::keep(const ResourceType& type, const Path& path) {
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
  ColumnSet set;
  int made = 0;
  for (const auto& [index, path] : paths) {
    const auto kept = keep(type, path);
    if (!kept->is_ready(view)) {
      if (++made > kMostMade) continue;
      kept->make(view);
    }
    if (kept->is_too_large) continue;
    set.by_index_[index] = &kept->column;
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
