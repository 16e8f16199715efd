// What a filter says of the entries that people are linked with (groups, structures, habilitations)
// is judged once for each of these entries, and marks the people that it is linked with: a scan of
// everybody looks at marks instead of following everybody's links.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "scim/filter.h"
#include "scim/resource_reader.h"
#include "scim/scan_budget.h"

namespace habilitd::scim {

class LinkMarks {
 public:
  LinkMarks() = default;
  // For one filter and one view. Comparisons and value paths are marked that name one of a User's
  // links and nothing but what the linked entry itself tells. Errors: kInvalid, tooMany.
  static Result<LinkMarks> make(const ResourceType&, const FilterNode&, const Audience&,
                                const ldap::Mirror::View&, ScanBudget&);

  bool has(const FilterNode& node) const { return marks_.count(&node) > 0; }
  // Is the comparison satisfied by one of the person's links? None: it is not marked.
  std::optional<bool> of(const FilterNode& node, ldap::NodeId person) const {
    if (marks_.empty()) return std::nullopt;
    const auto found = marks_.find(&node);
    if (found == marks_.end()) return std::nullopt;
    return person < found->second.size() && found->second[person];
  }

 private:
  std::unordered_map<const FilterNode*, std::vector<bool>> marks_;  // by person
};

}  // namespace habilitd::scim
