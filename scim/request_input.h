// What the writing methods of /Habilitations and /AccessRequests have in common.
#pragma once

#include <functional>
#include <optional>

#include "scim/call.h"
#include "workflow/requests.h"

namespace habilitd::scim {

// The body of a POST as the workflow wants it. kInvalid.
Result<workflow::Ask> read_ask(Call&, const ResourceType&);
// A refusal of what was asked for: a person, role or structure that does not exist is the body's
// fault (400), and a limit of the policy is a refusal (403), not a rate.
Error refused_ask(const Error&);

// The entry that the id of a URL names; kNotFound when it cannot name any.
Result<EntryUuid> entry_named(const ResourceType&, std::string_view id);
std::optional<Instant> instant_at(const Json& tree, const char* name);

// A request entry as the mirror has it.
struct Target {
  RequestId id;
  workflow::RequestRecord record;
  Json tree;  // what a client can set
};
// Finds it and calls act(target) until no other write has come in between (at most some times; not
// with If-Match). kNotFound, kStale, what `act` says.
Status act_on(Call&, const ResourceType&, std::string_view id,
              const std::function<Status(const Target&)>& act);

}  // namespace habilitd::scim
