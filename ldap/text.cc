#include "ldap/text.h"

#include <ldap.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"

namespace habilitd::ldap {
namespace {

struct FreeDn {
  void operator()(LDAPRDN* dn) const { ldap_dnfree(dn); }
};
struct FreeLdapText {
  void operator()(char* text) const { ldap_memfree(text); }
};
struct FreeMalloced {
  void operator()(void* memory) const { std::free(memory); }
};
using ParsedDn = std::unique_ptr<LDAPRDN, FreeDn>;

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_keychar(char c) { return is_alpha(c) || is_digit(c) || c == '-'; }

// RFC 4512 section 1.4: keystring, or a dotted numeric object identifier.
bool is_oid(std::string_view text) {
  if (text.empty()) return false;
  if (is_alpha(text[0])) return std::all_of(text.begin(), text.end(), is_keychar);
  bool after_dot = true;
  for (char c : text) {
    if (c == '.' ? after_dot : !is_digit(c)) return false;
    after_dot = c == '.';
  }
  return !after_dot;
}

void append_hex(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += '\\';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

// RFC 4514 section 2.4.
std::string quoted_for_name(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool edge = (c == ' ' && (i == 0 || i + 1 == value.size())) || (c == '#' && i == 0);
    if (edge || std::string_view("\"+,;<=>\\").find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      append_hex(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

// RFC 4515 section 3. Bytes that are not part of valid UTF-8 are escaped too, so that a filter is
// always text.
std::string quoted_for_filter(std::string_view value) {
  const bool utf8 = is_valid_utf8(value);
  std::string out;
  for (char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20;
    if (special || (byte >= 0x80 && !utf8)) {
      append_hex(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

ParsedDn split(const std::string& text) {
  LDAPDN dn = nullptr;
  if (ldap_str2dn(text.c_str(), &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return nullptr;
  return ParsedDn(dn);
}

// The first comma that separates two RDNs, or npos.
std::size_t first_separator(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      return i;
    }
  }
  return std::string_view::npos;
}

// Other spellings of the types that names are made of; slapd prints the first of each pair.
std::string canonical_type(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kAliases{{
      {"commonname", "cn"},
      {"2.5.4.3", "cn"},
      {"userid", "uid"},
      {"0.9.2342.19200300.100.1.1", "uid"},
      {"organizationalunitname", "ou"},
      {"2.5.4.11", "ou"},
      {"organizationname", "o"},
      {"2.5.4.10", "o"},
      {"domaincomponent", "dc"},
      {"0.9.2342.19200300.100.1.25", "dc"},
      {"localityname", "l"},
      {"countryname", "c"},
      {"stateorprovincename", "st"},
      {"surname", "sn"},
  }};
  std::string lower = ascii_lower(type);
  for (const auto& [alias, name] : kAliases) {
    if (lower == alias) return std::string(name);
  }
  return lower;
}

utf8proc_int32_t lower_one(utf8proc_int32_t c, void*) { return utf8proc_tolower(c); }

// slapd's own preparation of caseIgnoreMatch values: each character to lower case (no "ss" for a
// sharp s), then NFKC.
std::string folded_like_slapd(std::string_view value) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map_custom(
      reinterpret_cast<const utf8proc_uint8_t*>(value.data()),
      static_cast<utf8proc_ssize_t>(value.size()), &mapped,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT),
      lower_one, nullptr);
  std::unique_ptr<utf8proc_uint8_t, FreeMalloced> owned(mapped);
  if (length < 0) return ascii_lower(value);
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

// White space collapsed and trimmed; what separates parts of a key is written in hexadecimal, so
// that a raw comma in a key always separates two RDNs.
void append_value(std::string& key, std::string_view folded) {
  bool pending_space = false;
  bool started = false;
  for (char c : folded) {
    if (c == ' ') {
      pending_space = started;
      continue;
    }
    if (pending_space) key += ' ';
    pending_space = false;
    started = true;
    if (c == ',' || c == '+' || c == '\\' || c == '\0') {
      append_hex(key, c);
    } else {
      key += c;
    }
  }
}

std::string ava_key(const LDAPAVA& ava) {
  std::string key =
      canonical_type({ava.la_attr.bv_val, static_cast<std::size_t>(ava.la_attr.bv_len)});
  key += '=';
  const std::string_view value(ava.la_value.bv_val, static_cast<std::size_t>(ava.la_value.bv_len));
  append_value(key, folded_like_slapd(value));
  return key;
}

// Slow but complete: escapes, quotes, multi-valued RDNs, all of Unicode.
std::string general_key(std::string_view text) {
  const ParsedDn parsed = split(std::string(text));
  if (!parsed) return ascii_lower(text);
  std::string key;
  for (LDAPRDN* rdn = parsed.get(); *rdn != nullptr; ++rdn) {
    std::vector<std::string> parts;
    for (LDAPAVA** ava = *rdn; *ava != nullptr; ++ava) parts.push_back(ava_key(**ava));
    std::sort(parts.begin(), parts.end());
    if (!key.empty()) key += ',';
    for (std::size_t i = 0; i < parts.size(); ++i) key += (i == 0 ? "" : "+") + parts[i];
  }
  return key;
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7f && c != '\\' && c != '"' && c != '#' && c != ';' &&
           c != '+' && c != '<' && c != '>';
  });
}

// One "type=value" of a plain name; false when it is not one.
bool append_plain_rdn(std::string& key, std::string_view rdn) {
  const auto equals = rdn.find('=');
  if (equals == std::string_view::npos) return false;
  if (!key.empty()) key += ',';
  key += canonical_type(trim(rdn.substr(0, equals)));
  key += '=';
  append_value(key, ascii_lower(rdn.substr(equals + 1)));
  return true;
}

}  // namespace

Result<AttrName> AttrName::parse(std::string_view text) {
  std::string_view rest = text;
  const auto end = rest.find(';');
  bool good = is_oid(rest.substr(0, end));
  while (good && rest.find(';') != std::string_view::npos) {
    rest.remove_prefix(rest.find(';') + 1);
    const std::string_view option = rest.substr(0, rest.find(';'));
    good = !option.empty() && std::all_of(option.begin(), option.end(), is_keychar);
  }
  if (!good) return invalid("attribute-name", std::string(text));
  return AttrName(text);
}

Result<Dn> Dn::parse(std::string_view text) {
  if (trim(text).empty()) return Dn();
  if (!is_valid_utf8(text)) return invalid("dn-syntax", "not UTF-8");
  const ParsedDn parsed = split(std::string(text));
  char* printed = nullptr;
  if (!parsed || ldap_dn2str(parsed.get(), &printed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) {
    return invalid("dn-syntax", std::string(text));
  }
  return Dn(std::unique_ptr<char, FreeLdapText>(printed).get());
}

Dn Dn::child(const AttrName& attribute, std::string_view value, const Dn& parent) {
  std::string text = attribute.str() + "=" + quoted_for_name(value);
  if (!parent.empty()) text += "," + parent.text_;
  return Dn(std::move(text));
}

Dn Dn::parent() const {
  const auto comma = first_separator(text_);
  return comma == std::string::npos ? Dn() : Dn(text_.substr(comma + 1));
}

std::string Dn::rdn() const { return text_.substr(0, first_separator(text_)); }

std::string dn_key(std::string_view dn) {
  if (!is_plain(dn)) return general_key(dn);
  std::string key;
  key.reserve(dn.size());
  while (!dn.empty()) {
    const auto comma = dn.find(',');
    if (!append_plain_rdn(key, dn.substr(0, comma))) return general_key(dn);
    dn = comma == std::string_view::npos ? std::string_view() : dn.substr(comma + 1);
  }
  return key;
}

bool is_under(std::string_view entry_key, std::string_view base_key) {
  if (base_key.empty()) return true;
  if (!entry_key.ends_with(base_key)) return false;
  const auto rest = entry_key.size() - base_key.size();
  return rest == 0 || entry_key[rest - 1] == ',';
}

Filter Filter::equals(const AttrName& attribute, std::string_view value) {
  return Filter("(" + attribute.str() + "=" + quoted_for_filter(value) + ")");
}

Filter Filter::present(const AttrName& attribute) { return Filter("(" + attribute.str() + "=*)"); }

Filter Filter::any_entry() { return Filter("(objectClass=*)"); }

Filter operator&(const Filter& a, const Filter& b) {
  return Filter("(&" + a.text_ + b.text_ + ")");
}

Filter operator|(const Filter& a, const Filter& b) {
  return Filter("(|" + a.text_ + b.text_ + ")");
}

Filter operator!(const Filter& a) { return Filter("(!" + a.text_ + ")"); }

}  // namespace habilitd::ldap
