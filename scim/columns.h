// The columns of attributes that filters compared lately. Each follows the directory's changes one
// by one (ldap/mirror_journal.h), or is made anew by looking at everybody once.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "ldap/mirror.h"
#include "scim/column.h"
#include "scim/filter.h"

namespace habilitd::scim {

// Those of one filter, as one picture of the mirror has them: read them as long as that view lives.
class ColumnSet {
 public:
  // Null: there is none, look at the record.
  const Column* find(const Path& path) const { return by_index_[path.leaf().index]; }
  // Asks the memory for what will be looked at soon.
  void expect(ldap::NodeId node) const {
    for (const Column* column : all_) column->expect(node);
  }

 private:
  friend class Columns;
  std::array<const Column*, kMaxAttributes> by_index_{};
  std::vector<const Column*> all_;
  std::vector<std::shared_ptr<const void>> owners_;
};

class Columns {
 public:
  ColumnSet get(const ResourceType&, const FilterNode&, const ldap::Mirror::View&);

 private:
  // One column, made and changed by the first who reads a new picture; others with a view of that
  // picture may read meanwhile: nobody changes what their view has.
  struct Kept {
    Kept(const ResourceType& of, const Path& named) : type(of), path(named), column(named) {}
    // As the picture has it, after the latest changes; false: it has to be made.
    bool is_ready(const ldap::Mirror::View&);
    bool follow(const ldap::Mirror::View&);
    // What the pieces of everybody gave; none if it is too large. The mutex is held.
    void take(std::vector<Column> pieces, std::size_t most, ldap::MirrorJournal::Position);

    const ResourceType& type;
    const Path path;
    std::mutex mutex;
    ldap::MirrorJournal::Position at;
    Column column;
    std::size_t made_bytes = 0;
    std::atomic<std::size_t> bytes{0};
    std::atomic<bool> is_too_large{false};  // values like certificates: they are read one by one
    std::uint64_t used = 0;
  };
  using KeptPtr = std::shared_ptr<Kept>;
  using Key = std::pair<const ResourceType*, std::size_t>;  // an attribute by its index
  struct Table {
    std::map<Key, KeptPtr> columns;
    std::uint64_t uses = 0;
  };
  KeptPtr keep(const ResourceType&, const Path&);
  // Those of one type, in the order of their attributes; everybody is looked at once for all.
  static void make(const std::vector<KeptPtr>&, const ldap::Mirror::View&);
  void trim(const ldap::Mirror::View&);

  Guarded<Table> table_;
};

}  // namespace habilitd::scim
