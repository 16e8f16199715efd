#include "scim/version.h"

#include "base/text.h"
#include "scim/resource_reader.h"
#include "workflow/condition.h"

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

ldap::WriteOptions unchanged_since(const ldap::Record& record, const ldap::Layout& layout) {
  return workflow::still_at(layout, record.kind(), record.csn());
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
