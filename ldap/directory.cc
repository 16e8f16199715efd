#include "ldap/directory.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

#include "ldap/errors.h"
#include "ldap/searches.h"

namespace habilitd::ldap {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

// Hashing a long text costs the server; nobody's password is longer (the policy stops at 128).
constexpr std::size_t kLongestPassword = 1024;

Error wrong_credentials(const char* detail) {
  return {Errc::kUnauthenticated, "wrong-credentials", detail};
}

// The request never reached the server: a connection from before a restart. Safe to send again.
bool never_arrived(const Error& error) {
  return error.code == Errc::kUnavailable && error.directory_code == kServerDown;
}

// Runs `use` on a lent connection; once more on a new one when the first turned out to be dead.
template <class Use>
auto on_connection(Pool& pool, Use use) -> decltype(use(std::declval<Connection&>())) {
  for (bool first = true;; first = false) {
    auto lease = pool.lease();
    if (!lease) return lease.error();
    auto result = use(**lease);
    if (result || !first || !never_arrived(result.error())) return result;
  }
}

microseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<microseconds>(steady_clock::now() - start);
}

}  // namespace

struct Directory::Parts {
  Parts(Options given, Log& the_log, Metrics& the_metrics)
      : options(std::move(given)),
        log(the_log),
        metrics(the_metrics),
        mirror(std::move(options.mirror), options.layout, the_log, the_metrics),
        provisioning(options.write, std::move(options.provisioning), options.connections),
        decisions(options.write, std::move(options.decisions), options.connections),
        passwords(options.write, std::move(options.passwords), options.connections),
        sign_in(options.write, Credentials{}, options.connections),
        decoy(decoy_name(options.layout)) {}

  Pool& pool(Identity identity);
  std::vector<std::string> names(const std::vector<Attr>&) const;
  void note(const char* operation, const Error&);
  Result<Written> seen(const char* operation, Result<Written>);
  void wait_for(const char* operation, const Written&);
  Result<Connection::Bound> bind(const Dn&, const Secret&);
  void bind_decoy(const Secret&);

  Options options;
  Log& log;
  Metrics& metrics;
  Mirror mirror;
  Pool provisioning, decisions, passwords;
  Pool sign_in;  // connections that are bound anew for each password that is checked
  Dn decoy;
  std::atomic<microseconds::rep> decoy_cost{0};
};

Pool& Directory::Parts::pool(Identity identity) {
  switch (identity) {
    case Identity::kProvisioning:
      return provisioning;
    case Identity::kDecisions:
      return decisions;
    case Identity::kPasswords:
      break;
  }
  return passwords;
}

std::vector<std::string> Directory::Parts::names(const std::vector<Attr>& attributes) const {
  std::vector<std::string> names;
  for (Attr attr : attributes) names.push_back(options.layout.name(attr).str());
  if (names.empty()) names.emplace_back("1.1");  // RFC 4511 section 4.5.1.8: no attributes
  return names;
}

// Refusals are the caller's business; only what an administrator must look at is logged.
void Directory::Parts::note(const char* operation, const Error& error) {
  const bool unknown = error.code == Errc::kUnknownOutcome;
  if (!unknown && error.code != Errc::kUnavailable) return;
  metrics.count(unknown ? "habilitd_directory_unknown_total" : "habilitd_directory_failed_total");
  log.warn(unknown ? "directory.unknown-outcome" : "directory.unavailable",
           {{"operation", operation},
            {"reason", error.reason},
            {"code", static_cast<long long>(error.directory_code)}});
}

// A mirror that lags does not undo the write.
void Directory::Parts::wait_for(const char* operation, const Written& written) {
  if (!mirror.loaded() || mirror.wait_for(written.id, written.csn, options.mirror_wait)) return;
  metrics.count("habilitd_mirror_late_total");
  log.warn("mirror.late", {{"operation", operation}, {"entry", written.id.str()}});
}

