#include "fastcgi/commands/policy_cases.h"

#include <algorithm>

#include "workflow/decisions.h"
#include "workflow/request_record.h"

namespace habilitd::fastcgi {
namespace {

using policies::DiffCase;
using View = ldap::Mirror::View;

// What has to be asked, taken from the mirror before anything is asked of it again.
struct Subject {
  std::string label, action;
  workflow::Actor actor;
  EntryUuid person;
  std::string role, siret;
  std::optional<std::string> state;
};

workflow::Actor actor_at(const View& view, ldap::NodeId node) {
  const ldap::RecordPtr record = view.at(node);
  if (!record) return workflow::Actor::system();
  const workflow::Person person = workflow::person_from(*record);
  return workflow::Actor::person(person.id, person.name, person.mail);
}

workflow::Actor a_manager_of(const View& view, const std::string& siret) {
  const ldap::RecordPtr structure = view.find_one(ldap::Attr::kCn, siret, ldap::Kind::kStructure);
  if (!structure) return workflow::Actor::system();
  const auto& owners = view.targets(structure->node(), ldap::Link::kOwner);
  return owners.empty() ? workflow::Actor::system() : actor_at(view, owners.front());
}

void add_requests(const View& view, const std::string& application,
                  std::vector<Subject>& subjects) {
  for (const ldap::NodeId node : view.all(ldap::Kind::kRequest)) {
    const ldap::RecordPtr entry = view.at(node);
    if (!entry) continue;
    const auto record = workflow::request_from(*entry);
    if (!record || record->application != application ||
        record->state != workflow::State::kPending) {
      continue;
    }
    subjects.push_back({"request " + record->id.str() + ": approve", "approve",
                        a_manager_of(view, record->siret), record->person, record->role,
                        record->siret, "pending"});
  }
}

void add_habilitations(const View& view, const std::string& application,
                       std::vector<Subject>& subjects) {
  for (const ldap::NodeId node : view.all(ldap::Kind::kHabilitation)) {
    const ldap::RecordPtr group = view.at(node);
    if (!group || group->first(ldap::Attr::kHabApplication) != application) continue;
    const std::string role(group->first(ldap::Attr::kHabRole));
    const std::string siret(group->first(ldap::Attr::kHabSiret));
    for (const ldap::NodeId member : view.targets(node, ldap::Link::kMember)) {
      const workflow::Actor holder = actor_at(view, member);
      subjects.push_back({"habilitation " + role + " in " + siret + " of " + holder.id.str(),
                          "request", holder, holder.id, role, siret, std::nullopt});
    }
  }
}

// Of a role that is held, the question is whether it could be asked for by somebody who does not
// hold it.
void forget_the_role_itself(policies::Facts& facts, const std::string& role) {
  const auto target = facts.find("target");
  if (target == facts.end() || !target->is_object() || !target->contains("roles")) return;
  auto& roles = target->at("roles");
  if (roles.is_array())
    roles.erase(std::remove(roles.begin(), roles.end(), Json(role)), roles.end());
}

}  // namespace

Result<std::vector<DiffCase>> policy_cases(workflow::Services& services,
                                           const std::string& application) {
  std::vector<Subject> subjects;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    add_requests(*view, application, subjects);
    add_habilitations(*view, application, subjects);
  }
  std::vector<DiffCase> cases;
  for (const Subject& subject : subjects) {
    const auto siret = Siret::parse(subject.siret);
    if (!siret) continue;
    auto facts = workflow::gather_facts(services,
                                        {subject.actor, subject.action, subject.person, application,
                                         subject.role, *siret, subject.state},
                                        workflow::Source::kMirror);
    if (!facts) return facts.error();
    if (subject.action == "request") forget_the_role_itself(*facts, subject.role);
    cases.push_back({subject.label, subject.action, *std::move(facts)});
  }
  return cases;
}

}  // namespace habilitd::fastcgi
