// Cursors of paged lists (RFC 9865): nothing is kept for them. A cursor holds the place behind
// which the next page begins and the moment it was given out, sealed: the client can neither read
// nor change it, and it opens only for the same client asking the same query with the same count.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/seal.h"
#include "base/secret.h"
#include "scim/order.h"

namespace habilitd::scim {

class Cursors {
 public:
  // Hosts and processes with the same secret understand each other's cursors. Empty: a secret of
  // this process's own, which ends with it.
  Cursors(const Secret& secret, Duration timeout);

  // `query`: who asks, and everything but the count that must not change during a walk.
  std::string make(const Place& last, std::size_t count, std::string_view query, Instant now) const;
  // kInvalid with reason invalidCursor (forged, foreign and garbled ones alike), invalidCount or
  // expiredCursor.
  Result<Place> open(std::string_view cursor, std::size_t count, std::string_view query,
                     Instant now) const;

 private:
  Sha256 key_;
  Duration timeout_;
};

}  // namespace habilitd::scim
