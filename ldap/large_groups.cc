#include "ldap/large_groups.h"

#include <algorithm>

namespace habilitd::ldap {

const std::vector<NodeId>* LargeGroups::find(const EntryUuid& group) const {
  const auto found = std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) {
    return each.id == group && !each.members.empty();
  });
  return found == groups_.end() ? nullptr : &found->members;
}

void LargeGroups::remember(const EntryUuid& group, std::vector<NodeId> members) {
  const auto known = std::find_if(groups_.begin(), groups_.end(),
                                  [&](const Group& each) { return each.id == group; });
  Group& place = known == groups_.end() ? groups_[next_++ % groups_.size()] : *known;
  place = {group, std::move(members)};
}

}  // namespace habilitd::ldap
