// Which waiting events go when there are more than the site keeps: always the oldest of the feed
// that holds most, so that a flood costs those whom it is for, and nobody with little to read.
#pragma once

#include <string>
#include <vector>

#include "ldap/record.h"

namespace habilitd::workflow {

// An entry under ou=events and the feeds that lose it. `last`: nobody waits for it any more.
struct GivenUp {
  ldap::RecordPtr record;
  std::vector<std::string> feeds;
  bool last = false;
};

// As many of `events` (in any order) as it takes until `kept` entries are left, but no more than
// `most`. An outcome without a feed counts for the client that asked; an accepted request that was
// not done yet (scim/async_job.h) stays.
std::vector<GivenUp> give_up_events(std::vector<ldap::RecordPtr> events, std::size_t kept,
                                    std::size_t most);

}  // namespace habilitd::workflow
