// What a person is to structures and applications: structures attached to or managed, roles held.
#pragma once

#include <string>
#include <vector>

#include "ldap/mirror.h"

namespace habilitd::scim {

struct PersonStructure {
  ldap::RecordPtr record;
  bool manager = false;
};
// Attached and managed structures, each once. `out` keeps its memory from one person to the next.
void find_structures(const ldap::Mirror::View&, ldap::NodeId person, ldap::Hold,
                     std::vector<PersonStructure>& out);

// A role by membership. What add_details() finds: the request that is the record of it (null: it
// was made by LDAP), and a name for people.
struct PersonRole {
  ldap::RecordPtr group, record;
  std::string display;
};
void find_roles(const ldap::Mirror::View&, ldap::NodeId person, ldap::Hold,
                std::vector<PersonRole>& out);
void add_details(const ldap::Mirror::View&, const EntryUuid& person, std::vector<PersonRole>&);

// "soffi consultation, ACME": of a role's group; the SIRET for a structure without a name.
std::string role_display(const ldap::Mirror::View&, const ldap::Record& group);

// Is the entry a habilitation in force: a request that was granted and has not ended?
bool is_in_force(const ldap::Record&);

}  // namespace habilitd::scim
