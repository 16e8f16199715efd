#include "workflow/request_entry.h"

#include "base/crypto.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Filter;
using ldap::Identity;

const std::vector<Attr>& request_attributes() {
  static const std::vector<Attr> all{Attr::kHabState,  Attr::kHabRevision, Attr::kHabApplication,
                                     Attr::kHabRole,   Attr::kHabSiret,    Attr::kHabPersonId,
                                     Attr::kHabRecord, Attr::kHabCreated,  Attr::kHabDue,
                                     Attr::kHabUntil,  Attr::kHabEffect,   Attr::kEntryUuid};
  return all;
}

std::string encode_asked(const RequestRecord& record) {
  return dump(Json{{"person_name", record.person_name},
                   {"person_mail", record.person_mail},
                   {"person_dn", record.person_dn},
                   {"language", record.language},
                   {"application_label", record.application_label},
                   {"structure_label", record.structure_label},
                   {"role_label", record.role_label},
                   {"justification", record.justification},
                   {"attach", record.attach},
                   {"direct", record.direct},
                   {"policy_id", record.policy_id},
                   {"policy_hash", record.policy_hash},
                   {"policy_version", record.policy_version},
                   {"approval", record.approval}});
}

std::string encode_event(const Event& event, std::size_t number, int stage_now) {
  Json json{{"n", number}, {"event", event.what}, {"at", to_rfc3339(event.at)}};
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  if (!event.by.nil()) json["by"] = event.by.str();
  put("by_name", event.by_name);
  put("by_mail", event.by_mail);
  put("reason", event.reason);
  put("operation", event.operation);
  if (event.stage != 0) json["stage"] = event.stage;
  if (stage_now != 0) json["now"] = stage_now;
  return dump(json);
}

// The events that `before` does not have yet.
std::vector<std::string> new_events(const RequestRecord& record, std::size_t from) {
  std::vector<std::string> values;
  for (std::size_t i = from; i < record.history.size(); ++i) {
    values.push_back(encode_event(record.history[i], i, record.stage));
  }
  return values;
}

std::vector<std::string> slots_of(const RequestRecord& record) {
  const auto named = [&](Slot slot) {
    return std::vector{
        slot_name(slot, record.person, record.application, record.role, record.siret)};
  };
  switch (record.state) {
    case State::kPending:
      return named(Slot::kOpen);
    case State::kApproved:
    case State::kActive:
      return named(Slot::kLive);
    default:
      return {};
  }
}

std::vector<std::string> instants(const std::optional<Instant>& instant) {
  if (!instant) return {};
  return {to_generalized_time(*instant)};
}

std::vector<std::string> encode_jobs(const std::vector<MailJob>& jobs) {
  std::vector<std::string> values;
  for (const MailJob& job : jobs) values.push_back(encode_job(job));
  return values;
}

ldap::Attributes entry_of(const ldap::Layout& layout, const std::string& key,
                          const RequestRecord& record, const Extras& extras) {
  ldap::Attributes entry;
  const auto put = [&](Attr attr, std::vector<std::string> values) {
    if (!values.empty()) entry.push_back(ldap::attribute(layout, attr, std::move(values)));
  };
  std::vector<std::string> history = new_events(record, 0);
  history.insert(history.begin(), encode_asked(record));
  put(Attr::kObjectClass, {"habRequest"});
  put(Attr::kHabKey, {key});
  put(Attr::kHabState, {std::string(state_name(record.state))});
  put(Attr::kHabRevision, {std::to_string(record.revision)});
  put(Attr::kHabApplication, {record.application});
  put(Attr::kHabRole, {record.role});
  put(Attr::kHabSiret, {record.siret});
  put(Attr::kHabPersonId, {record.person.str()});
  put(Attr::kHabCreated, {to_generalized_time(record.created)});
  put(Attr::kHabDue, instants(record.due));
  put(Attr::kHabUntil, instants(record.until));
  put(Attr::kHabSlot, slots_of(record));
  put(Attr::kHabRecord, std::move(history));
  put(Attr::kHabEffect, extras.effects);
  put(Attr::kHabOutbox, encode_jobs(extras.mails));
  return entry;
}

std::vector<Change> changes_of(const ldap::Layout& layout, const RequestRecord& before,
                               const RequestRecord& after, const Extras& extras) {
  std::vector<Change> changes;
  const auto put = [&](Change::Op op, Attr attr, std::vector<std::string> values) {
    changes.push_back(ldap::change(layout, op, attr, std::move(values)));
  };
  const auto swap = [&](Attr attr, std::string old_value, std::string new_value) {
    put(Change::Op::kDelete, attr, {std::move(old_value)});
    put(Change::Op::kAdd, attr, {std::move(new_value)});
  };
  swap(Attr::kHabRevision, std::to_string(before.revision), std::to_string(after.revision));
  if (before.state != after.state) {
    swap(Attr::kHabState, std::string(state_name(before.state)),
         std::string(state_name(after.state)));
  }
  if (slots_of(before) != slots_of(after))
    put(Change::Op::kReplace, Attr::kHabSlot, slots_of(after));
  if (before.due != after.due) put(Change::Op::kReplace, Attr::kHabDue, instants(after.due));
  if (before.until != after.until)
    put(Change::Op::kReplace, Attr::kHabUntil, instants(after.until));
  put(Change::Op::kAdd, Attr::kHabRecord, new_events(after, before.history.size()));
  if (!extras.effects_done.empty()) {
    put(Change::Op::kDelete, Attr::kHabEffect, extras.effects_done);
  }
  if (!extras.effects.empty()) put(Change::Op::kAdd, Attr::kHabEffect, extras.effects);
  if (!extras.mails.empty()) put(Change::Op::kAdd, Attr::kHabOutbox, encode_jobs(extras.mails));
  return changes;
}

