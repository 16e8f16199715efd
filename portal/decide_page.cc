// A manager's answer to a request: validate at once, or refuse with a reason.
#include "portal/decided.h"
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"
#include "portal/users_query.h"

namespace habilitd::portal {
namespace {

using workflow::Outcome;
using workflow::RequestRecord;
using workflow::State;

// The list as it was when the form was drawn; read like any address.
UsersQuery list_of_form(const std::string& text) {
  const auto target = parse_target("/?" + text);
  return target ? UsersQuery::read(target->query).list() : UsersQuery{};
}

Response back_to_person(const Visit& visit, const RequestRecord& record, std::string_view done) {
  if (!manages_person(visit, record)) return redirect("/portail/services/", done);
  const UsersQuery query = list_of_form(visit.field("retour")).with_person(record.person);
  return redirect(query.href(record.application), done);
}

Response refuse_page(const Visit& visit, const RequestRecord& record, const std::string& keep,
                     const std::string& reason, const std::string& error) {
  View view = record_view(visit, record);
  set_hidden(visit, view);
  view["lead"] = View(visit.text("refuse.lead", {{"person_name", record.person_name}}));
  view["submit"] = View(visit.text("refuse.submit"));
  view["action"] = View("/portail/demandes/" + record.id.str() + "/refuser");
  view["role_id"] = View(false);
  view["reason"] = View(reason);
  view["reason_error"] = View(false);
  view["keep"] = optional_text(keep);
  const std::string list = users_path(record.application);
  view["back"] = View("/portail/demandes/" + record.id.str());
  if (!error.empty()) set_errors(view, {{"reason", error}});
  const std::string title = visit.text("refuse.title");
  return page(
      visit, "reason",
      {title, "/portail/services/", {{visit.text("users.title"), list}, {title, ""}}, false},
      std::move(view), error.empty() ? 200 : 400);
}

}  // namespace

Response do_approve(const Visit& visit) {
  const auto record = find_visible_request(visit);
  if (!record) return problem_page(visit, record.error());
  const auto decided = read_decided(visit);
  if (!decided) return problem_page(visit, decided.error());
  const auto outcome = workflow::approve(visit.services(), visit.actor(), record->id, *decided);
  if (!outcome) return refused_decision(visit, record->id, outcome.error());
  const bool more = outcome->record.state == State::kPending;
  return back_to_person(visit, outcome->record, more ? "approved-stage" : "approved");
}

Response show_refuse(const Visit& visit) {
  const auto record = find_visible_request(visit);
  if (!record) return problem_page(visit, record.error());
  const std::string back = "/portail/demandes/" + record->id.str();
  if (record->state != State::kPending) return handled_page(visit, *record, back);
  const auto siret = Siret::parse(record->siret);
  if (!siret) return problem_page(visit, siret.error());
  const std::string why = why_not(visit, {"refuse", record->person, record->application,
                                          record->role, *siret, std::string("pending")});
  if (!why.empty()) return problem_page(visit, Problem{403, "403", why, back, 0});
  return refuse_page(visit, *record, visit.query("retour"), {}, {});
}

Response do_refuse(const Visit& visit) {
  const auto record = find_visible_request(visit);
  if (!record) return problem_page(visit, record.error());
  const auto decided = read_decided(visit);
  if (!decided) return problem_page(visit, decided.error());
  const auto outcome = workflow::refuse(visit.services(), visit.actor(), record->id, *decided);
  if (outcome) return back_to_person(visit, outcome->record, "refused");
  if (outcome.error().code == Errc::kInvalid)
    return refuse_page(visit, *record, visit.field("retour"), visit.field("reason"),
                       reason_text(visit, outcome.error().reason));
  return refused_decision(visit, record->id, outcome.error());
}

}  // namespace habilitd::portal
