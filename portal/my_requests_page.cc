// One's own requests and rights, and the page that the links in mails lead to.
#include <charconv>

#include "portal/decided.h"
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"
#include "portal/users_query.h"
#include "workflow/requests.h"

namespace habilitd::portal {
namespace {

using workflow::RequestRecord;
using workflow::State;

bool is_open(const RequestRecord& record) {
  return record.state == State::kPending || record.state == State::kApproved;
}

void set_lists(const Visit& visit, View& view, const workflow::OwnRights& own) {
  View open(View::type::list), past(View::type::list), held(View::type::list);
  for (const RequestRecord& record : own.requests) {
    if (is_open(record)) open << record_view(visit, record);
    if (!is_open(record) && record.state != State::kActive) past << record_view(visit, record);
  }
  for (const workflow::Right& right : own.active) {
    View item = right_view(visit, right.application, right);
    item["app_name"] = View(application_name(visit, right.application, {}));
    held << item;
  }
  view["has_open"] = View(!open.is_empty_list());
  view["has_held"] = View(!held.is_empty_list());
  view["has_past"] = View(!past.is_empty_list());
  view["open"] = std::move(open);
  view["held"] = std::move(held);
  view["past"] = std::move(past);
}

Response own_request_page(const Visit& visit, const RequestRecord& record) {
  View view = record_view(visit, record);
  set_flash(visit, view);
  set_hidden(visit, view);
  view["events"] = events_view(visit, record);
  view["cancellable"] = View(record.state == State::kPending);
  if (record.state != State::kPending) view["due"] = View(false);
  const std::string app = application_name(visit, record.application, record.application_label);
  const bool fresh = visit.query("fait") == "recorded" && record.state == State::kPending;
  const std::string title =
      fresh ? visit.text("request.title_new") : visit.text("request.title", {{"app_name", app}});
  return page(visit, "request",
              {title,
               "/portail/demandes",
               {{visit.text("nav.requests"), "/portail/demandes"}, {app, ""}},
               false},
              std::move(view));
}

}  // namespace

Response show_own(const Visit& visit) {
  const auto own = workflow::own_rights(visit.services(), visit.person().id);
  if (!own) return problem_page(visit, own.error());
  View view;
  set_lists(visit, view, *own);
  set_flash(visit, view);
  set_hidden(visit, view);
  return page(visit, "my_requests", {visit.text("mine.title"), "/portail/demandes", {}, false},
              std::move(view));
}

// A manager is led to the person's page with this request first, the asker sees her own.
Response show_request(const Visit& visit) {
  const auto record = find_visible_request(visit);
  if (!record) return problem_page(visit, record.error());
  if (record->person == visit.person().id) return own_request_page(visit, *record);
  UsersQuery query;
  query.person = record->person;
  query.request = record->id;
  return redirect(query.href(record->application));
}

Response do_cancel(const Visit& visit) {
  const auto record = find_visible_request(visit);
  if (!record) return problem_page(visit, record.error());
  const auto decided = read_decided(visit);
  if (!decided) return problem_page(visit, decided.error());
  const auto outcome = workflow::cancel(visit.services(), visit.actor(), record->id, *decided);
  if (!outcome) return refused_decision(visit, record->id, outcome.error());
  return redirect("/portail/demandes/" + record->id.str(), "cancelled");
}

}  // namespace habilitd::portal
