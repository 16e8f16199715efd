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

// Copies a type with its "=" to `out`; null for one that may be another spelling of a name: longer
// than usual, or a number.
const char* copy_type(const char* at, const char* end, char*& out) {
  constexpr std::ptrdiff_t kLongest = 6;
  const char* const begin = out;
  while (at < end && plain(*at) >= 'a' && plain(*at) <= 'z') *out++ = plain(*at++);
  const std::string_view type(begin, static_cast<std::size_t>(out - begin));
  if (type.empty() || out - begin > kLongest || type == "userid") return nullptr;
  if (at == end || *at != '=') return nullptr;
  *out++ = '=';
  return at + 1;
}

// Copies a value with the comma that ends it. A space must stand alone inside.
const char* copy_value(const char* at, const char* end, char*& out) {
  for (; at < end; ++at) {
    if (const char folded = plain(*at); folded != '\0') {
      *out++ = folded;
    } else if (*at == ',') {
      *out++ = ',';
      return at + 1 < end ? at + 1 : nullptr;
    } else if (*at == ' ' && at + 1 < end && plain(at[1]) != '\0' && plain(at[-1]) != '\0') {
      *out++ = ' ';
    } else {
      return nullptr;
    }
  }
  return at;
}

// A key of this kind is as long as its name.
bool quick_key(std::string_view dn, std::string& key) {
  key.resize(dn.size());
  char* out = key.data();
  const char* at = dn.data();
  const char* const end = at + dn.size();
  while (at != nullptr && at < end) {
    at = copy_type(at, end, out);
    if (at != nullptr) at = copy_value(at, end, out);
  }
  return at != nullptr;
}

}  // namespace

void name_key(std::string_view dn, std::string& key) {
  if (!quick_key(dn, key)) key = dn_key(dn);
}

}  // namespace habilitd::ldap
