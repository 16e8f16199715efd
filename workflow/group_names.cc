#include "workflow/group_names.h"

#include <algorithm>
#include <string>

#include "base/ids.h"
#include "ldap/text.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

// Two names with the same key are one name for slapd.
std::string key_of(std::string_view name) {
  return ldap::dn_key(ldap::Dn::child("cn", name, ldap::Dn()).str()).substr(3);
}

// application.role.SIRET
bool names_habilitation(std::string_view key) {
  const auto first = key.find('.'), last = key.rfind('.');
  return first != std::string_view::npos && first != last &&
         RoleId::parse(key.substr(0, first), key.substr(first + 1, last - first - 1)).ok() &&
         Siret::parse(key.substr(last + 1)).ok();
}

bool names_application(const Services& services, std::string_view key) {
  const auto policies = services.catalogue.all();
  return std::any_of(policies.begin(), policies.end(),
                     [&](const auto& policy) { return policy->application == key; });
}

bool names_approvers(const Services& services, std::string_view key) {
  for (const auto& policy : services.catalogue.all()) {
    const auto& groups = policy->approver_groups;
    const auto named = [&](const std::string& group) { return key_of(group) == key; };
    if (std::any_of(groups.begin(), groups.end(), named)) return true;
  }
  return false;
}

bool names_administrators(const Services& services, std::string_view key) {
  return key == key_of(services.settings.administrators_group);
}

Status check_open(const Services& services, const std::string& key) {
  if (names_administrators(services, key)) {
    return Error{Errc::kForbidden, "administrators-group", {}};
  }
  if (names_approvers(services, key)) return Error{Errc::kForbidden, "approvers-group", {}};
  return done();
}

}  // namespace

bool is_administrators_group(const Services& services, const ldap::Record& group) {
  if (group.kind() != ldap::Kind::kGroup) return false;
  const auto names = group.values(ldap::Attr::kCn);
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return names_administrators(services, key_of(name));
  });
}

bool is_approvers_group(const Services& services, std::string_view name) {
  return names_approvers(services, key_of(name));
}

Status check_group_is_open(const Services& services, const ldap::Record& group) {
  for (const std::string_view name : group.values(ldap::Attr::kCn)) {
    if (auto open = check_open(services, key_of(name)); !open) return open;
  }
  return done();
}

Status check_group_name(const Services& services, std::string_view name) {
  const std::string key = key_of(name);
  if (auto open = check_open(services, key); !open) return open;
  if (Siret::parse(key).ok() || names_habilitation(key) || names_application(services, key)) {
    return Error{Errc::kForbidden, "reserved-name", {}};
  }
  return done();
}

}  // namespace habilitd::workflow