namespace {

// What this thread wrote and the mirror may not have yet.
struct Postponed {
  int holders = 0;
  std::vector<std::function<void()>> waits;
};
Postponed& postponed() {
  thread_local Postponed here;
  return here;
}

}  // namespace

// What was written is readable from here on, or from the end of Together.
Result<Written> Directory::Parts::seen(const char* operation, Result<Written> result) {
  if (!result) {
    note(operation, result.error());
  } else if (postponed().holders == 0) {
    wait_for(operation, *result);
  } else {
    postponed().waits.push_back(
        [this, operation, written = *result] { wait_for(operation, written); });
  }
  return result;
}

Directory::Together::Together() { ++postponed().holders; }

Directory::Together::~Together() {
  settle();
  --postponed().holders;
}

// The last write is the one that comes last; those before it cost nothing then.
void Directory::Together::settle() {
  auto waits = std::exchange(postponed().waits, {});
  for (auto wait = waits.rbegin(); wait != waits.rend(); ++wait) (*wait)();
}

Result<Connection::Bound> Directory::Parts::bind(const Dn& user, const Secret& password) {
  return on_connection(sign_in, [&](Connection& connection) -> Result<Connection::Bound> {
    auto bound = connection.bind(user, password);
    if (!bound) return bound;
    const auto name = connection.who_am_i();
    if (!name) return name.error();
    if (!name->starts_with("dn:") || dn_key(name->substr(3)) != dn_key(user.str())) {
      return wrong_credentials("signed in as somebody else");
    }
    return bound;
  });
}

void Directory::Parts::bind_decoy(const Secret& password) {
  const auto start = steady_clock::now();
  if (auto bound = bind(decoy, password); !bound) note("decoy", bound.error());
  decoy_cost = since(start).count();
}

Directory::Directory(Options options, Log& log, Metrics& metrics)
    : parts_(std::make_unique<Parts>(std::move(options), log, metrics)) {}

Directory::~Directory() = default;

void Directory::start() { parts_->mirror.start(); }

void Directory::stop() { parts_->mirror.stop(); }

const Layout& Directory::layout() const { return parts_->options.layout; }

Mirror& Directory::mirror() { return parts_->mirror; }

Result<Mirror::View> Directory::view() const { return parts_->mirror.view(); }

Result<Entry> Directory::read(Identity identity, const Dn& name,
                              const std::vector<Attr>& attributes) {
  const auto names = parts_->names(attributes);
  auto result = on_connection(parts_->pool(identity),
                              [&](Connection& connection) { return connection.read(name, names); });
  if (!result) parts_->note("read", result.error());
  return result;
}

Result<std::vector<Entry>> Directory::search(Identity identity, const Dn& base,
                                             const Filter& filter,
                                             const std::vector<Attr>& attributes) {
  const auto names = parts_->names(attributes);
  auto result = on_connection(parts_->pool(identity), [&](Connection& connection) {
    return connection.search(base, Scope::kSubtree, filter, names);
  });
  if (!result) parts_->note("search", result.error());
  return result;
}

Result<std::vector<std::vector<Entry>>> Directory::search_all(Identity identity,
                                                              const std::vector<Search>& searches) {
  using Answers = std::vector<std::vector<Entry>>;
  std::vector<std::vector<std::string>> names;
  for (const Search& search : searches) names.push_back(parts_->names(search.attributes));
  const auto ask = [&](Connection& connection) -> Result<Answers> {
    Searches under_way(connection, parts_->options.write.deadline);
    for (std::size_t i = 0; i < searches.size(); ++i) {
      auto sent = under_way.send(searches[i].base, searches[i].filter, names[i]);
      if (!sent) return sent.error();
    }
    Answers answers;
    for (std::size_t i = 0; i < searches.size(); ++i) {
      auto answer = under_way.receive(searches[i].base, names[i]);
      if (!answer) return answer.error();
      answers.push_back(*std::move(answer));
    }
    return answers;
  };
  auto result = on_connection(parts_->pool(identity), ask);
  if (!result) parts_->note("search", result.error());
  return result;
}

