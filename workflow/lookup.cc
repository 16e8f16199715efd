#include "workflow/lookup.h"

#include <algorithm>

#include "base/text.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Filter;
using ldap::Identity;

bool has_class(const ldap::Entry& entry, const ldap::Layout& layout, std::string_view wanted) {
  const auto* classes = entry.find(layout.name(Attr::kObjectClass).str());
  return classes && std::any_of(classes->begin(), classes->end(), [&](const std::string& name) {
           return ascii_lower(name) == wanted;
         });
}

bool is_mail_verified(const ldap::Entry& entry, const ldap::Layout& layout) {
  const auto* verified = entry.find(layout.name(Attr::kHabMailVerified).str());
  const std::string mail = fold(entry.first(layout.name(Attr::kMail).str()));
  return !verified ||
         std::any_of(verified->begin(), verified->end(), [&](const std::string& value) {
           return value == "TRUE" || fold(value) == mail;
         });
}

}  // namespace

ldap::Directory::Search person_search(const ldap::Layout& layout, const EntryUuid& id) {
  return {layout.people,
          Filter::equals(layout.name(Attr::kEntryUuid), id.str()),
          {Attr::kObjectClass, Attr::kMail, Attr::kHabActive, Attr::kHabMailVerified}};
}

Result<std::optional<FoundPerson>> person_in(const ldap::Layout& layout,
                                             const std::vector<ldap::Entry>& entries) {
  if (entries.empty()) return std::optional<FoundPerson>();
  const ldap::Entry& entry = entries.front();
  auto dn = ldap::Dn::parse(entry.dn);
  if (!dn) return dn.error();
  return std::optional(
      FoundPerson{*std::move(dn), entry.first(layout.name(Attr::kHabActive).str()) != "FALSE",
                  is_mail_verified(entry, layout), has_class(entry, layout, "habperson")});
}

Result<std::optional<FoundPerson>> look_up_person(Services& services, const EntryUuid& id) {
  const ldap::Layout& layout = services.directory.layout();
  const auto [base, filter, attributes] = person_search(layout, id);
  const auto entries = services.directory.search(Identity::kDecisions, base, filter, attributes);
  if (!entries) return entries.error();
  return person_in(layout, *entries);
}

Result<bool> exists(Services& services, const ldap::Dn& base, const Filter& filter) {
  const auto entries = services.directory.search(Identity::kDecisions, base, filter, {});
  if (!entries) return entries.error();
  return !entries->empty();
}

}  // namespace habilitd::workflow
