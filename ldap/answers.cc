#include "ldap/answers.h"

#include <ldap.h>

namespace habilitd::ldap {
namespace {

std::vector<std::string> values_of(::ldap* handle, LDAPMessage* entry, const char* name) {
  std::vector<std::string> values;
  berval** list = ldap_get_values_len(handle, entry, name);
  for (berval** value = list; value != nullptr && *value != nullptr; ++value) {
    values.emplace_back((*value)->bv_val, static_cast<std::size_t>((*value)->bv_len));
  }
  ldap_value_free_len(list);
  return values;
}

Entry named_entry(::ldap* handle, LDAPMessage* message) {
  Entry entry;
  const LdapText dn(ldap_get_dn(handle, message));
  if (dn) entry.dn = dn.get();
  return entry;
}

}  // namespace

Entry entry_from(::ldap* handle, LDAPMessage* message) {
  Entry entry = named_entry(handle, message);
  BerElement* position = nullptr;
  LdapText name(ldap_first_attribute(handle, message, &position));
  while (name) {
    entry.attributes.push_back({name.get(), values_of(handle, message, name.get())});
    name.reset(ldap_next_attribute(handle, message, position));
  }
  ber_free(position, 0);
  return entry;
}

Entry entry_from(::ldap* handle, LDAPMessage* message, const std::vector<std::string>& attributes) {
  Entry entry = named_entry(handle, message);
  for (const std::string& name : attributes) {
    auto values = values_of(handle, message, name.c_str());
    if (!values.empty()) entry.attributes.push_back({name, std::move(values)});
  }
  return entry;
}

}  // namespace habilitd::ldap
