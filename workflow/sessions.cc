#include "workflow/sessions.h"

#include "base/crypto.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Identity;
using ldap::RecordPtr;

constexpr std::string_view kSecretKind = "session";
constexpr const char* kMustChange = "must-change-password";
constexpr Duration kRenewEvery{5 * 60 * 1000};
constexpr std::size_t kLongestSecret = 128;

Error no_session() { return {Errc::kUnauthenticated, "no-session", {}}; }

// Neither idle for too long nor past its last moment. Unreadable times count as past.
bool is_live(const ldap::Record& record, Duration idle, Instant now) {
  const auto expires = parse_generalized_time(record.first(Attr::kHabExpires));
  const auto seen = parse_generalized_time(record.first(Attr::kHabSeen));
  return expires && seen && now < *expires && now < *seen + idle;
}

RecordPtr find_record(const ldap::Mirror::View& view, const Secret& secret) {
  if (secret.empty() || secret.reveal().size() > kLongestSecret) return nullptr;
  const std::string print = secret_fingerprint(kSecretKind, secret);
  RecordPtr record = view.find_one(Attr::kHabHash, print, ldap::Kind::kSession);
  if (!record || !equal_in_constant_time(record->first(Attr::kHabHash), print)) return nullptr;
  return record;
}

// Best effort: a session that could not be renewed ends a few minutes early, nothing else.
void renew(Services& services, const ldap::Record& record) {
  const Instant now = services.clock.now();
  const auto seen = parse_generalized_time(record.first(Attr::kHabSeen));
  if (seen && now < *seen + kRenewEvery) return;
  const auto dn = ldap::Dn::parse(record.dn());
  if (!dn) return;
  const auto renewed = services.directory.modify(
      Identity::kDecisions, *dn,
      {ldap::change(services.directory.layout(), ldap::Change::Op::kReplace, Attr::kHabSeen,
                    {to_generalized_time(now)})});
  if (!renewed) services.log.warn("session.not-renewed", {{"reason", renewed.error().reason}});
}

Status remove_session(Services& services, std::string_view dn_text, const EntryUuid& id) {
  const auto dn = ldap::Dn::parse(dn_text);
  if (!dn) return dn.error();
  auto removed = services.directory.remove(Identity::kDecisions, *dn, id);
  if (!removed && removed.error().code == Errc::kNotFound) return done();
  return removed;
}

}  // namespace

Result<Secret> open_session(Services& services, const Person& person, bool must_change_password) {
  const ldap::Layout& layout = services.directory.layout();
  const Instant now = services.clock.now();
  Secret secret = random_token();
  const std::string print = secret_fingerprint(kSecretKind, secret);
  ldap::Attributes entry{
      ldap::attribute(layout, Attr::kObjectClass, {"habSession"}),
      ldap::attribute(layout, Attr::kHabHash, {print}),
      ldap::attribute(layout, Attr::kHabPersonId, {person.id.str()}),
      ldap::attribute(layout, Attr::kHabCreated, {to_generalized_time(now)}),
      ldap::attribute(layout, Attr::kHabSeen, {to_generalized_time(now)}),
      ldap::attribute(layout, Attr::kHabExpires,
                      {to_generalized_time(now + services.settings.session_absolute)})};
  if (must_change_password) {
    entry.push_back(ldap::attribute(layout, Attr::kHabState, {kMustChange}));
  }
  const auto dn = ldap::Dn::child(layout.name(Attr::kHabHash), print, layout.sessions);
  const auto added = services.directory.add(Identity::kDecisions, dn, entry);
  if (!added) return added.error();
  return secret;
}

Result<Session> find_session(Services& services, const Secret& secret) {
  RecordPtr record;
  Session session;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    record = find_record(*view, secret);
    if (!record || !is_live(*record, services.settings.session_idle, services.clock.now())) {
      return no_session();
    }
    const auto id = EntryUuid::parse(record->first(Attr::kHabPersonId));
    if (!id) return no_session();
    auto person = find_person(*view, *id);
    if (!person || !person->active) return no_session();
    session = {record->id(), *std::move(person), record->first(Attr::kHabState) == kMustChange};
  }
  renew(services, *record);
  return session;
}

Status close_session(Services& services, const Secret& secret) {
  RecordPtr record;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    record = find_record(*view, secret);
  }
  return record ? remove_session(services, record->dn(), record->id()) : done();
}

Status close_all_sessions(Services& services, const EntryUuid& person) {
  const ldap::Layout& layout = services.directory.layout();
  const auto entries = services.directory.search(
      Identity::kDecisions, layout.sessions,
      ldap::Filter::equals(layout.name(Attr::kHabPersonId), person.str()), {Attr::kEntryUuid});
  if (!entries) return entries.error();
  Status worst = done();
  for (const ldap::Entry& entry : *entries) {
    const auto id = EntryUuid::parse(entry.first(layout.name(Attr::kEntryUuid).str()));
    if (!id) continue;
    if (auto removed = remove_session(services, entry.dn, *id); !removed) worst = removed;
  }
  return worst;
}

Status sweep_sessions(Services& services, std::size_t most) {
  std::vector<RecordPtr> dead;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const Instant now = services.clock.now();
    for (const ldap::NodeId node : view->all(ldap::Kind::kSession)) {
      if (dead.size() >= most) break;
      const RecordPtr record = view->at(node);
      if (record && !is_live(*record, services.settings.session_idle, now)) dead.push_back(record);
    }
  }
  for (const RecordPtr& record : dead) {
    if (auto removed = remove_session(services, record->dn(), record->id()); !removed) {
      return removed;
    }
  }
  return done();
}

}  // namespace habilitd::workflow
