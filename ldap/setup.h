// `habilitd directory init | check`, and the part of it that every start runs.
//
// check tries what a running habilitd needs and what must be refused. It leaves nothing behind:
// what may be done is tried by changes that are bound to fail for another reason (taking away a
// value that is not there), so that "no such value" means "allowed" and "insufficient access" means
// "refused".
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ldap/directory.h"

namespace habilitd::ldap {

struct SetupFinding {
  enum class Severity {
    kWarning,  // works, but slower or less safely than it could; or it could not be looked at
    kError     // habilitd must not run like this
  };
  Severity severity;
  std::string what;    // "the decisions identity can delete requests"
  std::string remedy;  // what to do
};

// Empty: all is well. kUnavailable when the directory does not answer: nothing is known then.
Result<std::vector<SetupFinding>> check_setup(const Directory::Options&);

// The shipped LDIF with this site's names filled in.
//   kServer    for the configuration database: modules, hashing, indexes, the reader's view of it
//   kSchema    for the configuration database: our attributes and classes
//   kOverlays  for the configuration database: ppolicy, unique with serialize, refint, syncprov
//   kAccess    for the configuration database: access rules and limits; replaces those there are
//   kTree      the tree, identities and password policy; passwords as {SSHA} of the settings' ones
enum class SetupPart { kServer, kSchema, kOverlays, kAccess, kTree };
// What the settings do not say.
struct SetupSite {
  struct Application {
    std::string id, description;
  };
  std::string database = "{1}mdb";        // the database's name under cn=config
  std::vector<Application> applications;  // each gets an entry with the tree
};
std::string setup_ldif(SetupPart, const Directory::Options&, const SetupSite& = {});

// Adds what is missing of the tree, under an administrator's credentials, and sets the passwords of
// habilitd's identities to those of the settings. Entries that exist keep their content. Answers
// the names of the entries it added.
Result<std::vector<std::string>> make_tree(const Directory::Options&, const SetupSite&,
                                           const Credentials& administrator);

}  // namespace habilitd::ldap
