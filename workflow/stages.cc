#include "workflow/stages.h"

#include <algorithm>

#include "workflow/facts.h"
#include "workflow/group_names.h"
#include "workflow/lookup.h"
#include "workflow/managers.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Filter;
using View = ldap::Mirror::View;

constexpr std::string_view kGroupSelector = "group:";

// A stage as the frozen block has it; the policy loader checked its form when it was frozen.
struct Stage {
  std::vector<std::string> approvers{"structure-managers"};
  int quorum = 1;
  std::string if_none = "admin";
  std::string due;
  bool distinct = false;
};

const Json& stages_of(const RequestRecord& record) {
  static const Json kNone = Json::array();
  if (!record.approval.is_object()) return kNone;
  const auto stages = record.approval.find("stages");
  return stages != record.approval.end() && stages->is_array() ? *stages : kNone;
}

int count_of(const RequestRecord& record) {
  return std::max(1, static_cast<int>(stages_of(record).size()));
}

Stage stage_at(const RequestRecord& record, int index) {
  Stage stage;
  const Json& stages = stages_of(record);
  if (index < 0 || static_cast<std::size_t>(index) >= stages.size()) return stage;
  const Json& json = stages.at(static_cast<std::size_t>(index));
  if (const auto found = json.find("approvers"); found != json.end() && found->is_array()) {
    stage.approvers.clear();
    for (const Json& selector : *found) {
      if (selector.is_string()) stage.approvers.push_back(selector.get<std::string>());
    }
  }
  stage.quorum = std::max(1, json.value("quorum", 1));
  stage.if_none = json.value("ifNone", stage.if_none);
  stage.due = json.value("due", std::string());
  stage.distinct = json.value("distinct", false);
  return stage;
}

bool lists(const policies::Facts& facts, const char* attribute, const std::string& value) {
  const auto subject = facts.find("subject");
  if (subject == facts.end() || !subject->is_object()) return false;
  const auto values = subject->find(attribute);
  return values != subject->end() && values->is_array() &&
         std::find(values->begin(), values->end(), Json(value)) != values->end();
}

// The group that a selector names. None when no policy in force names it any more: then whoever
// pushes groups may fill it, and its members decide nothing.
std::string group_of(const Services& services, const std::string& selector) {
  if (!selector.starts_with(kGroupSelector)) return {};
  std::string group = selector.substr(kGroupSelector.size());
  return is_approvers_group(services, group) ? group : std::string();
}

Result<bool> fits(Services& services, const std::string& selector, const RequestRecord& record,
                  const Actor& actor, const policies::Facts& facts) {
  if (selector == "structure-managers") return lists(facts, "manages", record.siret);
  if (selector == "application-owners") return lists(facts, "roles", kApplicationOwner);
  const std::string group = group_of(services, selector);
  if (group.empty() || actor.kind != Actor::Kind::kPerson) return false;
  const auto person = look_up_person(services, actor.id);
  if (!person) return person.error();
  if (!*person) return false;
  const ldap::Layout& layout = services.directory.layout();
  return exists(services, layout.groups,
                Filter::equals(layout.name(Attr::kCn), group) &
                    Filter::equals(layout.name(Attr::kMember), (*person)->dn.str()));
}

bool is_vote(const Event& event) { return event.what == "approved"; }

std::vector<Person> selected(Services& services, const View& view, const RequestRecord& record,
                             const std::string& selector) {
  if (selector == "structure-managers") {
    const auto policy = services.catalogue.policy(record.application);
    return policy ? managers_of(view, *policy, record.siret) : std::vector<Person>{};
  }
  if (selector == "application-owners") return owners_of_application(view, record.application);
  if (selector == "admin") return members_of_group(view, services.settings.administrators_group);
  const std::string group = group_of(services, selector);
  return group.empty() ? std::vector<Person>{} : members_of_group(view, group);
}

