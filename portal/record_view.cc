#include "portal/record_view.h"

#include <algorithm>
#include <array>

#include "policies/engine.h"
#include "workflow/decisions.h"

namespace habilitd::portal {
namespace {

using workflow::State;

const char* level_of(State state) {
  switch (state) {
    case State::kPending:
      return "warning";
    case State::kApproved:
    case State::kActive:
      return "success";
    case State::kRefused:
      return "error";
    default:
      return "info";
  }
}

}  // namespace

std::string role_label(const Visit& visit, const std::string& application, const std::string& role,
                       const std::string& fallback) {
  const auto policy = visit.services().catalogue.policy(application);
  const policies::Role* known = policy ? policy->role(role) : nullptr;
  const std::string& otherwise = fallback.empty() ? role : fallback;
  return known ? policies::label_in(known->labels, language_tag(visit.language), otherwise)
               : otherwise;
}

Result<workflow::Application> application_of(const Visit& visit, const std::string& id) {
  const auto view = visit.services().directory.view();
  if (!view) return view.error();
  return workflow::find_application(*view, id);
}

std::string application_name(const Visit& visit, const std::string& id,
                             const std::string& fallback) {
  const auto application = application_of(visit, id);
  if (application) return application->name;
  return fallback.empty() ? id : fallback;
}

std::string spaced(const std::string& siret) {
  const auto parsed = Siret::parse(siret);
  return parsed ? parsed->spaced() : siret;
}

void set_state(const Visit& visit, View& view, State state) {
  view["state"] = View(visit.text("state." + std::string(workflow::state_name(state))));
  view["state_level"] = View(level_of(state));
}

View record_view(const Visit& visit, const workflow::RequestRecord& record) {
  View view;
  view["app_name"] = View(application_name(visit, record.application, record.application_label));
  view["role_label"] = View(role_label(visit, record.application, record.role, record.role_label));
  view["structure"] = View(record.structure_label.empty() ? record.siret : record.structure_label);
  view["siret"] = View(spaced(record.siret));
  view["siret_spaced"] = View(spaced(record.siret));
  view["person_name"] = View(record.person_name);
  view["request"] = View(record.id.str());
  view["revision"] = View(std::to_string(record.revision));
  view["attach"] = View(record.attach);
  view["justification"] = optional_text(record.justification);
  view["asked"] = visit.when(record.created);
  view["until"] = visit.day(record.until);
  view["due"] = visit.day(record.due);
  set_state(visit, view, record.state);
  return view;
}

View right_view(const Visit& visit, const std::string& application, const workflow::Right& right) {
  View view;
  view["role_label"] = View(role_label(visit, application, right.role, right.role_label));
  view["structure"] = View(right.structure_name);
  view["siret"] = View(right.siret.spaced());
  view["until"] = visit.day(right.until);
  return view;
}

View event_view(const Visit& visit, const workflow::Event& event, bool ending) {
  std::string key = "event." + event.what;
  if (event.what == "applied" && ending) key = "event.applied_end";
  const bool known = visit.core.texts.find(visit.language, key) != nullptr;
  View view;
  view["event"] = View(visit.text(known ? key : "event.other"));
  view["event_by"] = event.by.nil() ? View(false) : optional_text(event.by_name);
  view["event_reason"] = event.what == "requested" ? View(false) : optional_text(event.reason);
  view["at"] = visit.when(event.at);
  return view;
}

View events_view(const Visit& visit, const workflow::RequestRecord& record) {
  View list(View::type::list);
  bool ending = false;
  for (const workflow::Event& event : record.history) {
    ending = ending || event.what == "revoked" || event.what == "ended";
    list << event_view(visit, event, ending);
  }
  return list;
}

const workflow::Event* last_act(const workflow::RequestRecord& record) {
  const auto last = std::find_if(record.history.rbegin(), record.history.rend(),
                                 [](const auto& event) { return event.what != "applied"; });
  return last == record.history.rend() ? nullptr : &*last;
}

const workflow::Event* deciding_event(const workflow::RequestRecord& record) {
  static constexpr std::array<std::string_view, 6> kDeciding = {"refused", "cancelled", "expired",
                                                                "revoked", "approved",  "granted"};
  if (record.state == State::kPending) return nullptr;
  for (const std::string_view what : kDeciding)
    if (const workflow::Event* event = record.last(what)) return event;
  return nullptr;
}

std::string why_not(const Visit& visit, const Act& act) {
  const workflow::Actor actor = visit.actor();
  const auto decision = workflow::decide(
      visit.services(),
      {actor, act.action, act.target, act.application, act.role, act.siret, act.request_state});
  if (!decision) return visit.text("problem.503.title");
  if (decision->permitted) return {};
  const std::string key = "error." + decision->reason;
  const bool known = visit.core.texts.find(visit.language, key) != nullptr;
  return policies::label_in(decision->why, language_tag(visit.language),
                            visit.text(known ? key : "error.not-permitted"));
}

std::string refusal_words(const Visit& visit, const Act& act, const std::string& reason) {
  if (visit.core.texts.find(visit.language, "error." + reason))
    return visit.text("error." + reason);
  const std::string why = why_not(visit, act);
  return why.empty() ? visit.text("error.not-permitted") : why;
}

std::string rule_words(const policies::Policy& policy, const std::string& rule, Language language,
                       const std::string& otherwise) {
  for (const auto& known : policy.rules)
    if (known->id == rule) return policies::label_in(known->why, language_tag(language), otherwise);
  return otherwise;
}

}  // namespace habilitd::portal
