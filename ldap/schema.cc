#include "ldap/schema.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace habilitd::ldap {
namespace {

constexpr AttrInfo plain(Attr attr, const char* name) { return {attr, name, false, false, false}; }
constexpr AttrInfo indexed(Attr attr, const char* name) { return {attr, name, true, false, false}; }
constexpr AttrInfo exact(Attr attr, const char* name) { return {attr, name, true, false, true}; }
constexpr AttrInfo link(Attr attr, const char* name) { return {attr, name, false, true, false}; }

constexpr std::array<AttrInfo, kAttrCount> kTable{{
    plain(Attr::kObjectClass, "objectClass"),
    indexed(Attr::kUid, "uid"),
    indexed(Attr::kCn, "cn"),
    plain(Attr::kSn, "sn"),
    plain(Attr::kGivenName, "givenName"),
    plain(Attr::kDisplayName, "displayName"),
    indexed(Attr::kMail, "mail"),
    plain(Attr::kTelephoneNumber, "telephoneNumber"),
    plain(Attr::kMobile, "mobile"),
    plain(Attr::kTitle, "title"),
    plain(Attr::kPreferredLanguage, "preferredLanguage"),
    plain(Attr::kO, "o"),
    plain(Attr::kOu, "ou"),
    plain(Attr::kDepartmentNumber, "departmentNumber"),
    plain(Attr::kEmployeeNumber, "employeeNumber"),
    plain(Attr::kEmployeeType, "employeeType"),
    link(Attr::kManager, "manager"),
    plain(Attr::kStreet, "street"),
    plain(Attr::kL, "l"),
    plain(Attr::kSt, "st"),
    plain(Attr::kPostalCode, "postalCode"),
    plain(Attr::kPostalAddress, "postalAddress"),
    plain(Attr::kLabeledUri, "labeledURI"),
    plain(Attr::kDescription, "description"),
    plain(Attr::kInitials, "initials"),
    plain(Attr::kHomePhone, "homePhone"),
    link(Attr::kMember, "member"),
    link(Attr::kOwner, "owner"),
    link(Attr::kSeeAlso, "seeAlso"),
    indexed(Attr::kHabKey, "habKey"),
    plain(Attr::kHabActive, "habActive"),
    plain(Attr::kHabMailVerified, "habMailVerified"),
    exact(Attr::kHabExternalId, "habExternalId"),
    plain(Attr::kHabScim, "habScim"),
    plain(Attr::kHabSource, "habSource"),
    plain(Attr::kHabilitation, "habilitation"),
    indexed(Attr::kHabApplication, "habApplication"),
    plain(Attr::kHabRole, "habRole"),
    indexed(Attr::kHabSiret, "habSiret"),
    plain(Attr::kHabPolicy, "habPolicy"),
    plain(Attr::kHabLink, "habLink"),
    indexed(Attr::kHabState, "habState"),
    plain(Attr::kHabRevision, "habRevision"),
    indexed(Attr::kHabPersonId, "habPersonId"),
    plain(Attr::kHabRecord, "habRecord"),
    indexed(Attr::kHabSlot, "habSlot"),
    plain(Attr::kHabEffect, "habEffect"),
    plain(Attr::kHabOutbox, "habOutbox"),
    plain(Attr::kHabCreated, "habCreated"),
    plain(Attr::kHabDue, "habDue"),
    plain(Attr::kHabUntil, "habUntil"),
    exact(Attr::kHabHash, "habHash"),
    plain(Attr::kHabExpires, "habExpires"),
    plain(Attr::kHabSeen, "habSeen"),
    plain(Attr::kHabClient, "habClient"),
    exact(Attr::kHabPending, "habPending"),
    plain(Attr::kEntryUuid, "entryUUID"),
    plain(Attr::kEntryCsn, "entryCSN"),
    plain(Attr::kCreateTimestamp, "createTimestamp"),
    plain(Attr::kModifyTimestamp, "modifyTimestamp"),
    plain(Attr::kPwdReset, "pwdReset"),
    plain(Attr::kPwdAccountLockedTime, "pwdAccountLockedTime"),
    plain(Attr::kPwdChangedTime, "pwdChangedTime"),
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kAttrCount; ++i) {
    if (kTable[i].attr != static_cast<Attr>(i) || kTable[i].name == nullptr) return false;
  }
  return true;
}
static_assert(in_order(), "the table has one row for each Attr, in its order");

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

const std::array<AttrInfo, kAttrCount>& attr_table() { return kTable; }

Layout::Layout() {
  for (const AttrInfo& info : kTable) names[static_cast<std::size_t>(info.attr)] = info.name;
}

Layout Layout::standard(const Dn& suffix) {
  Layout layout;
  layout.suffix = suffix;
  layout.people = Dn::child("ou", "people", suffix);
  layout.structures = Dn::child("ou", "structures", suffix);
  layout.habilitations = Dn::child("ou", "habilitations", suffix);
  layout.groups = Dn::child("ou", "groups", suffix);
  layout.applications = Dn::child("ou", "applications", suffix);
  layout.requests = Dn::child("ou", "requests", suffix);
  layout.sessions = Dn::child("ou", "sessions", suffix);
  layout.tokens = Dn::child("ou", "tokens", suffix);
  layout.outbox = Dn::child("ou", "outbox", suffix);
  layout.events = Dn::child("ou", "events", suffix);
  layout.services = Dn::child("ou", "services", suffix);
  layout.steward = Dn::child("cn", "habilitd", layout.services);
  return layout;
}

AttrName Layout::name(Attr attr) const {
  auto parsed = AttrName::parse(names.at(static_cast<std::size_t>(attr)));
  if (!parsed) throw std::logic_error("layout with a bad attribute name: " + parsed.error().detail);
  return *std::move(parsed);
}

std::optional<Attr> Layout::attr(std::string_view name) const {
  const std::string_view type = name.substr(0, name.find(';'));
  for (std::size_t i = 0; i < kAttrCount; ++i) {
    if (same_name(names[i], type)) return static_cast<Attr>(i);
  }
  return std::nullopt;
}

Dn Layout::structure(const Siret& siret) const {
  return Dn::child(name(Attr::kCn), siret.str(), structures);
}

Dn Layout::habilitation(const RoleId& role, const Siret& siret) const {
  return Dn::child(name(Attr::kCn), role.str() + "." + siret.str(), habilitations);
}

}  // namespace habilitd::ldap
