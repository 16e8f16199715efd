#include "workflow/facts.h"

#include <algorithm>

#include "policies/engine.h"
#include "workflow/lookup.h"
#include "workflow/managers.h"
#include "workflow/request_entry.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Filter;
using ldap::Identity;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using policies::Policy;

// What a source knows; absent = there is no such entry.
struct PersonFacts {
  bool active = true, mail_verified = true;
  std::vector<std::string> roles;    // of the subject: kAdministrator ...; of the target: role ids
  std::vector<std::string> manages;  // of the subject
};
struct Known {
  std::optional<PersonFacts> subject, target;
  std::optional<bool> structure_open;
};

const char* state_of(bool active) { return active ? "active" : "disabled"; }

Json subject_json(const Question& question, const std::optional<PersonFacts>& subject) {
  const bool person = question.actor.kind == Actor::Kind::kPerson;
  const char* kind = person ? "user" : "client";
  Json json{{"id", question.actor.id.nil() ? "" : question.actor.id.str()},
            {"kind", kind},
            {"type", kind},
            {"state", state_of(subject && subject->active)}};
  if (!subject) return json;
  json["mailVerified"] = subject->mail_verified;
  json["roles"] = subject->roles;
  json["manages"] = subject->manages;
  return json;
}

Json target_json(const Question& question, const std::optional<PersonFacts>& target) {
  if (!target) return nullptr;
  std::vector<std::string> roles = target->roles;
  if (question.renewal) std::erase(roles, question.role);
  return {{"id", question.target.str()},
          {"state", state_of(target->active)},
          {"mailVerified", target->mail_verified},
          {"roles", std::move(roles)}};
}

Json resource_json(const Question& question, std::optional<bool> open) {
  if (!open) return nullptr;
  return {
      {"id", question.siret.str()}, {"type", "structure"}, {"state", *open ? "active" : "closed"}};
}

Json assemble(const Policy& policy, const Question& question, const Known& known) {
  Json facts{{"subject", subject_json(question, known.subject)},
             {"resource", resource_json(question, known.structure_open)},
             {"action", {{"name", question.action}}}};
  if (!question.role.empty()) facts["role"] = policies::role_facts(policy, question.role);
  if (!question.target.nil()) facts["target"] = target_json(question, known.target);
  if (question.request_state) facts["request"] = {{"state", *question.request_state}};
  return facts;
}

// A machine's rights come from its token, read a moment ago; the system's from being the system.
PersonFacts machine_facts(const Question& question) {
  PersonFacts facts;
  if (may_grant(question.actor, question.application, question.role)) {
    facts.roles.emplace_back(kAdministrator);
  }
  return facts;
}

// ---- the mirror ----

using View = ldap::Mirror::View;

bool in_group(const View& view, Attr attr, const std::string& value, Kind kind, Link link,
              ldap::NodeId person) {
  const RecordPtr record = view.find_one(attr, value, kind);
  return record && view.linked(record->node(), link, person);
}

std::optional<PersonFacts> mirrored_person(const View& view, const EntryUuid& id,
                                           ldap::NodeId& node) {
  const RecordPtr record = view.by_id(id);
  if (!record || record->kind() != Kind::kPerson) return std::nullopt;
  node = record->node();
  const Person person = person_from(*record);
  return PersonFacts{person.active, person.mail_verified, {}, {}};
}

std::optional<PersonFacts> mirrored_subject(Services& services, const View& view,
                                            const Policy& policy, const Question& question) {
  if (question.actor.kind != Actor::Kind::kPerson) return machine_facts(question);
  ldap::NodeId node = 0;
  auto facts = mirrored_person(view, question.actor.id, node);
  if (!facts) return facts;
  facts->manages = managed_sirets(view, policy, node);
  if (in_group(view, Attr::kCn, services.settings.administrators_group, Kind::kGroup, Link::kMember,
               node)) {
    facts->roles.emplace_back(kAdministrator);
  }
  if (in_group(view, Attr::kCn, policy.application, Kind::kApplication, Link::kOwner, node)) {
    facts->roles.emplace_back(kApplicationOwner);
  }
  return facts;
}

std::optional<PersonFacts> mirrored_target(const View& view, const Question& question) {
  ldap::NodeId node = 0;
  auto facts = mirrored_person(view, question.target, node);
  if (!facts) return facts;
  for (const ldap::NodeId group : view.sources(node, Link::kMember)) {
    const RecordPtr record = view.at(group);
    if (!record || record->kind() != Kind::kHabilitation) continue;
    if (record->first(Attr::kHabSiret) != question.siret.str()) continue;
    if (record->first(Attr::kHabApplication) != question.application) continue;
    facts->roles.emplace_back(record->first(Attr::kHabRole));
  }
  return facts;
}

// ---- the directory ----

class DirectoryFacts {
 public:
  DirectoryFacts(Services& services, const Policy& policy, const Question& question)
      : services_(services),
        layout_(services.directory.layout()),
        policy_(policy),
        question_(question) {}

  Result<Known> gather();

 private:
  Filter is(Attr attr, std::string_view value) const {
    return Filter::equals(layout_.name(attr), value);
  }
  Status subject(std::optional<PersonFacts>&);
  Status target(std::optional<PersonFacts>&);
  Status structure(const std::optional<ldap::Dn>& actor, Known&);
  Status add_role(std::vector<std::string>& roles, const char* role, const ldap::Dn& base,
                  const Filter&);
  // Roles that groups of the structure and application give a person.
  Result<std::vector<std::string>> held(const ldap::Dn& person);
  // Roles granted by decisions that are still being applied.
  Status add_granted(std::vector<std::string>& roles);

