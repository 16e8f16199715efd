#include "portal/problems.h"

#include <charconv>

#include "portal/dates.h"
#include "portal/record_view.h"

namespace habilitd::portal {
namespace {

int seconds_in(const std::string& detail, int otherwise) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(detail.data(), detail.data() + detail.size(), seconds);
  return error == std::errc() && seconds > 0 ? seconds : otherwise;
}

}  // namespace

Problem problem_of(const Error& error) {
  switch (error.code) {
    case Errc::kInvalid:
      return {400, "400", {}, {}, 0};
    case Errc::kUnauthenticated:
    case Errc::kForbidden:
      return {403, "403", {}, {}, 0};
    case Errc::kNotFound:
      return {404, "404", {}, {}, 0};
    case Errc::kConflict:
    case Errc::kStale:
      return {409, "409", {}, {}, 0};
    case Errc::kTooLarge:
      return {413, "413", {}, {}, 0};
    case Errc::kTooMany:
      return {429, "429", {}, {}, seconds_in(error.detail, 10)};
    case Errc::kUnavailable:
      return {503, "503", {}, {}, 5};
    case Errc::kUnknownOutcome:
      return {503, "unknown", {}, {}, 5};
    case Errc::kInternal:
      break;
  }
  return {500, "500", {}, {}, 0};
}

Response problem_page(const Visit& visit, const Problem& problem) {
  const std::string base = "problem." + problem.key;
  View view;
  view["status"] = View(std::to_string(problem.status));
  view["text"] = View(visit.text(base + ".text"));
  view["why"] = optional_text(problem.why);
  view["has_events"] = View(false);
  view["request_id"] = View(visit.request.request_id);
  view["back"] = View(problem.back.empty() ? "/portail/services/" : problem.back);
  view["back_label"] = View(visit.text(problem.status == 503  ? "problem.retry"
                                       : problem.back.empty() ? "problem.back"
                                                              : "problem.again"));
  // Whoever cannot be told apart yet (no session without the directory) reads one of the two.
  const Language other =
      visit.language == Language::kEnglish ? Language::kFrench : Language::kEnglish;
  const bool both = problem.status == 503;
  view["other_lang"] = View(std::string(language_tag(other)));
  view["other_text"] = both ? View(visit.core.texts.get(other, base + ".title") + ". " +
                                   visit.core.texts.get(other, base + ".text"))
                            : View(false);
  Response answer = page(visit, "problem", {visit.text(base + ".title"), {}, {}, false},
                         std::move(view), problem.status);
  if (problem.retry_after > 0) answer.set("Retry-After", std::to_string(problem.retry_after));
  return answer;
}

Response problem_page(const Visit& visit, const Error& error) {
  Problem problem = problem_of(error);
  if (problem.status == 500)
    visit.services().log.error("portal.fault", {{"request", visit.request.request_id},
                                                {"reason", error.reason},
                                                {"detail", error.detail}});
  if (problem.status == 503 && !visit.is_post()) problem.back = visit.here();
  return problem_page(visit, problem);
}

Response not_found(const Visit& visit) {
  return problem_page(visit, Problem{404, "404", {}, {}, 0});
}

Response handled_page(const Visit& visit, const workflow::RequestRecord& record,
                      const std::string& back) {
  using workflow::State;
  const workflow::Event* decisive = deciding_event(record);
  const bool cancelled = record.state == State::kCancelled,
             expired = record.state == State::kExpired;
  Problem problem{409, "409", {}, back, 0};
  View view;
  view["status"] = View("409");
  view["why"] = View(false);
  view["other_text"] = View(false);
  view["request_id"] = View(visit.request.request_id);
  view["back"] = View(back);
  view["back_label"] = View(visit.text("problem.again"));
  view["events"] = events_view(visit, record);
  view["has_events"] = View(true);
  view["text"] = View(visit.text("problem.handled.text"));
  std::string title = visit.text("problem.409.title");
  if (decisive) {
    const std::string key = cancelled ? "problem.handled_cancelled.title"
                            : expired ? "problem.handled_expired.title"
                                      : "problem.handled.title";
    const std::string when = ago_text(visit.core.texts, visit.language, decisive->at, visit.now());
    title = visit.text(key, {{"event_by", decisive->by_name}, {"event_when", when}});
  }
  return page(visit, "problem", {title, {}, {}, false}, std::move(view), 409);
}

std::string reason_text(const Visit& visit, const std::string& reason, const Values& values) {
  const std::string key = "error." + reason;
  const bool known = visit.core.texts.find(visit.language, key) != nullptr;
  return visit.text(known ? key : "error.invalid", values);
}

}  // namespace habilitd::portal
