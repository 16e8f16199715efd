#include "workflow/facts.h"

#include <algorithm>
#include <array>

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
  Json json;
  json["id"] = question.actor.id.nil() ? "" : question.actor.id.str();
  json["kind"] = json["type"] = kind;
  json["state"] = state_of(subject && subject->active);
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
  Json json;
  json["id"] = question.target.str();
  json["state"] = state_of(target->active);
  json["mailVerified"] = target->mail_verified;
  json["roles"] = std::move(roles);
  return json;
}

Json resource_json(const Question& question, std::optional<bool> open) {
  if (!open) return nullptr;
  Json json;
  json["id"] = question.siret.str();
  json["type"] = "structure";
  json["state"] = *open ? "active" : "closed";
  return json;
}

// Member by member: braced lists would make and copy an array for each.
Json assemble(const Policy& policy, const Question& question, const Known& known) {
  Json facts;
  facts["subject"] = subject_json(question, known.subject);
  facts["resource"] = resource_json(question, known.structure_open);
  facts["action"]["name"] = question.action;
  if (!question.role.empty()) facts["role"] = policies::role_facts(policy, question.role);
  if (!question.target.nil()) facts["target"] = target_json(question, known.target);
  if (question.request_state) facts["request"]["state"] = *question.request_state;
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
  return PersonFacts{is_active(*record), is_mail_verified(*record), {}, {}};
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

// Every search is sent at once. Those for a person's roles need her name, which only the answer to
// another search tells: the mirror's is tried, and all is asked again when it was not the
// directory's.
class DirectoryFacts {
 public:
  DirectoryFacts(Services& services, const Policy& policy, const Question& question)
      : services_(services),
        layout_(services.directory.layout()),
        policy_(policy),
        question_(question) {}

  Result<Known> gather();

 private:
  using Entries = std::vector<ldap::Entry>;
  enum Ask {
    kSubject,
    kAdministrators,
    kApplication,
    kTarget,
    kHeld,
    kGranted,
    kStructure,
    kOwned,
    kHeldBySubject,
    kAsks
  };
  struct Named {
    std::optional<FoundPerson> person;
    std::optional<ldap::Dn> name;  // as asked with
    bool fits() const { return !person || (name && same_name(person->dn, *name)); }
  };
  static bool same_name(const ldap::Dn& a, const ldap::Dn& b) {
    return a.str() == b.str() || ldap::dn_key(a.str()) == ldap::dn_key(b.str());
  }

  Filter is(Attr attr, std::string_view value) const {
    return Filter::equals(layout_.name(attr), value);
  }
  bool by_person() const { return question_.actor.kind == Actor::Kind::kPerson; }
  void guess_names();
  Status ask();
  void add(Ask what, ldap::Directory::Search search) {
    asked_.push_back(what);
    searches_.push_back(std::move(search));
  }
  void add_subject();
  void add_target();
  Filter held_filter(const ldap::Dn& person) const;
  std::optional<Filter> live_slots() const;
  Status read_person(Ask, Named&);
  std::vector<std::string> roles_in(const Entries&) const;
  bool manages_structure() const;
  std::optional<PersonFacts> subject() const;
  Result<std::optional<PersonFacts>> target();
  // Roles granted by decisions that are still being applied.
  Status add_granted(std::vector<std::string>& roles);
  Result<Known> known();

  Services& services_;
  const ldap::Layout& layout_;
  const Policy& policy_;
  const Question& question_;
  Named subject_, target_;
  std::vector<ldap::Directory::Search> searches_;
  std::vector<Ask> asked_;
  std::array<Entries, kAsks> answers_;
};

void DirectoryFacts::guess_names() {
  const auto view = services_.directory.view();
  if (!view) return;
  const auto name_of = [&](const EntryUuid& id) -> std::optional<ldap::Dn> {
    const RecordPtr record = view->by_id(id);
    if (!record) return std::nullopt;
    auto name = ldap::Dn::parse(record->dn());
    return name ? std::optional(*std::move(name)) : std::nullopt;
  };
  subject_.name = name_of(question_.actor.id);
  target_.name = name_of(question_.target);
}

Filter DirectoryFacts::held_filter(const ldap::Dn& person) const {
  return is(Attr::kMember, person.str()) & is(Attr::kHabApplication, question_.application) &
         is(Attr::kHabSiret, question_.siret.str());
}

// Of every role of the application.
std::optional<Filter> DirectoryFacts::live_slots() const {
  std::optional<Filter> slots;
  for (const auto& [id, role] : policy_.roles) {
    const Filter slot = is(
        Attr::kHabSlot,
        slot_name(Slot::kLive, question_.target, question_.application, id, question_.siret.str()));
    slots = slots ? *slots | slot : slot;
  }
  return slots;
}

void DirectoryFacts::add_subject() {
  add(kSubject, person_search(layout_, question_.actor.id));
  if (!subject_.name) return;
  const std::string& name = subject_.name->str();
  add(kAdministrators,
      {layout_.groups,
       is(Attr::kCn, services_.settings.administrators_group) & is(Attr::kMember, name),
       {}});
  add(kApplication,
      {layout_.applications, is(Attr::kCn, question_.application) & is(Attr::kOwner, name), {}});
  add(kOwned,
      {layout_.structures, is(Attr::kCn, question_.siret.str()) & is(Attr::kOwner, name), {}});
  add(kHeldBySubject, {layout_.habilitations, held_filter(*subject_.name), {Attr::kHabRole}});
}

void DirectoryFacts::add_target() {
  add(kTarget, person_search(layout_, question_.target));
  if (!target_.name) return;
  add(kHeld, {layout_.habilitations, held_filter(*target_.name), {Attr::kHabRole}});
  if (const auto slots = live_slots()) {
    add(kGranted, {layout_.requests, *slots, {Attr::kHabRole, Attr::kHabState}});
  }
}

Status DirectoryFacts::ask() {
  searches_.clear();
  asked_.clear();
  answers_ = {};
  add(kStructure, {layout_.structures, is(Attr::kCn, question_.siret.str()), {Attr::kHabState}});
  if (by_person()) add_subject();
  if (!question_.target.nil()) add_target();
  auto answers = services_.directory.search_all(Identity::kDecisions, searches_);
  if (!answers) return answers.error();
  for (std::size_t i = 0; i < asked_.size(); ++i) answers_[asked_[i]] = std::move((*answers)[i]);
  if (auto read = read_person(kSubject, subject_); !read) return read;
  return read_person(kTarget, target_);
}

Status DirectoryFacts::read_person(Ask what, Named& named) {
  auto found = person_in(layout_, answers_[what]);
  if (!found) return found.error();
  named.person = *std::move(found);
  return done();
}

std::vector<std::string> DirectoryFacts::roles_in(const Entries& entries) const {
  std::vector<std::string> roles;
  for (const ldap::Entry& entry : entries) {
    roles.push_back(entry.first(layout_.name(Attr::kHabRole).str()));
  }
  return roles;
}

bool DirectoryFacts::manages_structure() const {
  if (!answers_[kOwned].empty()) return true;
  const auto roles = roles_in(answers_[kHeldBySubject]), managing = managing_roles(policy_);
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
    return std::find(managing.begin(), managing.end(), role) != managing.end();
  });
}

