#include "scim/person_links.h"

#include <algorithm>

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

bool same_role(const ldap::Record& a, const ldap::Record& b) {
  return a.first(Attr::kHabRole) == b.first(Attr::kHabRole) &&
         a.first(Attr::kHabSiret) == b.first(Attr::kHabSiret) &&
         a.first(Attr::kHabApplication) == b.first(Attr::kHabApplication);
}

}  // namespace

void find_structures(const View& view, ldap::NodeId person, ldap::Hold hold,
                     std::vector<PersonStructure>& found) {
  found.clear();
  const auto add = [&](Link link) {
    for (const ldap::NodeId node : view.sources(person, link)) {
      auto record = view.at(node, hold);
      if (!record || record->kind() != Kind::kStructure) continue;
      const auto known = std::find_if(found.begin(), found.end(),
                                      [&](const auto& each) { return each.record == record; });
      if (known == found.end()) {
        found.push_back({std::move(record), link == Link::kOwner});
      } else {
        known->manager = known->manager || link == Link::kOwner;
      }
    }
  };
  add(Link::kMember);
  add(Link::kOwner);
}

void find_roles(const View& view, ldap::NodeId person, ldap::Hold hold,
                std::vector<PersonRole>& found) {
  found.clear();
  for (const ldap::NodeId node : view.sources(person, Link::kMember)) {
    auto group = view.at(node, hold);
    if (group && group->kind() == Kind::kHabilitation) found.push_back({std::move(group), {}, {}});
  }
}

void add_details(const View& view, const EntryUuid& person, std::vector<PersonRole>& roles) {
  const auto records = view.find(Attr::kHabPersonId, person.str());
  for (PersonRole& role : roles) {
    const auto record = std::find_if(records.begin(), records.end(), [&](const RecordPtr& each) {
      return is_in_force(*each) && same_role(*each, *role.group);
    });
    if (record != records.end()) role.record = *record;
    role.display = role_display(view, *role.group);
  }
}

std::string role_display(const View& view, const ldap::Record& group) {
  std::string text(group.first(Attr::kHabApplication));
  text.append(" ").append(group.first(Attr::kHabRole)).append(", ");
  const RecordPtr structure =
      view.find_one(Attr::kCn, group.first(Attr::kHabSiret), Kind::kStructure);
  const auto name = structure ? structure->first(Attr::kO) : std::string_view();
  return text.append(name.empty() ? group.first(Attr::kHabSiret) : name);
}

bool is_in_force(const ldap::Record& record) {
  if (record.kind() != Kind::kRequest) return false;
  const auto state = record.first(Attr::kHabState);
  return state == "active" || state == "approved";
}

}  // namespace habilitd::scim
