// The parts of check_setup(). For ldap/ only.
#pragma once

#include <string>
#include <vector>

#include "ldap/connection.h"
#include "ldap/setup.h"

namespace habilitd::ldap {

using SetupFindings = std::vector<SetupFinding>;

// Controls, extended operations and schema, as the root DSE and the subschema tell.
void check_features(Connection& reader, const Layout&, SetupFindings&);
// Bases, the steward, the decoy, the password policy.
void check_tree(Connection& reader, const Layout&, SetupFindings&);
// Overlays, indexes and limits, as far as the reader may see cn=config.
void check_configuration(Connection& reader, const Directory::Options&, SetupFindings&);
// What each identity may and may not do.
void check_access(Connection& reader, const Directory::Options&, SetupFindings&);

inline SetupFinding setup_error(std::string what, std::string remedy) {
  return {SetupFinding::Severity::kError, std::move(what), std::move(remedy)};
}
inline SetupFinding setup_warning(std::string what, std::string remedy) {
  return {SetupFinding::Severity::kWarning, std::move(what), std::move(remedy)};
}

}  // namespace habilitd::ldap
