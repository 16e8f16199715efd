// What a SCIM request changed, told to the clients that listen (RFC 9967 section 2.4). Notices
// only: the names of attributes, never their values; who may read the resource fetches them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scim/call.h"
#include "workflow/events.h"

namespace habilitd::scim {

// What clients may be told, for ServiceProviderConfig.
std::vector<std::string> event_uris();

// What differs between two trees of one resource, as paths: "title", "URN:attribute" of an
// extension. `before` empty: a new resource.
std::vector<std::string> changed_attributes(const Json& before, const Json& after);

struct Announced {
  const char* verb;  // create, put or patch
  EntryUuid id;
  std::vector<std::string> attributes;
  std::optional<bool> active = {};  // what `active` changed to
  // Who saw it before: those who do not see it any more are told once more, and find it gone. Of
  // people alone, who may leave a client's part (workflow/tenancy.h).
  workflow::Receivers seen_by = {};
};
// Call it once the mirror has the change.
void announce(const Call&, const ResourceType&, const Announced&);

// `receivers`: asked for before the deletion.
void announce_deletion(const Call&, const ResourceType&, const EntryUuid&,
                       const workflow::Receivers& receivers);

}  // namespace habilitd::scim
