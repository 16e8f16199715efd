#include "workflow/external_ids.h"

#include "workflow/member_delta.h"

namespace habilitd::workflow {

void append_external_id_change(const ldap::Layout& layout, const ldap::Record& entry,
                               const std::string& before, const std::string& after,
                               std::vector<ldap::Change>& changes) {
  if (before == after) return;
  const std::string& known = after.empty() ? before : after;
  const std::string prefix = known.substr(0, known.find(':') + 1);
  LinkDelta delta;
  if (!after.empty()) delta.add.push_back(after);
  for (const std::string_view value : entry.values(ldap::Attr::kHabExternalId)) {
    if (value == after) {
      delta.add.clear();
    } else if (value.starts_with(prefix)) {
      delta.remove.emplace_back(value);
    }
  }
  append_changes(layout, ldap::Attr::kHabExternalId, delta, changes);
}

}  // namespace habilitd::workflow
