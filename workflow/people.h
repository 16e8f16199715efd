// People, structures and applications as typed views over directory entries, and what a manager
// manages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ldap/directory.h"

namespace habilitd::workflow {

struct Person {
  EntryUuid id;
  std::string dn, user_name, given_name, family_name, name, mail,
      language;               // name: as shown to people
  bool active = true;         // habActive, absent = TRUE
  bool mail_verified = true;  // habMailVerified holds the mail address (or TRUE), or is absent
};
Person person_from(const ldap::Record&);
// One member of Person alone, for where thousands are looked at.
std::string shown_name(const ldap::Record&);
bool is_active(const ldap::Record&);
bool is_mail_verified(const ldap::Record&);
// kNotFound (reason unknown-person) when there is no such person.
Result<Person> find_person(const ldap::Mirror::View&, const EntryUuid&);
// By userName, else by a mail address that exactly one active person has (both without regard to
// case).
Result<Person> find_person_by_login(const ldap::Mirror::View&, std::string_view login);
// The same without taking the entry apart.
Result<ldap::RecordPtr> find_person_entry(const ldap::Mirror::View&, const EntryUuid&);
Result<ldap::RecordPtr> find_person_entry_by_login(const ldap::Mirror::View&,
                                                   std::string_view login);

struct Structure {
  EntryUuid id;
  Siret siret;
  std::string name;  // o, else description, else the SIRET
  bool open = true;  // habState: closed
};
Result<Structure> find_structure(const ldap::Mirror::View&, const ldap::Layout&, const Siret&);
// Structures that the person is a member of, by name.
std::vector<Structure> structures_of(const ldap::Mirror::View&, const EntryUuid& person);
bool is_attached(const ldap::Mirror::View&, const ldap::Layout&, const EntryUuid& person,
                 const Siret&);

struct Application {
  std::string id;    // soffi
  std::string name;  // SOFFi
  std::string description, link;
};
std::vector<Application> applications(const ldap::Mirror::View&);
Result<Application> find_application(const ldap::Mirror::View&, std::string_view id);

}  // namespace habilitd::workflow
