// One entry of each kind, for tests that try what each identity may do.
#pragma once

#include <string>

namespace habilitd::tests {

inline const std::string kSampleTree = R"(
dn: habKey=person,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: person
uid: a.person
cn: A Person
sn: Person
mail: a.person@example.org
userPassword: correct horse battery

dn: habKey=boss,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: boss
uid: a.boss
cn: A Boss
sn: Boss
mail: a.boss@example.org
userPassword: correct horse boss

dn: cn=73282932000074,ou=structures,dc=example,dc=org
objectClass: groupOfNames
objectClass: habStructure
cn: 73282932000074
o: Structure
habSiret: 73282932000074
member: cn=habilitd,ou=services,dc=example,dc=org

dn: cn=soffi.consultation.73282932000074,ou=habilitations,dc=example,dc=org
objectClass: groupOfNames
objectClass: habHabilitation
cn: soffi.consultation.73282932000074
habApplication: soffi
habRole: consultation
habSiret: 73282932000074
member: cn=habilitd,ou=services,dc=example,dc=org

dn: cn=pushed,ou=groups,dc=example,dc=org
objectClass: groupOfNames
objectClass: habGroup
cn: pushed
member: cn=habilitd,ou=services,dc=example,dc=org

dn: cn=soffi,ou=applications,dc=example,dc=org
objectClass: groupOfNames
objectClass: habApplicationInfo
cn: soffi
habApplication: soffi
member: cn=habilitd,ou=services,dc=example,dc=org

dn: habKey=request,ou=requests,dc=example,dc=org
objectClass: habRequest
habKey: request
habState: pending
habRevision: 1
habRecord: {"event":"asked"}

dn: habHash=00,ou=sessions,dc=example,dc=org
objectClass: habSession
habHash: 00
habPersonId: 00000000-0000-0000-0000-000000000000

dn: habHash=00,ou=tokens,dc=example,dc=org
objectClass: habToken
habHash: 00
habState: fresh

dn: habKey=mail,ou=outbox,dc=example,dc=org
objectClass: habOutboxEntry
habKey: mail
habState: waiting

dn: habKey=event,ou=events,dc=example,dc=org
objectClass: habEvent
habKey: event
habPending: 00000000-0000-0000-0000-000000000000
)";

// Makes the boss privileged; the group stands under ou=services, which clear() leaves alone.
inline const std::string kMakeBossPrivileged = R"(
dn: cn=privileged,ou=services,dc=example,dc=org
changetype: modify
replace: member
member: cn=habilitd,ou=services,dc=example,dc=org
member: habKey=boss,ou=people,dc=example,dc=org
)";

}  // namespace habilitd::tests
