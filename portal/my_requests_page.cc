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

std::string title_of(const Visit& visit, const RequestRecord& record, const std::string& app) {
  const bool own = record.person == visit.person().id;
  const bool fresh = visit.query("fait") == "recorded" && record.state == State::kPending;
  if (own && fresh) return visit.text("request.title_new");
  return visit.text(own ? "request.title" : "request.title_of",
                    {{"app_name", app}, {"person_name", record.person_name}});
}

// One request: the asker's own, or one that waits for an approver who manages nothing.
Response request_page(const Visit& visit, const RequestRecord& record) {
  const bool own = record.person == visit.person().id;
  const bool pending = record.state == State::kPending;
  const std::string app = application_name(visit, record.application, record.application_label);
  View view = record_view(visit, record);
  set_flash(visit, view);
  set_hidden(visit, view);
  set_decision(visit, view, record, {});
  view["decide"] = View(!own && pending);
  view["asker"] = own ? View(false) : View(record.person_name);
  view["asker_mail"] = View(record.person_mail);
  view["events"] = events_view(visit, record);
  view["cancellable"] = View(own && pending);
  if (!pending) view["due"] = View(false);
  return page(visit, "request",
              {title_of(visit, record, app),
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

// A manager is led to the person's page with this request first.
Response show_request(const Visit& visit) {
  const auto record = find_visible_request(visit);
  if (!record) return problem_page(visit, record.error());
  const bool own = record->person == visit.person().id;
  if (own || !manages_person(visit, *record)) return request_page(visit, *record);
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