// Everybody a stage names, once, without the person concerned.
std::vector<Person> named_by(Services& services, const View& view, const RequestRecord& record,
                             const std::vector<std::string>& selectors) {
  std::vector<Person> people;
  for (const std::string& selector : selectors) {
    for (Person& person : selected(services, view, record, selector)) {
      const bool known = std::any_of(people.begin(), people.end(),
                                     [&](const Person& other) { return other.id == person.id; });
      if (!known && person.id != record.person) people.push_back(std::move(person));
    }
  }
  return people;
}

bool has_approvers(Services& services, const RequestRecord& record, const Stage& stage) {
  const auto view = services.directory.view();
  // Without a picture nobody is skipped: waiting is the safe side.
  return !view || !named_by(services, *view, record, stage.approvers).empty();
}

Result<bool> is_approver(Services& services, const RequestRecord& record, const Actor& actor,
                         const policies::Facts& facts) {
  if (lists(facts, "roles", kAdministrator)) return true;
  const Stage stage = stage_at(record, record.stage);
  // The fallback of a stage that names nobody, such as the request of a sole manager.
  if (lists(facts, "roles", kApplicationOwner) && !has_approvers(services, record, stage)) {
    return true;
  }
  for (const std::string& selector : stage.approvers) {
    const auto fit = fits(services, selector, record, actor, facts);
    if (!fit || *fit) return fit;
  }
  return false;
}

std::optional<Instant> due_of(Services& services, const Stage& stage) {
  const auto period = parse_period(stage.due);
  if (!period) return std::nullopt;
  return services.clock.now() + *period;
}

// The first stage from `index` on that somebody can decide. Skipping every stage leaves the
// decision to the administrators: an approval by nobody is none.
Step enter(Services& services, const RequestRecord& record, int index, Step::Kind kind) {
  const int count = count_of(record);
  bool voted = std::any_of(record.history.begin(), record.history.end(), is_vote);
  for (int at = index; at < count; ++at) {
    const Stage stage = stage_at(record, at);
    if (has_approvers(services, record, stage) || stage.if_none == "admin") {
      return {kind, at, due_of(services, stage)};
    }
    if (stage.if_none == "refuse") return {Step::Kind::kRefused, at, std::nullopt};
  }
  if (voted) return {Step::Kind::kComplete, record.stage, std::nullopt};
  return {kind, count - 1, due_of(services, stage_at(record, count - 1))};
}

}  // namespace

Status check_approver(Services& services, const RequestRecord& record, const Actor& actor,
                      const policies::Facts& facts) {
  const auto approver = is_approver(services, record, actor, facts);
  if (!approver) return approver.error();
  if (!*approver) return Error{Errc::kForbidden, "not-an-approver", {}};
  const bool distinct = stage_at(record, record.stage).distinct;
  for (const Event& event : record.history) {
    if (!is_vote(event) || event.by.nil() || event.by != actor.id) continue;
    if (event.stage == record.stage) return Error{Errc::kConflict, "already-voted", {}};
    if (distinct) return Error{Errc::kForbidden, "voted-before", {}};
  }
  return done();
}

Step first_stage(Services& services, const RequestRecord& record) {
  return enter(services, record, 0, Step::Kind::kNextStage);
}

Step after_vote(Services& services, const RequestRecord& record) {
  const auto votes = std::count_if(
      record.history.begin(), record.history.end(),
      [&](const Event& event) { return is_vote(event) && event.stage == record.stage; });
  const Stage stage = stage_at(record, record.stage);
  if (votes < stage.quorum) return {Step::Kind::kNextVote, record.stage, record.due};
  if (record.stage + 1 >= count_of(record)) {
    return {Step::Kind::kComplete, record.stage, std::nullopt};
  }
  return enter(services, record, record.stage + 1, Step::Kind::kNextStage);
}

std::vector<Person> approvers(Services& services, const RequestRecord& record) {
  const auto view = services.directory.view();
  if (!view) return {};
  for (const auto& selectors :
       {stage_at(record, record.stage).approvers, std::vector<std::string>{"application-owners"},
        std::vector<std::string>{"admin"}}) {
    auto people = named_by(services, *view, record, selectors);
    if (!people.empty()) return people;
  }
  return {};
}

}  // namespace habilitd::workflow
