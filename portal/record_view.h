// Requests, roles and structures as the templates want them.
#pragma once

#include <string>

#include "portal/visit.h"
#include "workflow/people.h"
#include "workflow/request_record.h"
#include "workflow/rights.h"

namespace habilitd::portal {

// The policy's label in the reader's language; the fallback when the policy has no such role.
std::string role_label(const Visit&, const std::string& application, const std::string& role,
                       const std::string& fallback);
// kNotFound for an unknown application, kUnavailable without the directory.
Result<workflow::Application> application_of(const Visit&, const std::string& id);
std::string application_name(const Visit&, const std::string& id, const std::string& fallback);
// "732 829 320 00074"; text that is no SIRET stays as it is.
std::string spaced(const std::string& siret);

// state, state_level: the badge.
void set_state(const Visit&, View&, workflow::State);
// role_label, app_name, structure, siret (spaced), request, revision, attach, justification, asked,
// until, due, state.
View record_view(const Visit&, const workflow::RequestRecord&);
// role_label, app_name, structure, siret (spaced), until.
View right_view(const Visit&, const std::string& application, const workflow::Right&);
// event, event_by, event_reason, at.
// `ending`: what is applied is an end, so that access closes rather than opens.
View event_view(const Visit&, const workflow::Event&, bool ending);
View events_view(const Visit&, const workflow::RequestRecord&);
// The last event that somebody decided, as opposed to its being carried out; null when there is
// none.
const workflow::Event* last_act(const workflow::RequestRecord&);
// The event that took the request out of `pending`; null when there is none.
const workflow::Event* deciding_event(const workflow::RequestRecord&);

// Empty when the viewer may do it now; else the policy's explanation. For drawing buttons only.
struct Act {
  std::string action;
  EntryUuid target;
  std::string application, role;
  Siret siret;
  std::optional<std::string> request_state;
};
std::string why_not(const Visit&, const Act&);
// The text of a refusal's reason; for a rule of the policy, its explanation.
std::string refusal_words(const Visit&, const Act&, const std::string& reason);
// A rule's words for the reader; `otherwise` when the policy has no such rule.
std::string rule_words(const policies::Policy&, const std::string& rule, Language,
                       const std::string& otherwise);

}  // namespace habilitd::portal
