// The attributes habilitd knows, the kinds of entry, and the site's layout (where what stands and
// what it is called). One table: name, whether the mirror indexes it, whether it links entries.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "ldap/text.h"

namespace habilitd::ldap {

// RFC 4511 section 4.1.9 and RFC 4528 section 3 result codes that callers tell apart.
namespace code {
inline constexpr int kConstraintViolation = 19;
inline constexpr int kNoSuchAttribute = 16;
inline constexpr int kTypeOrValueExists = 20;
inline constexpr int kNoSuchObject = 32;
inline constexpr int kInvalidCredentials = 49;
inline constexpr int kInsufficientAccess = 50;
inline constexpr int kObjectClassViolation = 65;
inline constexpr int kEntryAlreadyExists = 68;
inline constexpr int kAssertionFailed = 122;
}  // namespace code

// The attributes stand in groups.
// clang-format off
enum class Kind : std::uint8_t {
  kOther, kPerson, kStructure, kHabilitation, kGroup, kApplication,
  kRequest, kSession, kToken, kOutbox, kEvent, kService
};

enum class Attr : std::uint8_t {
  // inetOrgPerson, groupOfNames and what they inherit (RFC 2798, RFC 4519)
  kObjectClass, kUid, kCn, kSn, kGivenName, kDisplayName, kMail, kTelephoneNumber, kMobile, kTitle,
  kPreferredLanguage, kO, kOu, kDepartmentNumber, kEmployeeNumber, kEmployeeType, kManager, kStreet,
  kL, kSt, kPostalCode, kPostalAddress, kLabeledUri, kDescription, kInitials, kHomePhone,
  kMember, kOwner, kSeeAlso,
  // habPerson and shared
  kHabKey, kHabActive, kHabMailVerified, kHabExternalId, kHabScim, kHabSource, kHabilitation,
  // habStructure, habHabilitation, habApplication
  kHabApplication, kHabRole, kHabSiret, kHabPolicy, kHabLink, kHabState,
  // habRequest
  kHabRevision, kHabPersonId, kHabRecord, kHabSlot, kHabEffect, kHabOutbox, kHabCreated, kHabDue, kHabUntil,
  // habSession, habToken
  kHabHash, kHabExpires, kHabSeen, kHabClient,
  // habEvent
  kHabPending,
  // operational
  kEntryUuid, kEntryCsn, kCreateTimestamp, kModifyTimestamp, kPwdReset, kPwdAccountLockedTime, kPwdChangedTime,
  kCount
};
// clang-format on
inline constexpr std::size_t kAttrCount = static_cast<std::size_t>(Attr::kCount);

struct AttrInfo {
  Attr attr;
  const char* name;  // standard name
  bool indexed;      // the mirror finds entries by it (folded equality)
  bool link;         // DN-valued, kept as links between entries: member, owner, seeAlso, manager
  bool exact;        // the index compares case-exact instead
};
const std::array<AttrInfo, kAttrCount>& attr_table();

// Where things are on this site. All bases must stand under `suffix`.
struct Layout {
  Dn suffix;
  Dn people, structures, habilitations, groups, applications, requests, sessions, tokens, outbox,
      events, services;
  Dn steward;                                  // permanent member of every group, hidden everywhere
  std::string person_class = "inetOrgPerson";  // what makes an entry under `people` a person
  std::string group_class = "groupOfNames";
  // Attribute names on this site, the standard ones by default.
  std::array<std::string, kAttrCount> names;

  Layout();
  // The usual tree under a suffix.
  static Layout standard(const Dn& suffix);

  AttrName name(Attr) const;
  std::optional<Attr> attr(
      std::string_view name) const;  // without regard to case; options (";x") ignored
  Dn structure(const Siret&) const;  // cn=<SIRET>,ou=structures
  Dn habilitation(const RoleId&,
                  const Siret&) const;  // cn=soffi.consultation.<SIRET>,ou=habilitations
};

}  // namespace habilitd::ldap