Result<StoredRequest> stored_from(const ldap::Entry& entry, const ldap::Layout& layout) {
  auto record = request_from(entry, layout);
  if (!record) return record.error();
  StoredRequest stored{*std::move(record), {}};
  if (const auto* effects = entry.find(layout.name(Attr::kHabEffect).str())) {
    stored.effects = *effects;
  }
  return stored;
}

Result<std::vector<ldap::Entry>> search(Services& services, Attr attr, const std::string& value) {
  const ldap::Layout& layout = services.directory.layout();
  return services.directory.search(Identity::kDecisions, layout.requests,
                                   Filter::equals(layout.name(attr), value), request_attributes());
}

bool is_taken(const Error& error) {
  return error.directory_code == ldap::code::kConstraintViolation && error.code == Errc::kConflict;
}

Error taken(State wanted, const Error& error) {
  return {Errc::kConflict, wanted == State::kPending ? "request-open" : "already-held",
          error.detail, error.directory_code};
}

// An answer that did not come: the entry itself says whether the write was done.
Result<Swap> look_again(Services& services, const RequestRecord& before, const RequestRecord& after,
                        const Error& error) {
  const auto now = read_request(services, after.id);
  if (!now) return error;
  const RequestRecord& found = now->record;
  if (found.revision == before.revision) return error;
  const std::size_t ours = after.history.size() - 1;
  const bool done = found.history.size() > ours && encode_event(found.history[ours], ours, 0) ==
                                                       encode_event(after.history[ours], ours, 0);
  return done ? Swap::kDone : Swap::kLost;
}

}  // namespace

std::string slot_name(Slot slot, const EntryUuid& person, std::string_view application,
                      std::string_view role, std::string_view siret) {
  std::string triple = person.str();
  for (const std::string_view part : {application, role, siret}) triple.append("|").append(part);
  return (slot == Slot::kOpen ? "p:" : "a:") + to_hex(sha256(triple));
}

Result<StoredRequest> read_request(Services& services, const RequestId& id) {
  const auto entries = search(services, Attr::kEntryUuid, id.str());
  if (!entries) return entries.error();
  if (entries->empty()) return Error{Errc::kNotFound, "unknown-request", id.str()};
  return stored_from(entries->front(), services.directory.layout());
}

Result<std::optional<StoredRequest>> read_slot(Services& services, const std::string& slot) {
  const auto entries = search(services, Attr::kHabSlot, slot);
  if (!entries) return entries.error();
  if (entries->empty()) return std::optional<StoredRequest>();
  auto stored = stored_from(entries->front(), services.directory.layout());
  if (!stored) return stored.error();
  return std::optional(*std::move(stored));
}

Result<std::vector<StoredRequest>> read_requests_of(Services& services, const EntryUuid& person) {
  const auto entries = search(services, Attr::kHabPersonId, person.str());
  if (!entries) return entries.error();
  std::vector<StoredRequest> found;
  for (const ldap::Entry& entry : *entries) {
    auto stored = stored_from(entry, services.directory.layout());
    if (stored) found.push_back(*std::move(stored));
  }
  return found;
}

Status add_request(Services& services, RequestRecord& record, const Extras& extras) {
  const ldap::Layout& layout = services.directory.layout();
  const std::string key = EntryUuid::random().str();
  const ldap::Dn dn = ldap::Dn::child(layout.name(Attr::kHabKey), key, layout.requests);
  record.dn = dn.str();
  const auto added =
      services.directory.add(Identity::kDecisions, dn, entry_of(layout, key, record, extras));
  if (added) {
    record.id = RequestId(added->id);
    return done();
  }
  if (is_taken(added.error())) return taken(record.state, added.error());
  if (added.error().code != Errc::kUnknownOutcome) return added.error();
  // The key is ours alone: an entry of that name is the one just written.
  const auto found = services.directory.read(Identity::kDecisions, dn, {Attr::kEntryUuid});
  const auto id = EntryUuid::parse(found ? found->first(layout.name(Attr::kEntryUuid).str()) : "");
  if (!id) return added.error();
  record.id = RequestId(*id);
  return done();
}

Result<Swap> swap_request(Services& services, const RequestRecord& before, RequestRecord& after,
                          const Extras& extras) {
  const auto dn = ldap::Dn::parse(before.dn);
  if (!dn) return dn.error();
  after.revision = before.revision + 1;
  const auto written = services.directory.modify(
      Identity::kDecisions, *dn, changes_of(services.directory.layout(), before, after, extras));
  if (written) return Swap::kDone;
  const Error& error = written.error();
  if (error.directory_code == ldap::code::kNoSuchAttribute) return Swap::kLost;
  if (is_taken(error)) return taken(after.state, error);
  if (error.code == Errc::kUnknownOutcome) return look_again(services, before, after, error);
  return error;
}

}  // namespace habilitd::workflow
