#include "workflow/managers.h"

#include <algorithm>
#include <set>

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::NodeId;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

// Collects active people, each once, in the order they come.
class People {
 public:
  explicit People(const View& view) : view_(view) {}
  void add(const std::vector<NodeId>& nodes) {
    for (const NodeId node : nodes) {
      if (!seen_.insert(node).second) continue;
      const RecordPtr record = view_.at(node);
      if (!record || record->kind() != Kind::kPerson) continue;
      Person person = person_from(*record);
      if (person.active) people_.push_back(std::move(person));
    }
  }
  std::vector<Person> take() { return std::move(people_); }

 private:
  const View& view_;
  std::set<NodeId> seen_;
  std::vector<Person> people_;
};

}  // namespace

std::vector<std::string> managing_roles(const policies::Policy& policy) {
  std::vector<std::string> roles;
  for (const auto& [id, role] : policy.roles) {
    if (role.manages) roles.push_back(id);
  }
  return roles;
}

std::vector<std::string> managed_sirets(const View& view, const policies::Policy& policy,
                                        NodeId person) {
  std::vector<std::string> sirets;
  for (const NodeId node : view.sources(person, Link::kOwner)) {
    const RecordPtr record = view.at(node);
    if (record && record->kind() == Kind::kStructure) sirets.emplace_back(record->first(Attr::kCn));
  }
  for (const NodeId node : view.sources(person, Link::kMember)) {
    const RecordPtr record = view.at(node);
    if (!record || record->kind() != Kind::kHabilitation) continue;
    if (record->first(Attr::kHabApplication) != policy.application) continue;
    const policies::Role* role = policy.role(record->first(Attr::kHabRole));
    if (role && role->manages) sirets.emplace_back(record->first(Attr::kHabSiret));
  }
  std::sort(sirets.begin(), sirets.end());
  sirets.erase(std::unique(sirets.begin(), sirets.end()), sirets.end());
  return sirets;
}

std::vector<Person> managers_of(const View& view, const policies::Policy& policy,
                                const std::string& siret) {
  People people(view);
  if (const RecordPtr structure = view.find_one(Attr::kCn, siret, Kind::kStructure)) {
    people.add(view.targets(structure->node(), Link::kOwner));
  }
  for (const std::string& role : managing_roles(policy)) {
    const RecordPtr group = view.find_one(Attr::kCn, policy.application + "." + role + "." + siret,
                                          Kind::kHabilitation);
    if (group) people.add(view.targets(group->node(), Link::kMember));
  }
  return people.take();
}

std::vector<Person> owners_of_application(const View& view, const std::string& application) {
  People people(view);
  if (const RecordPtr record = view.find_one(Attr::kCn, application, Kind::kApplication)) {
    people.add(view.targets(record->node(), Link::kOwner));
  }
  return people.take();
}

std::vector<Person> members_of_group(const View& view, const std::string& group) {
  People people(view);
  if (const RecordPtr record = view.find_one(Attr::kCn, group, Kind::kGroup)) {
    people.add(view.targets(record->node(), Link::kMember));
  }
  return people.take();
}

bool may_grant(const Actor& actor, std::string_view application, std::string_view role) {
  if (actor.kind == Actor::Kind::kSystem) return true;
  if (actor.kind != Actor::Kind::kClient) return false;
  if (actor.grants.count("grant:*") > 0) return true;
  if (role.empty()) return false;
  return actor.grants.count("grant:" + std::string(application) + "." + std::string(role)) > 0;
}

}  // namespace habilitd::workflow