std::optional<PersonFacts> DirectoryFacts::subject() const {
  if (!by_person()) return machine_facts(question_);
  if (!subject_.person) return std::nullopt;
  PersonFacts facts{subject_.person->active, subject_.person->mail_verified, {}, {}};
  if (!answers_[kAdministrators].empty()) facts.roles.emplace_back(kAdministrator);
  if (!answers_[kApplication].empty()) facts.roles.emplace_back(kApplicationOwner);
  if (!answers_[kStructure].empty() && manages_structure()) {
    facts.manages.push_back(question_.siret.str());
  }
  return facts;
}

// A record that is active has its membership; but the two searches may have been answered before
// and after it was applied. Then the groups are asked again.
Status DirectoryFacts::add_granted(std::vector<std::string>& roles) {
  const auto holds = [&](const std::string& role) {
    return std::find(roles.begin(), roles.end(), role) != roles.end();
  };
  bool look_again = false;
  for (const ldap::Entry& entry : answers_[kGranted]) {
    std::string role = entry.first(layout_.name(Attr::kHabRole).str());
    if (holds(role)) continue;
    if (entry.first(layout_.name(Attr::kHabState).str()) == state_name(State::kApproved)) {
      roles.push_back(std::move(role));
    } else {
      look_again = true;
    }
  }
  if (!look_again) return done();
  const auto held = services_.directory.search(Identity::kDecisions, layout_.habilitations,
                                               held_filter(*target_.name), {Attr::kHabRole});
  if (!held) return held.error();
  for (std::string& role : roles_in(*held)) {
    if (!holds(role)) roles.push_back(std::move(role));
  }
  return done();
}

Result<std::optional<PersonFacts>> DirectoryFacts::target() {
  if (!target_.person) return std::optional<PersonFacts>();
  PersonFacts facts{
      target_.person->active, target_.person->mail_verified, roles_in(answers_[kHeld]), {}};
  if (auto added = add_granted(facts.roles); !added) return added.error();
  return std::optional(std::move(facts));
}

Result<Known> DirectoryFacts::known() {
  auto target_facts = target();
  if (!target_facts) return target_facts.error();
  Known known{subject(), *std::move(target_facts), std::nullopt};
  if (!answers_[kStructure].empty()) {
    const auto& structure = answers_[kStructure].front();
    known.structure_open = structure.first(layout_.name(Attr::kHabState).str()) != "closed";
  }
  return known;
}

Result<Known> DirectoryFacts::gather() {
  constexpr int kMostTries = 3;
  guess_names();
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (auto asked = ask(); !asked) return asked.error();
    if (subject_.fits() && target_.fits()) return known();
    if (subject_.person) subject_.name = subject_.person->dn;
    if (target_.person) target_.name = target_.person->dn;
  }
  return Error{Errc::kUnavailable, "person-on-the-move", question_.target.str()};
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
