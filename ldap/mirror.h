// The subtree in memory, fed by RFC 4533 content synchronisation (refreshAndPersist). Every list,
// filter, count, page and look-up reads it; what permits a write is read from the directory
// instead.
//
// Promises: view() answers kUnavailable until the first refresh is complete and once the directory
// has been out of touch for longer than `max_age`; after a lost connection a full refresh is loaded
// beside the old content and swapped in. A single thread writes; readers share a lock.
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
    RecordPtr at(NodeId) const;  // null: a name that only appears as a link
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

  bool loaded() const;
  std::chrono::milliseconds age() const;  // since the directory last showed that it is there
  std::uint64_t changes() const;          // grows with every applied change: a cheap cache key
  // Called from the mirror's thread after each applied batch of changes; must be quick. Set before
  // start().
  void on_change(std::function<void()>);

 private:
  friend class MirrorFeed;
  struct State;  // ldap/mirror_state.h
  std::unique_ptr<State> state_;
};

}  // namespace habilitd::ldap
