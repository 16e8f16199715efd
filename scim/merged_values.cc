#include "scim/merged_values.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/text.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

bool is_printable(char c) {
  constexpr std::string_view kMarks = "'()+,-./:? =";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != std::string_view::npos;
}

std::string phone_key(std::string_view text) {
  std::string key;
  for (const char c : text) {
    if (c != ' ' && c != '-') key += c;
  }
  return ascii_lower(key);
}

}  // namespace

bool ldap_holds(Attr attr, std::string_view text) {
  if (text.empty()) return false;
  if (attr == Attr::kMail) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }
  // A number of nothing but separators has an empty key, which slapd refuses.
  return std::all_of(text.begin(), text.end(), is_printable) && !phone_key(text).empty();
}

Attr phone_attribute(std::string_view type) {
  const std::string lower = ascii_lower(type);
  if (lower == "mobile") return Attr::kMobile;
  return lower == "home" ? Attr::kHomePhone : Attr::kTelephoneNumber;
}

std::string ldap_key(Attr attr, std::string_view text) {
  return attr == Attr::kMail ? ascii_lower(text) : phone_key(text);
}

void merge_values(Attr attr, const std::vector<LdapValue>& values, JsonSlice notes,
                  bool first_is_primary, std::vector<MergedValue>& out) {
  out.clear();
  std::vector<bool> noted(values.size());
  std::multimap<std::string, std::size_t> by_key;
  for (std::size_t i = 0; i < values.size() && !notes.is_nothing(); ++i) {
    by_key.emplace(ldap_key(attr, values[i].value), i);
  }
  notes.each_element([&](JsonSlice note) {
    std::string kept;
    const std::string_view text = note.member("value").string(kept);
    bool live = !ldap_holds(attr, text);
    const auto [begin, end] = by_key.equal_range(ldap_key(attr, text));
    for (auto same = begin; same != end; ++same) live = noted[same->second] = true;
    if (live && note.is_object()) out.push_back({note, {}, {}, false});
  });
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (noted[i]) continue;
    const bool primary = first_is_primary && notes.is_nothing() && out.empty();
    out.push_back({{}, values[i].value, values[i].default_type, primary});
  }
}

}  // namespace habilitd::scim
