#include "workflow/accounts.h"

#include <algorithm>

#include "base/text.h"
#include "workflow/condition.h"
#include "workflow/deed.h"
#include "workflow/lookup.h"
#include "workflow/services.h"
#include "workflow/sessions.h"
#include "workflow/system_acts.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Identity;

Json about_person(const EntryUuid& person) { return {{"person", person.str()}}; }

bool is(const ldap::Layout& layout, const std::string& name, Attr attr) {
  return ascii_lower(name) == ascii_lower(layout.name(attr).str());
}

// What every new person has: our classes, and a name that never changes.
ldap::Attributes complete(const ldap::Layout& layout, const ldap::Attributes& given,
                          const std::string& key) {
  std::vector<std::string> classes{layout.person_class, "habPerson"};
  ldap::Attributes entry;
  for (const ldap::Attribute& attribute : given) {
    if (is(layout, attribute.name, Attr::kHabKey)) continue;
    if (!is(layout, attribute.name, Attr::kObjectClass)) {
      entry.push_back(attribute);
      continue;
    }
    for (const std::string& name : attribute.values) {
      const auto same = [&](const std::string& other) {
        return ascii_lower(other) == ascii_lower(name);
      };
      if (std::none_of(classes.begin(), classes.end(), same)) classes.push_back(name);
    }
  }
  entry.push_back(ldap::attribute(layout, Attr::kObjectClass, std::move(classes)));
  entry.push_back(ldap::attribute(layout, Attr::kHabKey, {key}));
  return entry;
}

Error readable(const Error& error) {
  if (error.code != Errc::kConflict || error.directory_code != ldap::code::kConstraintViolation) {
    return error;
  }
  return {Errc::kConflict, "uniqueness", error.detail, error.directory_code};
}

bool switches_off(const ldap::Layout& layout, const std::vector<Change>& changes) {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
    return is(layout, change.attribute.str(), Attr::kHabActive) &&
           change.op != Change::Op::kDelete && !change.values.empty() &&
           change.values.front() == "FALSE";
  });
}

Result<ldap::Dn> dn_of(Services& services, const EntryUuid& id) {
  const auto person = look_up_person(services, id);
  if (!person) return person.error();
  if (!*person) return Error{Errc::kNotFound, "unknown-person", id.str()};
  return (*person)->dn;
}

// What is not written has no modify to carry the caller's condition.
Status check_assertion(Services& services, const ldap::Dn& dn, const ldap::WriteOptions& options) {
  if (!options.assertion) return done();
  const auto found = services.directory.search(Identity::kProvisioning, dn, *options.assertion, {});
  if (!found) return found.error();
  if (!found->empty()) return done();
  return Error{Errc::kStale, "assertion-failed", {}, ldap::code::kAssertionFailed};
}

Result<ldap::Written> version_of(Services& services, const ldap::Dn& dn, const EntryUuid& id) {
  const auto entry = services.directory.read(Identity::kProvisioning, dn, {Attr::kEntryCsn});
  if (!entry) return entry.error();
  return ldap::Written{id, entry->first(services.directory.layout().name(Attr::kEntryCsn).str())};
}

// What takes `changes` back: the values that were there before.
std::vector<Change> reverse(const std::vector<Change>& changes, const ldap::Entry& before) {
  std::vector<Change> back;
  for (const Change& change : changes) {
    const auto same = [&](const Change& other) {
      return ascii_lower(other.attribute.str()) == ascii_lower(change.attribute.str());
    };
    if (std::any_of(back.begin(), back.end(), same)) continue;
    const auto* values = before.find(change.attribute.str());
    back.push_back(
        {Change::Op::kReplace, change.attribute, values ? *values : std::vector<std::string>()});
  }
  return back;
}

// A password that comes with other changes, or under a condition, is set after a modify that only
// one of several can win. What the modify changed is taken back when the password is refused.
class PasswordChange {
 public:
  PasswordChange(Services& services, const ldap::Dn& dn, const EntryUuid& id,
                 const std::vector<Change>& changes)
      : services_(services), dn_(dn), id_(id), changes_(changes) {}

  Result<ldap::Written> run(const Secret& password, const ldap::WriteOptions& options) {
    if (auto claimed = claim(options); !claimed) return claimed.error();
    if (auto set = services_.directory.set_password(dn_, password); !set) {
      // What nobody knows the outcome of is not taken back.
      if (set.error().code != Errc::kUnknownOutcome) take_back();
      return set.error();
    }
    // It is set, also when the entry cannot be read just now.
    auto version = version_of(services_, dn_, id_);
    return version ? *std::move(version) : ldap::Written{id_, written_.csn};
  }

 private:
  const ldap::Layout& layout() const { return services_.directory.layout(); }

  Status claim(const ldap::WriteOptions& options) {
    if (changes_.empty() && !options.assertion) return done();
    std::vector<Attr> attributes{Attr::kEntryCsn, Attr::kObjectClass};
    for (const Change& change : changes_) {
      if (const auto attr = layout().attr(change.attribute.str())) attributes.push_back(*attr);
    }
    auto before = services_.directory.read(Identity::kProvisioning, dn_, attributes);
    if (!before) return before.error();
    before_ = *std::move(before);
    ldap::WriteOptions same = still_at(layout(), ldap::Kind::kPerson,
                                       before_.first(layout().name(Attr::kEntryCsn).str()));
    if (options.assertion) same.assertion = *options.assertion & *same.assertion;
    auto written = services_.directory.modify(Identity::kProvisioning, dn_,
                                              changes_.empty() ? touch() : changes_, same);
    if (!written) return written.error();
    written_ = *std::move(written);
    return done();
  }

