#include "portal/decided.h"

#include <charconv>

#include "base/text.h"
#include "portal/csrf.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "workflow/rights.h"

namespace habilitd::portal {
namespace {

// The policy's words when a rule was in the way.
std::string policy_words(const Visit& visit, const workflow::RequestRecord& record,
                         const std::string& reason) {
  const auto policy = visit.services().catalogue.policy(record.application);
  const std::string key = "error." + reason;
  const bool known = visit.core.texts.find(visit.language, key) != nullptr;
  const std::string otherwise = known ? visit.text(key) : std::string();
  return policy ? rule_words(*policy, reason, visit.language, otherwise) : otherwise;
}

}  // namespace

Result<workflow::RequestRecord> find_visible_request(const Visit& visit) {
  const auto id = RequestId::parse(visit.param("request"));
  if (!id) return Error{Errc::kNotFound, "unknown-request", {}};
  return workflow::find_request(visit.services(), visit.actor(), *id);
}

bool manages_person(const Visit& visit, const workflow::RequestRecord& record) {
  const workflow::Actor actor = visit.actor();
  return workflow::manages_anything(visit.services(), actor, record.application) &&
         workflow::person_rights(visit.services(), actor, record.application, record.person).ok();
}

void set_decision(const Visit& visit, View& view, const workflow::RequestRecord& record,
                  const std::string& keep) {
  const std::string address = "/portail/demandes/" + record.id.str();
  const auto siret = Siret::parse(record.siret);
  const auto why = [&](const char* action) {
    if (!siret) return visit.text("error.unknown-structure");
    return why_not(visit, {action, record.person, record.application, record.role, *siret,
                           std::string(workflow::state_name(record.state))});
  };
  const std::string refuse =
      address + "/refuser" + (keep.empty() ? "" : "?" + encode_query({{"retour", keep}}));
  view["approve_action"] = View(address + "/valider");
  view["approve_why"] = optional_text(why("approve"));
  view["refuse_href"] = why("refuse").empty() ? View(refuse) : View(false);
  view["keep"] = optional_text(keep);
}

Result<workflow::Decided> read_decided(const Visit& visit) {
  const std::string& revision = visit.field("revision");
  workflow::Decided decided;
  const char* end = revision.data() + revision.size();
  const auto [last, error] = std::from_chars(revision.data(), end, decided.revision);
  if (error != std::errc() || last != end) return invalid("bad-form", "revision");
  if (!is_operation(visit.field("operation"))) return invalid("bad-form", "operation");
  decided.operation = visit.field("operation");
  decided.reason = std::string(trim(visit.field("reason")));
  return decided;
}

Response refused_decision(const Visit& visit, const RequestId& id, const Error& error) {
  const bool moved = error.code == Errc::kConflict || error.code == Errc::kStale;
  const std::string back = "/portail/demandes/" + id.str();
  if (!moved && error.code != Errc::kForbidden && error.code != Errc::kUnknownOutcome)
    return problem_page(visit, error);
  const auto record = workflow::find_request(visit.services(), visit.actor(), id);
  if (record && record->state != workflow::State::kPending && error.code != Errc::kUnknownOutcome)
    return handled_page(visit, *record, back);
  Problem problem = problem_of(error);
  problem.back = back;
  if (record) problem.why = policy_words(visit, *record, error.reason);
  return problem_page(visit, problem);
}

}  // namespace habilitd::portal
