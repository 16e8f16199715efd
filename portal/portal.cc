#include "portal/portal.h"

#include <exception>

#include "base/crypto.h"
#include "portal/core.h"
#include "portal/csrf.h"
#include "portal/language.h"
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/routes.h"

namespace habilitd::portal {
namespace {

constexpr std::size_t kLargestForm = 64 * 1024;

std::optional<Instant> instant_of(const std::string& text) {
  const auto instant = parse_rfc3339(text);
  return instant ? std::optional(*instant) : std::nullopt;
}

// Routes of this path: the one for the method, and what to name in Allow.
struct Found {
  const Route* route = nullptr;
  std::string allow;
  Params params;
};

Found find_route(const Request& request) {
  const Method method = request.method == Method::kHead ? Method::kGet : request.method;
  Found found;
  for (const Route& route : routes()) {
    auto params = match(route.pattern, request.target.segments);
    if (!params) continue;
    const std::string_view name = route.method == Method::kGet ? "GET, HEAD" : "POST";
    found.allow += (found.allow.empty() ? "" : ", ") + std::string(name);
    if (route.method == method) found.route = &route;
    found.params = *std::move(params);
  }
  return found;
}

// ?lang=, the cookie, the person's own, the browser's, French.
void choose_language(Visit& visit) {
  const auto asked = parse_language(visit.query("lang"));
  const auto kept = visit.core.cookies.read(visit.request.headers.cookie, Cookie::kLanguage);
  visit.language_chosen = asked.has_value();
  std::optional<Language> language = asked;
  if (!language && kept) language = parse_language(*kept);
  if (!language && visit.session) language = parse_language(visit.session->person.language);
  if (!language) language = accepted_language(visit.request.headers.accept_language);
  visit.language = language.value_or(Language::kFrench);
}

// kUnavailable when nobody can tell; a session that is not there is not an error.
Status find_who(Visit& visit) {
  const std::string& header = visit.request.headers.cookie;
  if (auto secret = visit.core.cookies.read_secret(header, Cookie::kSession)) {
    auto session = workflow::find_session(visit.services(), *secret);
    if (!session && session.error().code != Errc::kUnauthenticated) return session.error();
    if (session) {
      visit.session = *std::move(session);
      visit.secret = *std::move(secret);
      return done();
    }
  }
  auto before = visit.core.cookies.read_secret(header, Cookie::kPreSession);
  visit.new_pre_session = !before;
  visit.secret = before ? *std::move(before) : random_token();
  return done();
}

// Precondition: a POST. Reads the form; the answer when it is refused.
std::optional<Response> read_form(Visit& visit) {
  const Request& request = visit.request;
  if (!comes_from_us(request.headers, visit.core.origin))
    return problem_page(visit, Problem{403, "csrf", {}, {}, 0});
  const std::string type = request.headers.content_type;
  if (!request.headers.content_encoding.empty() ||
      type.substr(0, type.find(';')) != "application/x-www-form-urlencoded")
    return problem_page(visit, Problem{415, "415", {}, {}, 0});
  if (request.body.size() > kLargestForm)
    return problem_page(visit, Problem{413, "413", {}, {}, 0});
  auto form = parse_form(request.body);
  if (!form) return problem_page(visit, form.error());
  visit.form = *std::move(form);
  return std::nullopt;
}

// To the sign-in page. A POST is not replayed: she comes back to a page that shows where things
// stand.
Response to_sign_in(const Visit& visit, const Route& route) {
  std::string next = visit.here();
  if (visit.is_post() && !route.resume.empty()) next = fill_pattern(route.resume, visit.params);
  Pairs query;
  if (is_local_page(next)) query.emplace_back("next", next);
  if (visit.is_post()) query.emplace_back("fait", "session-over");
  return redirect(query.empty() ? "/connexion" : "/connexion?" + encode_query(query));
}

bool token_is_right(const Visit& visit) {
  if (!visit.session && visit.new_pre_session) return false;
  return csrf_matches(visit.secret, visit.session ? "session" : "sign-in", visit.field("csrf"));
}

Response answer_route(Visit& visit, const Route& route) {
  if (route.access != Access::kOpen && !visit.session) return to_sign_in(visit, route);
  if (route.access == Access::kSession && visit.session->must_change_password)
    return redirect("/compte/mot-de-passe");
  if (visit.is_post() && !token_is_right(visit))
    return problem_page(visit, Problem{403, "csrf", {}, {}, 0});
  return route.handler(visit);
}

Response answer(Visit& visit) {
  const Found found = find_route(visit.request);
  const Status who = find_who(visit);
  choose_language(visit);
  if (found.allow.empty()) return not_found(visit);
  if (!found.route) {
    Response refused = problem_page(visit, Problem{405, "405", {}, {}, 0});
    refused.set("Allow", found.allow);
    return refused;
  }
  if (!who) return problem_page(visit, who.error());
  visit.params = found.params;
  if (visit.is_post())
    if (auto refused = read_form(visit)) return *std::move(refused);
  return answer_route(visit, *found.route);
}

}  // namespace

Core::Core(workflow::Services& s, Settings given)
    : services(s),
      settings(std::move(given)),
      origin(origin_of(settings.base_url)),
      https(settings.base_url.starts_with("https://")),
      cookies(https),
      templates(texts),
      banner_from(instant_of(settings.banner_from)),
      banner_until(instant_of(settings.banner_until)) {}

struct Portal::Parts {
  Parts(workflow::Services& services, Settings settings) : core(services, std::move(settings)) {}
  Core core;
};

Portal::Portal(workflow::Services& services, Settings settings)
    : parts_(std::make_unique<Parts>(services, std::move(settings))) {}
Portal::~Portal() = default;

Response Portal::handle(const Request& request) {
  const Core& core = parts_->core;
  const auto& segments = request.target.segments;
  const bool reads = request.method == Method::kGet || request.method == Method::kHead;
  Visit visit{core, request, Language::kFrench, false, {}, {}, false, {}, {}};
  Response response;
  try {
    const bool asset = segments.size() == 2 && segments[0] == "assets" && reads;
    response = asset ? core.assets.serve(request) : answer(visit);
  } catch (const std::exception& fault) {
    core.services.log.error("portal.fault", {{"request", request.request_id},
                                             {"reason", std::string("exception")},
                                             {"detail", std::string(fault.what())}});
    response = problem_page(visit, Problem{500, "500", {}, {}, 0});
  }
  if (visit.language_chosen && reads)
    response.add("Set-Cookie", core.cookies.write(Cookie::kLanguage, language_tag(visit.language)));
  secure(response, core.https);
  return response;
}

}  // namespace habilitd::portal
