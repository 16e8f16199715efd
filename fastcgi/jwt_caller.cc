#include "fastcgi/jwt_caller.h"

#include <string>

#include "base/text.h"
#include "fastcgi/jwt.h"
#include "workflow/people.h"

namespace habilitd::fastcgi {
namespace {

using ldap::Mirror;
using workflow::Client;

// The mirror's look-up folds letter case of every script, and takes a mail address too; an IAM may
// tell apart what folds alike, so that only ASCII letter case may differ here.
Result<workflow::Person> person_named(const Mirror::View& view, const std::string& name) {
  auto person = workflow::find_person_by_login(view, name);
  if (!person || ascii_lower(person->user_name) != ascii_lower(name)) {
    return Error{Errc::kNotFound, "unknown-person", {}};
  }
  return person;
}

Result<workflow::Person> person_with_id(const Mirror::View& view, const std::string& text) {
  const auto id = EntryUuid::parse(text);
  if (!id) return id.error();
  return workflow::find_person(view, *id);
}

std::optional<EntryUuid> person_of(const JwtClaims& claims, JwtSettings::PersonKey key,
                                   const Mirror::View& view) {
  if (claims.person.empty()) return std::nullopt;
  const auto person = key == JwtSettings::PersonKey::kEntryUuid
                          ? person_with_id(view, claims.person)
                          : person_named(view, claims.person);
  if (!person || !person->active) return std::nullopt;
  return person->id;
}

}  // namespace

Client client_of(const JwtClaims& claims, const JwtSettings& settings, const Mirror::View& view) {
  Client client;
  client.id = workflow::jwt_client_id(settings.rules.issuer, claims.client);
  client.name = claims.client;
  client.from_jwt = true;
  for (const std::string& scope : claims.scopes) {
    if (workflow::is_scope(scope)) client.scopes.insert(scope);
  }
  const bool known = workflow::apply_token_entry(view, client);
  if (!known && settings.require_entry) client.scopes.clear();
  client.person = person_of(claims, settings.person_key, view);
  return client;
}

JwtCallers::JwtCallers(JwtSettings settings, const Clock& clock, Log& log, Metrics& metrics)
    : settings_(std::move(settings)),
      clock_(clock),
      log_(log),
      metrics_(metrics),
      keys_(settings_.keys, clock, log, metrics) {}

// Callers learn nothing of the reason; it is what find_client() says of an unknown token of ours.
Error JwtCallers::refused(const Error& error, bool kid_known) {
  log_.warn("bearer.jwt.refused", {{"reason", error.reason}, {"kid_known", kid_known}});
  metrics_.count("habilitd_jwt_callers_total", "result=\"refused\"");
  return {Errc::kUnauthenticated, "invalid-token", {}};
}

Result<JwtClaims> JwtCallers::claims_of(std::string_view token) {
  const auto keys = keys_.current();
  if (!keys) return Error{Errc::kUnavailable, "no-keys", "the IAM's keys could not be fetched"};
  bool kid_known = false;
  const auto payload = open_jwt(token, settings_.rules.algorithms, *keys, kid_known);
  if (!payload && payload.error().reason == "kid") keys_.want_refresh();
  if (!payload) return refused(payload.error(), kid_known);
  auto claims = check_claims(*payload, settings_.rules, clock_.now());
  if (!claims) return refused(claims.error(), kid_known);
  return claims;
}

Result<Client> JwtCallers::find(std::string_view token, const ldap::Directory& directory) {
  const auto claims = claims_of(token);
  if (!claims) return claims.error();
  const auto view = directory.view();
  if (!view) return view.error();
  metrics_.count("habilitd_jwt_callers_total", "result=\"accepted\"");
  return client_of(*claims, settings_, *view);
}

}  // namespace habilitd::fastcgi
