// The site's directory as the use cases see it: reads from the mirror, reads that permit a write
// from slapd itself, and writes under separate identities that return once the mirror has seen
// them.
//
// Outcome of a write: ok = done; kUnknownOutcome = the answer did not come (re-read, never retry
// blindly); kUnavailable = not done; anything else = refused, nothing changed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ldap/mirror.h"
#include "ldap/pool.h"
#include "ldap/schema.h"

namespace habilitd::ldap {

enum class Identity { kProvisioning, kDecisions, kPasswords };

class Directory {
 public:
  struct Options {
    Layout layout;
    Endpoint write;  // exactly one provider
    Mirror::Options mirror;
    Credentials provisioning, decisions, passwords;
    std::size_t connections = 8;  // per identity
    std::chrono::milliseconds mirror_wait{2000};
  };
  Directory(Options, Log&, Metrics&);
  ~Directory();
  void start();
  void stop();

  const Layout& layout() const;
  Mirror& mirror();
  Result<Mirror::View> view() const;

  Result<Entry> read(Identity, const Dn&, const std::vector<Attr>&);
  // An empty vector when nothing matches; kNotFound when the base is missing.
  Result<std::vector<Entry>> search(Identity, const Dn& base, const Filter&,
                                    const std::vector<Attr>&);
  // Searches that are sent together, on one connection: they cost what the slowest costs. All
  // answers, in order, or the first error.
  struct Search {
    Dn base;
    Filter filter;
    std::vector<Attr> attributes;
  };
  Result<std::vector<std::vector<Entry>>> search_all(Identity, const std::vector<Search>&);

  // As long as one lives, adds and modifies of its thread do not wait for the mirror one by one:
  // settle(), and its end, wait for all of them. What the mirror shows in between may lack them.
  class Together {
   public:
    Together();
    ~Together();
    Together(const Together&) = delete;
    Together& operator=(const Together&) = delete;
    void settle();
  };

  Result<Written> add(Identity, const Dn&, const Attributes&);
  Result<Written> modify(Identity, const Dn&, const std::vector<Change>&, const WriteOptions& = {});
  // The same when the changes do nothing but add and delete these members: the mirror is told,
  // instead of waited for.
  Result<Written> modify_members(Identity, const Dn&, const std::vector<Change>&, const LinkNames&,
                                 const WriteOptions& = {});
  Status remove(Identity, const Dn&, const EntryUuid&, const WriteOptions& = {});

  // The one function that checks a password (RFC 4513). kUnauthenticated for a wrong one. `user`
  // empty: a decoy of the same cost, always kUnauthenticated.
  Result<Connection::Bound> check_password(const Dn& user, const Secret&);
  // As the passwords identity, RFC 3062 with the directory's policy.
  Status set_password(const Dn& user, const Secret&);
  // As the person, who proves the old one (also when the directory demands a change).
  Status change_own_password(const Dn& user, const Secret& old_password,
                             const Secret& new_password);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The service entry whose password nobody knows: binding to it costs what binding to a person
// costs.
Dn decoy_name(const Layout&);

// Small helpers for building writes with the layout's names.
Attribute attribute(const Layout&, Attr, std::vector<std::string> values);
Change change(const Layout&, Change::Op, Attr, std::vector<std::string> values = {});

}  // namespace habilitd::ldap
