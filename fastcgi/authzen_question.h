// From an AuthZEN query to the question the use cases ask: who, what, on whom, for which role,
// where.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "policies/authzen.h"
#include "workflow/decisions.h"
#include "workflow/tokens.h"

namespace habilitd::fastcgi {

// A question that owns its actor. Texts that lead nowhere are not errors: they become a denial.
struct AuthzenQuestion {
  workflow::Actor actor;
  std::string application, role;
  EntryUuid target;
  std::optional<Siret> siret;
  std::optional<std::string> request_state;
};

// A denial with one of the engine's words (unknown-person, unknown-structure) or
// unknown-application, unknown-request, unknown-resource, when the query names nothing that exists,
// or nothing that the caller sees (workflow/tenancy.h).
// kInvalid (authzen-invalid) for a subject type that is not in the vocabulary; kUnavailable while
// the mirror is not ready.
using Understood = std::variant<AuthzenQuestion, policies::Decision>;
Result<Understood> understand(workflow::Services&, const policies::AuthzenQuery&,
                              const workflow::Client& caller);

}  // namespace habilitd::fastcgi
