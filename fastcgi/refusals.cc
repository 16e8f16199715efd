#include "fastcgi/refusals.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace habilitd::fastcgi {
namespace {

// RFC 7644 section 3.12. Its scimType values all belong to requests that were understood; these
// were not.
Response scim_problem(const Problem& problem) {
  const Json body = {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
                     {"status", std::to_string(problem.status)},
                     {"detail", problem.detail}};
  Response response{problem.status, {}, dump(body)};
  response.set("Content-Type", "application/scim+json");
  return response;
}

Response authzen_problem(const Problem& problem) {
  const Json body = {
      {"status", problem.status}, {"error", problem.reason}, {"message", problem.detail}};
  Response response{problem.status, {}, dump(body)};
  response.set("Content-Type", "application/json");
  return response;
}

struct PageText {
  const char *language, *title, *text, *back;
};

PageText page_text(int status, bool english) {
  const bool later = status == 503;
  if (english) {
    return {"en", later ? "Service unavailable" : "Request not accepted",
            later ? "The service is not available right now. Nothing has been lost: please try "
                    "again in a moment."
                  : "This request cannot be handled.",
            "Back to the home page"};
  }
  return {"fr", later ? "Service indisponible" : "Demande non acceptée",
          later ? "Le service est momentanément indisponible. Rien n’est perdu : veuillez "
                  "réessayer dans un instant."
                : "Cette demande ne peut pas être traitée.",
          "Retour à l’accueil"};
}

// Only fixed texts and our own request id: nothing that a client sent is repeated.
Response page_problem(const Problem& problem, const Request& request) {
  const PageText text =
      page_text(problem.status, request.headers.accept_language.starts_with("en"));
  std::string body =
      "<!doctype html>\n<html lang=\"" + std::string(text.language) +
      "\">\n<head><meta charset=\"utf-8\"><title>" + text.title +
      "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "</head>\n<body><main><h1>" +
      text.title + "</h1><p>" + text.text + "</p><p><a href=\"/\">" + text.back +
      "</a></p><p><small>" + request.request_id + "</small></p></main></body>\n</html>\n";
  Response response{problem.status, {}, std::move(body)};
  response.set("Content-Type", "text/html; charset=utf-8");
  response.set("Content-Security-Policy",
               "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  return response;
}

}  // namespace

Form form_of_raw_target(std::string_view raw) {
  if (raw.starts_with("/scim")) return Form::kScim;
  if (raw.starts_with("/access") || raw.starts_with("/.well-known/authzen")) return Form::kAuthzen;
  return Form::kPage;
}

Response refuse(Form form, const Problem& problem, const Request& request) {
  switch (form) {
    case Form::kScim:
      return scim_problem(problem);
    case Form::kAuthzen:
      return authzen_problem(problem);
    case Form::kPage:
      break;
  }
  return page_problem(problem, request);
}

int status_of(const Error& error) {
  switch (error.code) {
    case Errc::kInvalid:
      return 400;
    case Errc::kUnauthenticated:
      return 401;
    case Errc::kForbidden:
      return 403;
    case Errc::kNotFound:
      return 404;
    case Errc::kConflict:
      return 409;
    case Errc::kStale:
      return 412;
    case Errc::kTooLarge:
      return 413;
    case Errc::kTooMany:
      return 429;
    case Errc::kUnavailable:
    case Errc::kUnknownOutcome:
      return 503;
    case Errc::kInternal:
      break;
  }
  return 500;
}

}  // namespace habilitd::fastcgi
