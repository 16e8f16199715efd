#include "ldap/name_key.h"

#include <array>
#include <cstddef>

#include "ldap/text.h"

namespace habilitd::ldap {
namespace {

// What a plain character becomes in a key; 0 for those that need dn_key()'s care.
constexpr std::array<char, 256> plain_characters() {
  std::array<char, 256> table{};
  for (int c = 0x21; c < 0x7f; ++c) {
    const bool special = c == '\\' || c == '"' || c == '#' || c == ';' || c == '+' || c == '<' ||
                         c == '>' || c == ',' || c == '=';
    const bool upper = c >= 'A' && c <= 'Z';
    table[static_cast<std::size_t>(c)] = special ? '\0' : static_cast<char>(upper ? c + 32 : c);
  }
  return table;
}
constexpr auto kPlain = plain_characters();

char plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

// Copies a type up to and with its "=". Longer ones and numbers may be other spellings of a name.
bool copy_type(std::string_view dn, std::size_t& at, std::string& key) {
  constexpr std::size_t kLongest = 6;
  const std::size_t begin = key.size();
  while (at < dn.size() && plain(dn[at]) >= 'a' && plain(dn[at]) <= 'z') key += plain(dn[at++]);
  const std::string_view type = std::string_view(key).substr(begin);
  if (type.empty() || type.size() > kLongest || type == "userid") return false;
  if (at >= dn.size() || dn[at] != '=') return false;
  key += '=';
  ++at;
  return true;
}

// Copies a value up to and with the comma that ends it. A space must stand alone inside.
bool copy_value(std::string_view dn, std::size_t& at, std::string& key) {
  for (; at < dn.size(); ++at) {
    const char c = dn[at];
    if (const char folded = plain(c); folded != '\0') {
      key += folded;
    } else if (c == ',') {
      key += ',';
      ++at;
      return at < dn.size();
    } else if (c == ' ' && at + 1 < dn.size() && plain(dn[at + 1]) != '\0' &&
               plain(dn[at - 1]) != '\0') {
      key += ' ';
    } else {
      return false;
    }
  }
  return true;
}

bool quick_key(std::string_view dn, std::string& key) {
  key.clear();
  std::size_t at = 0;
  while (at < dn.size()) {
    if (!copy_type(dn, at, key) || !copy_value(dn, at, key)) return false;
  }
  return true;
}

}  // namespace

void name_key(std::string_view dn, std::string& key) {
  if (!quick_key(dn, key)) key = dn_key(dn);
}

}  // namespace habilitd::ldap