Result<Written> Directory::add(Identity identity, const Dn& name, const Attributes& attributes) {
  auto result = on_connection(parts_->pool(identity), [&](Connection& connection) {
    return connection.add(name, attributes);
  });
  return parts_->seen("add", std::move(result));
}

Result<Written> Directory::modify(Identity identity, const Dn& name,
                                  const std::vector<Change>& changes, const WriteOptions& options) {
  auto result = on_connection(parts_->pool(identity), [&](Connection& connection) {
    return connection.modify(name, changes, options);
  });
  return parts_->seen("modify", std::move(result));
}

Result<Written> Directory::modify_members(Identity identity, const Dn& name,
                                          const std::vector<Change>& changes,
                                          const LinkNames& members, const WriteOptions& options) {
  WriteOptions telling = options;
  telling.tell_csn_before = true;
  auto result = on_connection(parts_->pool(identity), [&](Connection& connection) {
    return connection.modify(name, changes, telling);
  });
  const bool told = result && parts_->mirror.advance({result->id, result->csn_before, result->csn,
                                                      Link::kMember, members});
  return told ? result : parts_->seen("modify", std::move(result));
}

Status Directory::remove(Identity identity, const Dn& name, const EntryUuid& id,
                         const WriteOptions& options) {
  auto result = on_connection(parts_->pool(identity), [&](Connection& connection) {
    return connection.remove(name, options);
  });
  Mirror& mirror = parts_->mirror;
  if (!result) {
    parts_->note("remove", result.error());
  } else if (mirror.loaded() && !mirror.wait_for_absence(id, parts_->options.mirror_wait)) {
    parts_->metrics.count("habilitd_mirror_late_total");
    parts_->log.warn("mirror.late", {{"operation", "remove"}, {"entry", id.str()}});
  }
  return result;
}

Result<Connection::Bound> Directory::check_password(const Dn& user, const Secret& password) {
  if (password.empty() || password.reveal().size() > kLongestPassword) {
    return wrong_credentials("empty or too long");
  }
  if (user.empty()) {
    parts_->bind_decoy(password);
    return wrong_credentials("no such person");
  }
  const auto start = steady_clock::now();
  auto bound = parts_->bind(user, password);
  if (bound) return bound;
  parts_->note("bind", bound.error());
  if (bound.error().code != Errc::kUnauthenticated) return bound.error();
  // Somebody without a password, or with a cheap hash, is refused sooner than nobody: pay the rest.
  const auto decoy_cost = parts_->decoy_cost.load();
  if (decoy_cost == 0 || 2 * since(start).count() < decoy_cost) parts_->bind_decoy(password);
  return wrong_credentials("wrong password");
}

Status Directory::set_password(const Dn& user, const Secret& password) {
  auto result = on_connection(parts_->passwords, [&](Connection& connection) {
    return connection.change_password(user, nullptr, password);
  });
  if (!result) parts_->note("password", result.error());
  return result;
}

Status Directory::change_own_password(const Dn& user, const Secret& old_password,
                                      const Secret& new_password) {
  auto result = on_connection(parts_->sign_in, [&](Connection& connection) -> Status {
    auto bound = connection.bind(user, old_password);
    if (!bound) return bound.error();
    return connection.change_password(user, &old_password, new_password);
  });
  if (!result) parts_->note("password", result.error());
  return result;
}

Dn decoy_name(const Layout& layout) { return Dn::child("cn", "habilitd-decoy", layout.services); }

Attribute attribute(const Layout& layout, Attr attr, std::vector<std::string> values) {
  return {layout.name(attr).str(), std::move(values)};
}

Change change(const Layout& layout, Change::Op op, Attr attr, std::vector<std::string> values) {
  return {op, layout.name(attr), std::move(values)};
}

}  // namespace habilitd::ldap
