// One request while it is answered: who asks, in which language, with what form. Made by portal.cc
// after every check that does not depend on the page (method, origin, session, CSRF token).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "portal/core.h"
#include "workflow/actor.h"
#include "workflow/sessions.h"

namespace habilitd::portal {

using Params = std::map<std::string, std::string, std::less<>>;

struct Visit {
  const Core& core;
  const Request& request;
  Language language = Language::kFrench;
  bool language_chosen = false;  // by ?lang=: to be kept in a cookie
  std::optional<workflow::Session> session;
  Secret secret;                 // the session's, or the one of the cookie before sign-in
  bool new_pre_session = false;  // `secret` is new: the sign-in page sets its cookie
  Params params;                 // of the route: ":app" -> "app"
  Pairs form;                    // of a POST

  workflow::Services& services() const { return core.services; }
  Instant now() const { return core.services.clock.now(); }
  bool is_post() const { return request.method == Method::kPost; }
  // Precondition of both: a session.
  const workflow::Person& person() const { return session->person; }
  workflow::Actor actor() const;

  std::string csrf() const;
  const std::string& param(std::string_view name) const;  // of the route; must exist
  const std::string& field(std::string_view name) const;  // of the form; "" when absent
  const std::string& query(
      std::string_view name) const;        // of the address; "" when absent or repeated
  bool asks(std::string_view name) const;  // is the name in the address at all?
  std::string here() const;                // path and query of this address

  std::string text(std::string_view key, const Values& values = {}) const;
  std::string count(std::string_view key, std::size_t n) const;
  View when(Instant) const;
  View day(const std::optional<Instant>&) const;
};

}  // namespace habilitd::portal
