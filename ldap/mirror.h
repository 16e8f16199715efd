// The subtree in memory, fed by RFC 4533 content synchronisation (refreshAndPersist). Every list,
// filter, count, page and look-up reads it; what permits a write is read from the directory
// instead.
//
// Promises: view() answers kUnavailable until the first refresh is complete and once the directory
// has been out of touch for longer than `max_age`; after a lost connection a full refresh is loaded
// beside the old content and swapped in. One thread at a time writes: the mirror's own, or one that
// tells of its own write; readers share a lock.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "ldap/mirror_journal.h"
#include "ldap/pool.h"
#include "ldap/record.h"

namespace habilitd::ldap {

enum class Link : std::uint8_t { kMember, kOwner, kSeeAlso, kManager };

// A record that is borrowed lives only as long as the view it is from, and costs no count of its
// owners: for scans of everybody.
enum class Hold : std::uint8_t { kOwn, kBorrow };

// Entries by their names, which an entry comes to link to, or no longer links to.
struct LinkNames {
  std::vector<std::string> add, remove;
  bool empty() const { return add.empty() && remove.empty(); }
};

// A modify of this program's own that changed an entry's links and nothing else.
struct LinkChange {
  EntryUuid id;
  std::string csn_before, csn;
  Link link;
  const LinkNames& names;
};

class MirrorContent;  // ldap/mirror_content.h: the tables
class MirrorFeed;     // ldap/mirror_feed.h: the thread that fills them

class Mirror {
 public:
  struct Options {
    Endpoint endpoint;
    Credentials reader;
    std::chrono::milliseconds max_age{5000};
    std::chrono::milliseconds heartbeat{1000};  // also the reconnect pause
  };
  Mirror(Options, const Layout&, Log&, Metrics&);
  ~Mirror();     // stops and joins
  void start();  // once
  void stop();

  // A consistent picture under a shared lock. Short-lived: take what you need as RecordPtr and let
  // it go; never write to the directory or wait for a change while holding one (wait_for throws). A
  // thread that takes another view while it holds one gets the same picture. Stays on its thread.
  class View {
   public:
    RecordPtr by_id(const EntryUuid&) const;  // null when absent
    RecordPtr by_dn(std::string_view dn) const;
    // Null: a name that only appears as a link.
    RecordPtr at(NodeId, Hold = Hold::kOwn) const;
    // Asks the memory for what a scan will look at soon (MirrorContent::expect).
    void expect(NodeId, int steps_away) const;
    // Entries with that value (index: AttrInfo::indexed; another attribute is a bug: throws).
    std::vector<RecordPtr> find(Attr, std::string_view value) const;
    RecordPtr find_one(Attr, std::string_view value, Kind) const;  // first of that kind
    // Creation order, stable; a new entry comes last.
    const std::vector<NodeId>& all(Kind) const;
    // Links of an entry, sorted by NodeId; the steward is never among them.
    const std::vector<NodeId>& targets(NodeId from, Link) const;
    // Entries that name this one: sources(person, kMember) are the groups that hold the person.
    const std::vector<NodeId>& sources(NodeId to, Link) const;
    bool linked(NodeId from, Link, NodeId to) const;
    bool has_steward(NodeId group) const;
    // Where the picture stands, and what has changed since another one.
    MirrorJournal::Position position() const;
    std::optional<std::vector<MirrorJournal::Change>> changes_since(
        const MirrorJournal::Position&) const;

   private:
    friend class Mirror;
    using Reader = SharedGuarded<std::unique_ptr<MirrorContent>>::Reader;
    explicit View(std::shared_ptr<const Reader> reader);
    std::shared_ptr<const Reader> reader_;
    const MirrorContent* content_;
  };
  Result<View> view() const;

  // Waits until an entry's change (its entryCSN, or a later one) has been applied; false at the
  // deadline.
  bool wait_for(const EntryUuid&, std::string_view csn, std::chrono::milliseconds deadline) const;
  bool wait_for_absence(const EntryUuid&, std::chrono::milliseconds deadline) const;

  // Applies at once what the directory will tell, if the mirror has the entry as it was before; the
  // message about it is passed over when it comes. False: wait for that message. Of a group with
  // many members slapd sends all of them, which takes longer than the write.
  bool advance(const LinkChange&);

  bool loaded() const;
  std::chrono::milliseconds age() const;  // since the directory last showed that it is there
  std::uint64_t changes() const;          // grows with every applied change: a cheap cache key
  // Called by the thread that applied changes, after each batch; must be quick. Set before start().
  void on_change(std::function<void()>);

 private:
  friend class MirrorFeed;
  struct State;  // ldap/mirror_state.h
  std::unique_ptr<State> state_;
};

}  // namespace habilitd::ldap
