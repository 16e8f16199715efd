// Multi-valued attributes whose values live in LDAP and whose types, primary marks and order live
// in habScim: emails and phoneNumbers. LDAP is the truth for values: an annotation without its
// value is dropped, a value without annotation gets the default type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ldap/schema.h"
#include "scim/json_slice.h"

namespace habilitd::scim {

struct MergedValue {
  JsonSlice note;          // the annotation, an object; nothing for a bare LDAP value
  std::string_view value;  // of a bare LDAP value
  std::string_view type;   // of a bare LDAP value
  bool primary = false;    // of a bare LDAP value
};

struct LdapValue {
  std::string_view value, default_type;
};

// Can the LDAP attribute hold the text (RFC 4517: IA5 String, Telephone Number, Directory String)?
// What it cannot hold lives in habScim alone.
bool ldap_holds(ldap::Attr, std::string_view text);
// Where a phone number of that type lives.
ldap::Attr phone_attribute(std::string_view type);
// Texts with the same key are one value to the directory: letter case, and for phones spaces and
// hyphens, are ignored.
std::string ldap_key(ldap::Attr, std::string_view text);

// `notes`: the array in habScim, or nothing. `first_is_primary`: when there are no notes at all.
void merge_values(ldap::Attr, const std::vector<LdapValue>&, JsonSlice notes, bool first_is_primary,
                  std::vector<MergedValue>& out);

}  // namespace habilitd::scim
