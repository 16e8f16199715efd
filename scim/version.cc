#include "scim/version.h"

#include "base/text.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {
namespace {

std::string_view opaque(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

}  // namespace

bool names_version(std::string_view header, std::string_view tag) {
  if (trim(header) == "*") return true;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    if (opaque(trim(header.substr(0, comma))) == opaque(tag)) return true;
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
  }
  return false;
}

// slapd's unique overlay hands the assertion of a modify on to its own search, where it is tried on
// the entry the search starts from (measured on 2.5.13: every change of a uid under a plain
// assertion was refused). That entry is neither a person nor a group, so the condition lets it
// pass.
ldap::WriteOptions unchanged_since(const ldap::Record& record, const ldap::Layout& layout) {
  const bool person = record.kind() == ldap::Kind::kPerson;
  const std::string& own_class = person ? layout.person_class : layout.group_class;
  return {ldap::Filter::equals(layout.name(ldap::Attr::kEntryCsn), record.csn()) |
          !ldap::Filter::equals(layout.name(ldap::Attr::kObjectClass), own_class)};
}

Result<ldap::WriteOptions> write_condition(std::string_view if_match, const ldap::Record& record,
                                           const ldap::Layout& layout) {
  if (trim(if_match).empty() || trim(if_match) == "*") return ldap::WriteOptions{};
  if (!names_version(if_match, version_of(record))) {
    return Error{Errc::kStale, "assertion-failed", {}};
  }
  return unchanged_since(record, layout);
}

}  // namespace habilitd::scim
