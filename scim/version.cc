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

// What is before the ".", in the quotes: the part that the entry itself decides.
std::string_view of_entry(std::string_view tag) {
  if (tag.ends_with('"')) tag.remove_suffix(1);
  return tag.substr(0, tag.find('.'));
}

template <class Fits>
bool any_tag(std::string_view header, Fits&& fits) {
  if (trim(header) == "*") return true;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    if (fits(opaque(trim(header.substr(0, comma))))) return true;
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
  }
  return false;
}

bool names_entry(std::string_view header, const ldap::Record& record) {
  const std::string version = version_of(record);
  return any_tag(
      header, [&](std::string_view each) { return of_entry(each) == of_entry(opaque(version)); });
}

}  // namespace

bool names_version(std::string_view header, std::string_view tag) {
  return any_tag(header, [&](std::string_view each) { return each == opaque(tag); });
}

ldap::WriteOptions unchanged_since(const ldap::Record& record, const ldap::Layout& layout) {
  return workflow::still_at(layout, record.kind(), record.csn());
}

Result<ldap::WriteOptions> write_condition(std::string_view if_match, const ldap::Record& record,
                                           const ldap::Layout& layout) {
  if (trim(if_match).empty() || trim(if_match) == "*") return ldap::WriteOptions{};
  if (!names_entry(if_match, record)) {
    return Error{Errc::kStale, "assertion-failed", {}};
  }
  return unchanged_since(record, layout);
}

}  // namespace habilitd::scim
