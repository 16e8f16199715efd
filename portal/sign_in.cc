// Sign-in and sign-out.
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/routes.h"
#include "workflow/accounts.h"

namespace habilitd::portal {
namespace {

constexpr const char* kHome = "/portail/services/";

// Where to go after sign-in: the asked page when it is one of ours.
std::string destination(const std::string& next) { return is_local_page(next) ? next : kHome; }

Response sign_in_page(const Visit& visit, const std::string& next, const std::string& login,
                      const std::string& refused, int status) {
  const Settings& s = visit.core.settings;
  View view;
  view["next"] = is_local_page(next) ? View(next) : View(false);
  view["login"] = View(login);
  view["refused"] = optional_text(refused);
  view["reset_url"] = optional_text(s.reset_url);
  view["sign_up_url"] = optional_text(s.sign_up_url);
  view["agents_url"] = optional_text(s.agents_url);
  view["has_errors"] = View(!refused.empty());
  set_flash(visit, view);
  Response answer =
      page(visit, "sign_in", {visit.text("sign_in.title"), {}, {}, false}, std::move(view), status);
  if (visit.new_pre_session)
    answer.add("Set-Cookie", visit.core.cookies.write(Cookie::kPreSession, visit.secret.reveal()));
  return answer;
}

Response refused_page(const Visit& visit, const Error& error) {
  const Problem problem = problem_of(error);
  if (problem.status == 500 || problem.status == 503) return problem_page(visit, error);
  const bool slow = error.code == Errc::kTooMany;
  // One text for unknown, wrong, locked and disabled.
  const std::string text = visit.text(slow ? "error.slow-down" : "error.sign-in-refused");
  Response answer =
      sign_in_page(visit, visit.field("next"), visit.field("login"), text, slow ? 429 : 403);
  if (slow) answer.set("Retry-After", std::to_string(problem.retry_after));
  return answer;
}

}  // namespace

Response show_home(const Visit&) { return redirect(kHome); }

Response show_sign_in(const Visit& visit) {
  if (visit.session) return redirect(destination(visit.query("next")));
  return sign_in_page(visit, visit.query("next"), {}, {}, 200);
}

Response do_sign_in(const Visit& visit) {
  const Secret password(visit.field("password"));
  const auto signed_in =
      workflow::sign_in(visit.services(), visit.field("login"), password, visit.request.peer);
  if (!signed_in) return refused_page(visit, signed_in.error());
  const auto session =
      workflow::open_session(visit.services(), signed_in->person, signed_in->must_change_password);
  if (!session) return problem_page(visit, session.error());
  if (visit.session) (void)workflow::close_session(visit.services(), visit.secret);
  Response answer = redirect(signed_in->must_change_password ? "/compte/mot-de-passe"
                                                             : destination(visit.field("next")));
  const CookieJar& cookies = visit.core.cookies;
  answer.add("Set-Cookie", cookies.write(Cookie::kSession, session->reveal()));
  answer.add("Set-Cookie", cookies.remove(Cookie::kPreSession));
  return answer;
}

Response do_sign_out(const Visit& visit) {
  const Status closed = workflow::close_session(visit.services(), visit.secret);
  if (!closed) return problem_page(visit, closed.error());
  Response answer = redirect("/connexion", "signed-out");
  answer.add("Set-Cookie", visit.core.cookies.remove(Cookie::kSession));
  return answer;
}

}  // namespace habilitd::portal
