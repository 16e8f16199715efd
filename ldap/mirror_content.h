// The mirror's tables: entries by number, name, entryUUID, indexed value and kind, and the links
// between them in both directions.
//
// One thread at a time changes it (Mirror::State::writing), under the write lock once others can
// see the content; it may read without. Everybody else reads under the shared lock.
//
// A node stands for a name (dn_key): it has a record while an entry of that name exists and lives
// on without one while links point to it, just as a member value outlives its entry in the
// directory.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ldap/large_groups.h"
#include "ldap/mirror_journal.h"
#include "ldap/node_links.h"
#include "ldap/node_table.h"
#include "ldap/site_reader.h"
#include "ldap/value_index.h"

namespace habilitd::ldap {

inline constexpr std::size_t kKindCount = static_cast<std::size_t>(Kind::kService) + 1;

class MirrorContent {
 public:
  // `previous`: content to be replaced by this one. Names keep their numbers and unchanged entries
  // their records, so that a reload does not need the memory of two mirrors. Not used after
  // finish_load().
  explicit MirrorContent(const SiteReader&, const MirrorContent* previous = nullptr);
  MirrorContent(const MirrorContent&) = delete;
  MirrorContent& operator=(const MirrorContent&) = delete;

  // What an entry will change, worked out by reading only: the slow part of a large group's change.
  // Must be committed before anything else changes.
  class Prepared {
    friend class MirrorContent;
    EntryUuid id;
    std::string key, dn;
    SiteReader::Reading reading;
    std::array<std::vector<NodeId>, kLinkCount> targets;         // sorted
    std::vector<std::pair<std::uint8_t, std::string>> unplaced;  // link and key, to be numbered
    std::vector<NodeId> members;                                 // of a large group, as they came
    bool steward = false;
  };
  Prepared prepare(const EntryView&) const;
  void prepare(const EntryView&, Prepared& out) const;  // `out` keeps its memory
  void commit(Prepared&);
  // The same for what the directory has not told yet. None: the entry is not as it was before the
  // change, or a name means nothing here.
  std::optional<Prepared> prepare(const LinkChange&) const;
  void commit_ahead(Prepared&, const std::string& csn);
  // Is the message about an entry older than what the mirror has of it, or what it was told before?
  bool is_ahead_of(const EntryUuid&, std::string_view csn, std::size_t members);
  // False when there is no such entry.
  bool erase(const EntryUuid&);
  // Entries to be read again, since this was last asked: those that link to a name behind which
  // another entry, or none, has come to stand (after finish_load(): a name without an entry), or
  // that come to link to a name that lost its entry lately, until the second forget_losses(); and
  // those that came back after their deletion, because slapd may announce a deletion before what
  // preceded it.
  std::vector<EntryUuid> take_doubtful() { return std::exchange(doubtful_, {}); }
  void forget_losses();
  // Until then lists are not in order and nobody but the loading thread may read.
  void finish_load();

  RecordPtr by_id(const EntryUuid&) const;
  RecordPtr by_dn(std::string_view dn) const;
  RecordPtr at(NodeId node) const;
  // Asks the memory for an entry and its links, which are three steps away: for each of those that
  // will be looked at, call it with 3, 2 and 1 in good time before.
  void expect(NodeId node, int steps_away) const {
    const Node& expected = nodes_[node];
    if (steps_away == 3) {
      __builtin_prefetch(&expected);
    } else if (steps_away == 2) {
      __builtin_prefetch(expected.record.get());
      expected.links.expect();
    } else {
      expected.links.expect_ids();
    }
  }
  const Record* look(NodeId node) const {
    return node < nodes_.size() ? nodes_[node].record.get() : nullptr;
  }
  std::vector<RecordPtr> find(Attr, std::string_view value) const;
  RecordPtr find_one(Attr, std::string_view value, Kind) const;
  const std::vector<NodeId>& all(Kind kind) const { return kinds_[static_cast<std::size_t>(kind)]; }
  const std::vector<NodeId>& targets(NodeId from, Link link) const;
  const std::vector<NodeId>& sources(NodeId to, Link link) const;
  bool linked(NodeId from, Link link, NodeId to) const;
  bool has_steward(NodeId group) const;

  const MirrorJournal& journal() const { return journal_; }

  std::size_t entries() const { return entries_; }
  // One of the last thousand deleted entries.
  bool recently_erased(const EntryUuid&) const;

 private:
  struct Node {
    RecordPtr record;
    NodeLinks links;
  };
  using Hashes = std::vector<std::pair<std::uint8_t, std::uint32_t>>;  // Attr and value
  static constexpr NodeId kNone = NodeTable::kNone;

  void prepare_links(std::uint8_t link, bool stays, Prepared&) const;
  NodeId find_node(const EntryUuid&) const;
  NodeId find_node(std::string_view key, std::string_view dn) const;
  std::string key_of(NodeId) const;
  bool is_named(NodeId) const;
  NodeId claim(const std::string& key, std::string_view dn);
  NodeId free_number(std::string_view key, std::string_view dn);
  void name_node(NodeId, const std::string& key);
  void release_if_unused(NodeId);

  NodeId place(const Prepared&);
  void place_links(Prepared&);
  NodeId rename(NodeId, const std::string& key, std::string_view dn);
  void move_links(NodeId from, NodeId to);
  void rename_below(const std::string& old_key, std::string_view new_dn);
  void set_record(NodeId, Record::Parts);
  void detach(NodeId);
  void set_links(NodeId, Prepared&);
  void set_kind(NodeId, const Record* before, const Record* after);
  void set_values(NodeId, const Record* before, const Record* after);
  void doubt_sources(NodeId);
  void note_loss(NodeId);
  void note_erased(const EntryUuid&);
  bool lost_lately(NodeId node) const {
    return lost_.contains(node) || lost_before_.contains(node);
  }
  bool is_doubtful(NodeId target) const { return youth_ > 0 || lost_lately(target); }
  void count_child(std::string_view key, int by);
  Hashes hashes_of(const Record*) const;

  void insert_id(std::vector<NodeId>&, NodeId) const;
  void erase_id(std::vector<NodeId>&, NodeId) const;
  void add_source(NodeId to, std::uint8_t link, NodeId from);
  void remove_source(NodeId to, std::uint8_t link, NodeId from);

  const SiteReader& site_;
  const MirrorContent* previous_;
  bool loading_ = true;
  NodeId steward_node_ = kNone;
  std::size_t entries_ = 0;
  MirrorJournal journal_;  // from finish_load() on
  std::vector<Node> nodes_;
  std::vector<bool> stewards_;                         // by node: the steward is among its members
  std::unordered_map<NodeId, std::string> strangers_;  // keys of nodes without a record
  std::deque<NodeId> free_;                            // longest unused first
  NodeTable by_key_, by_id_;
  std::array<ValueIndex, kAttrCount> values_;
  std::array<std::vector<NodeId>, kKindCount> kinds_;
  std::unordered_map<std::size_t, std::uint32_t> children_;  // entries by hash of the parent's key
  LargeGroups large_groups_;
  std::map<EntryUuid, std::string> ahead_;  // entryCSN of what no message has told yet
  std::vector<EntryUuid> doubtful_;
  // Names that lost their entry, since the last forget_losses() and before: they keep their nodes.
  std::unordered_set<NodeId> lost_, lost_before_;
  int youth_ = 0;  // forget_losses() until no loss from before the load can matter
  std::array<EntryUuid, 1024> erased_{};
  std::size_t next_erased_ = 0;
};

}  // namespace habilitd::ldap