  Services& services_;
  const ldap::Layout& layout_;
  const Policy& policy_;
  const Question& question_;
  std::optional<ldap::Dn> actor_dn_;
};

Status DirectoryFacts::add_role(std::vector<std::string>& roles, const char* role,
                                const ldap::Dn& base, const Filter& filter) {
  const auto found = exists(services_, base, filter);
  if (!found) return found.error();
  if (*found) roles.emplace_back(role);
  return done();
}

Result<std::vector<std::string>> DirectoryFacts::held(const ldap::Dn& person) {
  const auto entries = services_.directory.search(
      Identity::kDecisions, layout_.habilitations,
      is(Attr::kMember, person.str()) & is(Attr::kHabApplication, question_.application) &
          is(Attr::kHabSiret, question_.siret.str()),
      {Attr::kHabRole});
  if (!entries) return entries.error();
  std::vector<std::string> roles;
  for (const ldap::Entry& entry : *entries) {
    roles.push_back(entry.first(layout_.name(Attr::kHabRole).str()));
  }
  return roles;
}

Status DirectoryFacts::subject(std::optional<PersonFacts>& facts) {
  if (question_.actor.kind != Actor::Kind::kPerson) {
    facts = machine_facts(question_);
    return done();
  }
  const auto person = look_up_person(services_, question_.actor.id);
  if (!person) return person.error();
  if (!*person) return done();
  actor_dn_ = (*person)->dn;
  facts = PersonFacts{(*person)->active, (*person)->mail_verified, {}, {}};
  if (auto ok = add_role(facts->roles, kAdministrator, layout_.groups,
                         is(Attr::kCn, services_.settings.administrators_group) &
                             is(Attr::kMember, actor_dn_->str()));
      !ok) {
    return ok;
  }
  return add_role(facts->roles, kApplicationOwner, layout_.applications,
                  is(Attr::kCn, question_.application) & is(Attr::kOwner, actor_dn_->str()));
}

Status DirectoryFacts::target(std::optional<PersonFacts>& facts) {
  if (question_.target.nil()) return done();
  const auto person = look_up_person(services_, question_.target);
  if (!person) return person.error();
  if (!*person) return done();
  auto roles = held((*person)->dn);
  if (!roles) return roles.error();
  facts = PersonFacts{(*person)->active, (*person)->mail_verified, *std::move(roles), {}};
  return add_granted(facts->roles);
}

Status DirectoryFacts::add_granted(std::vector<std::string>& roles) {
  std::optional<Filter> slots;
  for (const auto& [id, role] : policy_.roles) {
    const Filter slot = is(
        Attr::kHabSlot,
        slot_name(Slot::kLive, question_.target, question_.application, id, question_.siret.str()));
    slots = slots ? *slots | slot : slot;
  }
  if (!slots) return done();
  const auto entries = services_.directory.search(
      Identity::kDecisions, layout_.requests,
      *slots & is(Attr::kHabState, state_name(State::kApproved)), {Attr::kHabRole});
  if (!entries) return entries.error();
  for (const ldap::Entry& entry : *entries) {
    std::string role = entry.first(layout_.name(Attr::kHabRole).str());
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
  }
  return done();
}

Status DirectoryFacts::structure(const std::optional<ldap::Dn>& actor, Known& known) {
  const auto entries =
      services_.directory.search(Identity::kDecisions, layout_.structures,
                                 is(Attr::kCn, question_.siret.str()), {Attr::kHabState});
  if (!entries) return entries.error();
  if (entries->empty()) return done();
  known.structure_open = entries->front().first(layout_.name(Attr::kHabState).str()) != "closed";
  if (!actor || !known.subject) return done();
  const auto owner = exists(services_, layout_.structures,
                            is(Attr::kCn, question_.siret.str()) & is(Attr::kOwner, actor->str()));
  if (!owner) return owner.error();
  auto roles = held(*actor);
  if (!roles) return roles.error();
  const auto managing = managing_roles(policy_);
  const bool manages = std::any_of(roles->begin(), roles->end(), [&](const std::string& role) {
    return std::find(managing.begin(), managing.end(), role) != managing.end();
  });
  if (*owner || manages) known.subject->manages.push_back(question_.siret.str());
  return done();
}

Result<Known> DirectoryFacts::gather() {
  Known known;
  if (auto ok = subject(known.subject); !ok) return ok.error();
  if (auto ok = target(known.target); !ok) return ok.error();
  if (auto ok = structure(actor_dn_, known); !ok) return ok.error();
  return known;
}

}  // namespace

Result<policies::Facts> facts_from_mirror(Services& services, const Policy& policy,
                                          const Question& question) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  Known known;
  known.subject = mirrored_subject(services, *view, policy, question);
  if (!question.target.nil()) known.target = mirrored_target(*view, question);
  const auto structure = find_structure(*view, services.directory.layout(), question.siret);
  if (structure) known.structure_open = structure->open;
  return assemble(policy, question, known);
}

Result<policies::Facts> facts_from_directory(Services& services, const Policy& policy,
                                             const Question& question) {
  auto known = DirectoryFacts(services, policy, question).gather();
  if (!known) return known.error();
  return assemble(policy, question, *known);
}

}  // namespace habilitd::workflow
