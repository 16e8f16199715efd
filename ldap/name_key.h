// dn_key() for the mirror, which needs one for every member of every group: no allocation for the
// plain names that nearly all are.
#pragma once

#include <string>
#include <string_view>

namespace habilitd::ldap {

// key = dn_key(dn); `key` keeps its memory from call to call.
void name_key(std::string_view dn, std::string& key);

// The key of the entry above, empty at the top. Keys write commas inside values in hexadecimal.
inline std::string_view parent_key(std::string_view key) {
  const auto comma = key.find(',');
  return comma == std::string_view::npos ? std::string_view() : key.substr(comma + 1);
}

}  // namespace habilitd::ldap