  // Says what the entry says already, and so moves its version on.
  std::vector<Change> touch() const {
    const auto* classes = before_.find(layout().name(Attr::kObjectClass).str());
    return {ldap::change(layout(), Change::Op::kReplace, Attr::kObjectClass,
                         classes ? *classes : std::vector<std::string>())};
  }

  void take_back() {
    if (changes_.empty()) return;
    const auto back =
        services_.directory.modify(Identity::kProvisioning, dn_, reverse(changes_, before_),
                                   still_at(layout(), ldap::Kind::kPerson, written_.csn));
    if (!back) {
      services_.log.error("account.half-changed",
                          {{"person", id_.str()}, {"reason", back.error().reason}});
    }
  }

  Services& services_;
  const ldap::Dn& dn_;
  const EntryUuid& id_;
  const std::vector<Change>& changes_;
  ldap::Entry before_;
  ldap::Written written_;
};

Result<ldap::Written> write_change(Services& services, const ldap::Dn& dn, const EntryUuid& id,
                                   const std::vector<Change>& changes, const Secret* password,
                                   const ldap::WriteOptions& options) {
  if (password) return PasswordChange(services, dn, id, changes).run(*password, options);
  if (!changes.empty()) {
    return services.directory.modify(Identity::kProvisioning, dn, changes, options);
  }
  if (auto holds = check_assertion(services, dn, options); !holds) return holds.error();
  return version_of(services, dn, id);
}

// Thousands of people are pushed by a machine, which would notice and repeat what a power cut took.
Deed::Durable durability(const Actor& actor) {
  return actor.kind == Actor::Kind::kClient ? Deed::Durable::kSoon : Deed::Durable::kAtAnswer;
}

template <class T>
void end_deed(Deed& deed, const Result<T>& result) {
  if (result) {
    deed.end("done");
  } else {
    deed.end(result.error());
  }
}

// Sessions and requests end after the account did; what fails here the reconciler finds.
void close_down(Services& services, const EntryUuid& id, const char* why, bool habilitations) {
  const auto note = [&](const Status& status) {
    if (!status) services.log.warn("account.closing", {{"reason", status.error().reason}});
  };
  note(close_all_sessions(services, id));
  note(close_requests_of(services, id, why, habilitations));
}

}  // namespace

Result<ldap::Written> create_account(Services& services, const Actor& actor,
                                     const ldap::Attributes& attributes, const Secret* password) {
  const ldap::Layout& layout = services.directory.layout();
  const std::string key = EntryUuid::random().str();
  const ldap::Dn dn = ldap::Dn::child(layout.name(Attr::kHabKey), key, layout.people);
  Deed deed(services, actor, "account.create", {{"key", key}}, durability(actor));
  if (auto intended = deed.intend(); !intended) return intended.error();
  auto added =
      services.directory.add(Identity::kProvisioning, dn, complete(layout, attributes, key));
  if (!added) {
    deed.end(added.error());
    return readable(added.error());
  }
  deed.note("person", added->id.str());
  if (password) {
    if (auto set = services.directory.set_password(dn, *password); !set) {
      auto removed = services.directory.remove(Identity::kProvisioning, dn, added->id);
      if (!removed) services.log.error("account.left-over", {{"person", added->id.str()}});
      deed.end(set.error());
      return set.error();
    }
    added = version_of(services, dn, added->id);
  }
  deed.end("done");
  return added;
}

Result<ldap::Written> change_account(Services& services, const Actor& actor, const EntryUuid& id,
                                     const std::vector<Change>& changes, const Secret* password,
                                     const ldap::WriteOptions& options) {
  const auto dn = dn_of(services, id);
  if (!dn) return dn.error();
  if (changes.empty() && !password) return write_change(services, *dn, id, {}, nullptr, options);
  Deed deed(services, actor, "account.change", about_person(id), durability(actor));
  const bool off = switches_off(services.directory.layout(), changes);
  if (off) deed.note("active", "no");
  if (password) deed.note("password", "set");
  if (auto intended = deed.intend(); !intended) return intended.error();
  auto written = write_change(services, *dn, id, changes, password, options);
  end_deed(deed, written);
  if (!written) return readable(written.error());
  if (off) {
    close_down(services, id, "account-disabled", false);
  } else if (password) {
    auto closed = close_all_sessions(services, id);
    if (!closed) services.log.warn("account.closing", {{"reason", closed.error().reason}});
  }
  return written;
}

Status delete_account(Services& services, const Actor& actor, const EntryUuid& id,
                      const ldap::WriteOptions& options) {
  const auto dn = dn_of(services, id);
  if (!dn) return dn.error();
  Deed deed(services, actor, "account.delete", about_person(id), durability(actor));
  if (auto intended = deed.intend(); !intended) return intended;
  // The entry first: its memberships go with it (refint), and a refused delete closes nothing.
  auto removed = services.directory.remove(Identity::kProvisioning, *dn, id, options);
  end_deed(deed, removed);
  if (!removed) return removed;
  close_down(services, id, "account-deleted", true);
  return done();
}

}  // namespace habilitd::workflow
