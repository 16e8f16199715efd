#include "fastcgi/authzen_endpoint.h"

#include "base/text.h"
#include "fastcgi/authzen_question.h"
#include "policies/authzen_fixture.h"
#include "workflow/client_limiter.h"

namespace habilitd::fastcgi {
namespace {

using policies::AuthzenQuery;

constexpr const char* kScope = "decisions";

Response json_response(int status, const Json& body) {
  Response response{status, {}, dump(body)};
  response.set("Content-Type", "application/json");
  return response;
}

Response problem(int status, std::string reason, std::string detail, const Request& request) {
  return refuse(Form::kAuthzen, {status, std::move(reason), std::move(detail)}, request);
}

// Details of a fault are for our log; those of a malformed request tell the caller what to change.
Response failure(const Error& error, const Request& request) {
  const int status = status_of(error);
  const bool about_the_request = error.code == Errc::kInvalid || error.code == Errc::kTooLarge;
  return problem(status, error.reason,
                 about_the_request ? error.detail : std::string(status_phrase(status)), request);
}

Response not_recognised(const Error& error, const Request& request) {
  if (error.code != Errc::kUnauthenticated) return failure(error, request);
  Response response = problem(401, "unauthenticated", "A valid bearer token is needed.", request);
  response.set("WWW-Authenticate", request.headers.authorization.empty()
                                       ? "Bearer realm=\"habilitd\""
                                       : "Bearer realm=\"habilitd\", error=\"invalid_token\"");
  return response;
}

Response wrong_method(const char* allowed, const Request& request) {
  Response response = problem(405, "method", std::string("Use ") + allowed + ".", request);
  response.set("Allow", allowed);
  return response;
}

bool is_json(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  return ascii_lower(type) == "application/json";
}

Result<Json> answer_evaluation(const Json& body, const policies::Evaluate& evaluate) {
  const auto query = policies::parse_evaluation(body);
  if (!query) return query.error();
  return policies::answer_evaluation(*query, evaluate);
}

Result<Json> answer_evaluations(const Json& body, const policies::Evaluate& evaluate) {
  const auto batch = policies::parse_evaluations(body);
  if (!batch) return batch.error();
  return policies::answer_evaluations(*batch, evaluate);
}

// The specification demands https; a demo on the loopback has http throughout.
Result<Json> metadata_for(const std::string& base) {
  constexpr std::string_view kPlain = "http://";
  if (!base.starts_with(kPlain)) return policies::authzen_configuration(base);
  auto metadata = policies::authzen_configuration("https://" + base.substr(kPlain.size()));
  if (!metadata) return metadata;
  for (auto& [name, value] : metadata->items()) {
    value = "http" + value.get<std::string>().substr(std::string_view("https").size());
  }
  return metadata;
}

}  // namespace

AuthzenEndpoint::AuthzenEndpoint(workflow::Services& services, Settings settings)
    : services_(services), settings_(std::move(settings)) {}

Response AuthzenEndpoint::handle(const Request& request, const Segments& rest,
                                 const Result<workflow::Client>& caller) const {
  if (!caller) return not_recognised(caller.error(), request);
  if (auto admitted = workflow::admit_client(services_, *caller); !admitted) {
    Response response = problem(429, "rate-limited", "Too many requests.", request);
    response.set("Retry-After", admitted.error().detail);
    return response;
  }
  if (!caller->may(kScope)) {
    return problem(403, "scope", "The token lacks the scope decisions.", request);
  }
  const bool one = rest == Segments{"evaluation"};
  if (!one && rest != Segments{"evaluations"}) {
    return problem(404, "no-such-path", "There is nothing at this path.", request);
  }
  if (request.method != Method::kPost) return wrong_method("POST", request);
  if (!is_json(request.headers.content_type)) {
    return problem(400, "content-type", "Send application/json.", request);
  }
  const auto body = parse_json(request.body);
  if (!body) return failure(body.error(), request);
  const policies::Evaluate evaluator = [&](const AuthzenQuery& query) {
    return evaluate(query, *caller);
  };
  const auto answer =
      one ? answer_evaluation(*body, evaluator) : answer_evaluations(*body, evaluator);
  if (!answer) return failure(answer.error(), request);
  return json_response(200, *answer);
}

Response AuthzenEndpoint::configuration(const Request& request) const {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return wrong_method("GET, HEAD", request);
  }
  auto metadata = metadata_for(settings_.base_url);
  if (!metadata) return problem(404, "no-such-path", "There is nothing at this path.", request);
  for (const char* unserved :
       {"search_subject_endpoint", "search_resource_endpoint", "search_action_endpoint"}) {
    metadata->erase(unserved);
  }
  Response response = json_response(200, *metadata);
  response.set("Cache-Control", "public, max-age=300");
  return response;
}

Result<policies::Decision> AuthzenEndpoint::evaluate(const AuthzenQuery& query,
                                                     const workflow::Client& caller) const {
  if (!settings_.fixture.empty()) {
    const auto policy = services_.catalogue.policy(settings_.fixture);
    if (policy && policy->entities.contains(query.resource.type)) {
      return policies::decide_fixture(*policy, query);
    }
  }
  auto decided = decide(query, caller);
  if (!decided && decided.error().code != Errc::kInvalid) {
    services_.log.warn("authzen.evaluation.failed",
                       {{"reason", decided.error().reason}, {"detail", decided.error().detail}});
  }
  return decided;
}

Result<policies::Decision> AuthzenEndpoint::decide(const AuthzenQuery& query,
                                                   const workflow::Client& caller) const {
  auto understood = understand(services_, query, caller);
  if (!understood) return understood.error();
  if (auto* denied = std::get_if<policies::Decision>(&*understood)) return std::move(*denied);
  const auto& asked = std::get<AuthzenQuestion>(*understood);
  const workflow::Question question{asked.actor,        query.action, asked.target,
                                    asked.application,  asked.role,   *asked.siret,
                                    asked.request_state};
  return workflow::decide(services_, question, workflow::Source::kMirror);
}

}  // namespace habilitd::fastcgi
