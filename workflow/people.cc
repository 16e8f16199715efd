#include "workflow/people.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/text.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::Mirror;
using ldap::Record;
using ldap::RecordPtr;

std::string text(const Record& record, Attr attr) { return std::string(record.first(attr)); }

std::optional<Structure> structure_from(const Record& record) {
  auto siret = Siret::parse(record.first(Attr::kCn));
  if (!siret) return std::nullopt;
  std::string name = text(record, Attr::kO);
  if (name.empty()) name = text(record, Attr::kDescription);
  if (name.empty()) name = siret->str();
  const bool open = record.first(Attr::kHabState) != "closed";
  return Structure{record.id(), *siret, std::move(name), open};
}

Application application_from(const Record& record) {
  Application application{text(record, Attr::kCn), text(record, Attr::kDisplayName),
                          text(record, Attr::kDescription), text(record, Attr::kHabLink)};
  if (application.name.empty()) application.name = text(record, Attr::kO);
  if (application.name.empty()) application.name = application.id;
  return application;
}

Error unknown_person() { return {Errc::kNotFound, "unknown-person", {}}; }

// The one person with that value, or null when there is none or more than one.
RecordPtr only_person(const Mirror::View& view, Attr attr, std::string_view value, bool active) {
  RecordPtr only;
  for (const RecordPtr& record : view.find(attr, value)) {
    if (record->kind() != Kind::kPerson) continue;
    if (active && !is_active(*record)) continue;
    if (only) return nullptr;
    only = record;
  }
  return only;
}

}  // namespace

std::string shown_name(const Record& record) {
  if (record.has(Attr::kDisplayName)) return text(record, Attr::kDisplayName);
  const std::string given = text(record, Attr::kGivenName), family = text(record, Attr::kSn);
  if (!given.empty() && !family.empty()) return given + " " + family;
  if (record.has(Attr::kCn)) return text(record, Attr::kCn);
  return family.empty() ? text(record, Attr::kUid) : family;
}

// LDAP Boolean (RFC 4517 section 3.3.3); absent counts as TRUE.
bool is_active(const Record& record) { return record.first(Attr::kHabActive) != "FALSE"; }

// habMailVerified holds the addresses that were proved; a directory that does not keep it trusts
// its own.
bool is_mail_verified(const Record& record) {
  const auto verified = record.values(Attr::kHabMailVerified);
  const std::string_view mail = record.first(Attr::kMail);
  return verified.empty() ||
         std::any_of(verified.begin(), verified.end(), [&](std::string_view value) {
           return value == "TRUE" || value == mail || fold(value) == fold(mail);
         });
}

Person person_from(const Record& record) {
  Person person;
  person.id = record.id();
  person.dn = record.dn();
  person.user_name = text(record, Attr::kUid);
  person.given_name = text(record, Attr::kGivenName);
  person.family_name = text(record, Attr::kSn);
  person.name = shown_name(record);
  person.mail = text(record, Attr::kMail);
  person.language = text(record, Attr::kPreferredLanguage);
  person.active = is_active(record);
  person.mail_verified = is_mail_verified(record);
  return person;
}

Result<RecordPtr> find_person_entry(const Mirror::View& view, const EntryUuid& id) {
  RecordPtr record = view.by_id(id);
  if (!record || record->kind() != Kind::kPerson) return unknown_person();
  return record;
}

Result<RecordPtr> find_person_entry_by_login(const Mirror::View& view, std::string_view login) {
  RecordPtr record = only_person(view, Attr::kUid, login, false);
  if (!record) record = only_person(view, Attr::kMail, login, true);
  if (!record) return unknown_person();
  return record;
}

Result<Person> find_person(const Mirror::View& view, const EntryUuid& id) {
  const auto entry = find_person_entry(view, id);
  if (!entry) return entry.error();
  return person_from(**entry);
}

Result<Person> find_person_by_login(const Mirror::View& view, std::string_view login) {
  const auto entry = find_person_entry_by_login(view, login);
  if (!entry) return entry.error();
  return person_from(**entry);
}

Result<Structure> find_structure(const Mirror::View& view, const ldap::Layout&,
                                 const Siret& siret) {
  const RecordPtr record = view.find_one(Attr::kCn, siret.str(), Kind::kStructure);
  auto structure = record ? structure_from(*record) : std::nullopt;
  if (!structure) return Error{Errc::kNotFound, "unknown-structure", siret.str()};
  return *std::move(structure);
}

std::vector<Structure> structures_of(const Mirror::View& view, const EntryUuid& person) {
  std::vector<Structure> found;
  const RecordPtr member = view.by_id(person);
  if (!member) return found;
  for (const ldap::NodeId node : view.sources(member->node(), Link::kMember)) {
    const RecordPtr group = view.at(node);
    if (!group || group->kind() != Kind::kStructure) continue;
    if (auto structure = structure_from(*group)) found.push_back(*std::move(structure));
  }
  std::sort(found.begin(), found.end(), [](const Structure& a, const Structure& b) {
    return std::tie(a.name, a.siret) < std::tie(b.name, b.siret);
  });
  return found;
}

bool is_attached(const Mirror::View& view, const ldap::Layout&, const EntryUuid& person,
                 const Siret& siret) {
  const RecordPtr member = view.by_id(person);
  const RecordPtr group = view.find_one(Attr::kCn, siret.str(), Kind::kStructure);
  return member && group && view.linked(group->node(), Link::kMember, member->node());
}

std::vector<Application> applications(const Mirror::View& view) {
  std::vector<Application> found;
  for (const ldap::NodeId node : view.all(Kind::kApplication)) {
    if (const RecordPtr record = view.at(node)) found.push_back(application_from(*record));
  }
  return found;
}

Result<Application> find_application(const Mirror::View& view, std::string_view id) {
  const RecordPtr record = view.find_one(Attr::kCn, id, Kind::kApplication);
  if (!record) return Error{Errc::kNotFound, "unknown-application", std::string(id)};
  return application_from(*record);
}

}  // namespace habilitd::workflow
