// One person, or one request, as somebody may see them: the second half of rights.h.
#include <algorithm>

#include "workflow/managers.h"
#include "workflow/request_entry.h"
#include "workflow/rights.h"
#include "workflow/rights_scope.h"
#include "workflow/services.h"
#include "workflow/stages.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

constexpr std::size_t kMostPast = 50;

// A person's readable records, newest first.
std::vector<RequestRecord> records_of(const View& view, const EntryUuid& person) {
  std::vector<RequestRecord> records;
  for (const RecordPtr& entry : view.find(Attr::kHabPersonId, person.str())) {
    if (entry->kind() != Kind::kRequest) continue;
    if (auto record = request_from(*entry)) records.push_back(*std::move(record));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const auto& a, const auto& b) { return a.created > b.created; });
  return records;
}

std::string label_of(Services& services, const std::string& application, const std::string& role_id,
                     const std::string& language) {
  const auto policy = services.catalogue.policy(application);
  const policies::Role* role = policy ? policy->role(role_id) : nullptr;
  return role ? policies::label_in(role->labels, language, role_id) : role_id;
}

void fill_from_record(Right& right, const RequestRecord& record) {
  right.record = record.id;
  right.since = record.created;
  right.until = record.until;
  if (const Event* applied = record.last("applied")) right.since = applied->at;
}

const RequestRecord* live_record(const std::vector<RequestRecord>& records,
                                 const std::string& application, const Right& right) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const RequestRecord& record) {
    return record.state == State::kActive && record.application == application &&
           record.role == right.role && record.siret == right.siret.str();
  });
  return found == records.end() ? nullptr : &*found;
}

// Roles that membership gives; `wanted` chooses by application and SIRET.
template <class Wanted>
std::vector<Right> held_by(Services& services, const View& view, const Person& person,
                           const std::vector<RequestRecord>& records, Wanted&& wanted) {
  std::vector<Right> rights;
  const RecordPtr member = view.by_id(person.id);
  if (!member) return rights;
  for (const ldap::NodeId node : view.sources(member->node(), Link::kMember)) {
    const RecordPtr group = view.at(node);
    if (!group || group->kind() != Kind::kHabilitation) continue;
    const std::string application(group->first(Attr::kHabApplication));
    const auto siret = Siret::parse(group->first(Attr::kHabSiret));
    if (!siret || !wanted(application, siret->str())) continue;
    const std::string role(group->first(Attr::kHabRole));
    const auto structure = find_structure(view, services.directory.layout(), *siret);
    Right right{Right::State::kActive,
                person.id,
                person.name,
                person.mail,
                role,
                label_of(services, application, role, person.language),
                *siret,
                structure ? structure->name : siret->str(),
                std::nullopt,
                {},
                std::nullopt,
                application};
    if (const auto* record = live_record(records, application, right)) {
      fill_from_record(right, *record);
    }
    rights.push_back(std::move(right));
  }
  std::sort(rights.begin(), rights.end(), [](const Right& a, const Right& b) {
    return std::tie(a.structure_name, a.role_label) < std::tie(b.structure_name, b.role_label);
  });
  return rights;
}

Error unknown_person() { return {Errc::kNotFound, "unknown-person", {}}; }

// Named by the stage that is waited for, though she may manage nothing.
bool is_awaited(Services& services, const Actor& actor, const RequestRecord& record) {
  if (actor.kind != Actor::Kind::kPerson || record.state != State::kPending) return false;
  const auto people = approvers(services, record);
  return std::any_of(people.begin(), people.end(),
                     [&](const Person& person) { return person.id == actor.id; });
}

bool is_own(const Actor& actor, const RequestRecord& record) {
  if (actor.id.nil()) return false;
  return record.person == actor.id || record.history.front().by == actor.id;
}

}  // namespace

Result<PersonRights> person_rights(Services& services, const Actor& actor,
                                   std::string_view application_id, const EntryUuid& id) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const std::string application(application_id);
  const ScopePtr kept = kept_scope(services, *view, actor, application);
  const Scope& scope = *kept;
  auto person = find_person(*view, id);
  if (!person) return unknown_person();
  PersonRights rights;
  for (Structure& structure : structures_of(*view, id)) {
    if (scope.covers(structure.siret.str())) rights.structures.push_back(std::move(structure));
  }
  const auto records = records_of(*view, id);
  for (const RequestRecord& record : records) {
    if (record.application != application || !scope.covers(record.siret)) continue;
    if (record.state == State::kPending) {
      rights.pending.push_back(record);
    } else if (record.state != State::kActive && record.state != State::kApproved &&
               rights.past.size() < kMostPast) {
      rights.past.push_back(record);
    }
  }
  rights.active = held_by(services, *view, *person, records,
                          [&](const std::string& held, const std::string& siret) {
                            return held == application && scope.covers(siret);
                          });
  const bool shared = !rights.structures.empty() || !rights.pending.empty() ||
                      !rights.active.empty() || !rights.past.empty();
  if (!shared) return unknown_person();
  rights.person = *std::move(person);
  return rights;
}

Result<OwnRights> own_rights(Services& services, const EntryUuid& id) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const auto person = find_person(*view, id);
  if (!person) return person.error();
  OwnRights own;
  own.requests = records_of(*view, id);
  own.active = held_by(services, *view, *person, own.requests,
                       [](const std::string&, const std::string&) { return true; });
  return own;
}

Result<RequestRecord> find_request(Services& services, const Actor& actor, const RequestId& id) {
  const Error unknown{Errc::kNotFound, "unknown-request", id.str()};
  Result<RequestRecord> record = unknown;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const RecordPtr entry = view->by_id(id.entry());
    if (!entry || entry->kind() != Kind::kRequest) return unknown;
    record = request_from(*entry);
    if (!record || is_own(actor, *record)) return record;
    if (manages(services, *view, actor, record->application, record->siret)) return record;
  }
  // Looks at the mirror again: a view must not be held while another is taken.
  return is_awaited(services, actor, *record) ? record : Result<RequestRecord>(unknown);
}

}  // namespace habilitd::workflow
