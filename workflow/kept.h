// What was made from the mirror, kept until a change of the directory concerns it: the mirror's
// journal tells what has changed since. A value is never handed out for a picture of the mirror
// for which it was not made or checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "ldap/mirror.h"

namespace habilitd::workflow {

// T has `std::size_t weight() const`; `most` bounds the sum.
template <class T>
class Kept {
 public:
  using Value = std::shared_ptr<const T>;
  using Changes = std::vector<ldap::MirrorJournal::Change>;

  explicit Kept(std::size_t most) : most_(most) {}

  // Null when nothing is kept, or when `holds(value, changes)` says that it does not hold any more.
  template <class Holds>
  Value find(const std::string& key, const ldap::Mirror::View& view, Holds&& holds) {
    const Entry entry = table_.with([&](Table& table) {
      const auto found = table.entries.find(key);
      if (found == table.entries.end()) return Entry{};
      found->second.used = ++table.uses;
      return found->second;
    });
    if (!entry.value) return nullptr;
    const auto now = view.position();
    if (entry.at == now) return holds(*entry.value, Changes{}) ? entry.value : nullptr;
    const auto changes = view.changes_since(entry.at);
    if (!changes || !holds(*entry.value, *changes)) return nullptr;
    put(key, view, entry.value);
    return entry.value;
  }

  // Made or checked with this view.
  void put(const std::string& key, const ldap::Mirror::View& view, Value value) {
    if (value->weight() > most_) return;
    table_.with([&](Table& table) {
      table.entries[key] = {view.position(), std::move(value), ++table.uses};
      trim(table);
    });
  }

 private:
  struct Entry {
    ldap::MirrorJournal::Position at;
    Value value;
    std::uint64_t used = 0;
  };
  struct Table {
    std::map<std::string, Entry> entries;
    std::uint64_t uses = 0;
  };

  // The longest unused go first.
  void trim(Table& table) const {
    std::size_t weight = 0;
    for (const auto& [key, entry] : table.entries) weight += entry.value->weight();
    while (weight > most_) {
      const auto oldest = std::min_element(
          table.entries.begin(), table.entries.end(),
          [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
      weight -= oldest->second.value->weight();
      table.entries.erase(oldest);
    }
  }

  const std::size_t most_;
  Guarded<Table> table_;
};

}  // namespace habilitd::workflow
