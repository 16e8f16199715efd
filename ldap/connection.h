// One LDAP connection with a deadline on everything; with ldap/searches.h and the mirror's
// synchronisation the only user of libldap's handle. Not thread-safe: a Pool lends it to one
// thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/secret.h"
#include "ldap/text.h"

struct ldap;  // libldap's LDAP

namespace habilitd::ldap {

struct Attribute {
  std::string name;
  std::vector<std::string> values;
};
using Attributes = std::vector<Attribute>;

struct Entry {
  std::string dn;
  Attributes attributes;
  const std::vector<std::string>* find(std::string_view name) const;  // case-insensitive
  std::string first(std::string_view name) const;                     // empty when absent
};

struct Change {
  enum class Op { kAdd, kDelete, kReplace };
  Op op;
  AttrName attribute;
  std::vector<std::string> values;  // kDelete without values: the whole attribute
};

struct WriteOptions {
  std::optional<Filter>
      assertion;                 // RFC 4528: refused with code::kAssertionFailed unless it matches
  bool tell_csn_before = false;  // of a modify, by the pre-read control
};

// What a write left behind, and what it found, by the controls of RFC 4527.
struct Written {
  EntryUuid id;
  std::string csn;
  std::string csn_before = {};
};

struct Endpoint {
  std::string uri;  // one URI, never a list
  bool start_tls = false;
  std::string ca_file;
  std::chrono::milliseconds deadline{3000};
};

enum class Scope { kBase, kOne, kSubtree };

class Connection {
 public:
  // Connects lazily at the first operation, or here when TLS must be started first. Not bound.
  // A refused StartTLS is an error: nothing is ever sent in clear after it.
  static Result<Connection> open(const Endpoint&);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Simple bind; an empty name or password is refused here (RFC 4513 section 5.1.2). `ppolicy`
  // fills the password policy response when the server sends one.
  struct Bound {
    bool must_change_password = false;
    int grace_logins = -1, seconds_to_expiry = -1;
  };
  Result<Bound> bind(const Dn&, const Secret&);
  // RFC 4532: "dn:uid=...", empty for anonymous.
  Result<std::string> who_am_i();

  // More matches than `size_limit` (0: the server's own limit): kTooLarge.
  Result<std::vector<Entry>> search(const Dn& base, Scope, const Filter&,
                                    const std::vector<std::string>& attributes, int size_limit = 0);
  // kNotFound when there is no such entry.
  Result<Entry> read(const Dn&, const std::vector<std::string>& attributes);
  // Writes: kUnknownOutcome when the answer did not come within the deadline.
  Result<Written> add(const Dn&, const Attributes&);
  Result<Written> modify(const Dn&, const std::vector<Change>&, const WriteOptions& = {});
  Status remove(const Dn&, const WriteOptions& = {});
  // RFC 3062. The server applies its password policy; a refusal is kInvalid with reason
  // password-too-short | password-in-history | password-quality | password-refused ...
  Status change_password(const Dn& user, const Secret* old_password, const Secret& new_password);

  // After an error that leaves the connection useless.
  bool broken() const { return broken_; }
  // Not broken, and the peer has not hung up while the connection lay idle.
  bool alive() const;
  ::ldap* native() { return handle_.get(); }

 private:
  struct Unbind {
    void operator()(::ldap*) const;
  };
  struct Answer;  // one response: result code, diagnostic, controls, message
  enum class Effect { kRead, kWrite };
  explicit Connection(::ldap* handle, Endpoint endpoint);
  Status start_tls();
  Status usable(const char* what) const;
  Error lost(int code, const std::string& what);
  Result<Answer> wait(int sent, int message_id, Effect, const std::string& what);
  Result<Written> written(const Answer&);
  std::unique_ptr<::ldap, Unbind> handle_;
  Endpoint endpoint_;
  bool broken_ = false;
};

}  // namespace habilitd::ldap
