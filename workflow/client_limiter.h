// How often each client may ask: a token bucket for each. Memory is bounded: when the table is
// full, buckets that are full again go first (forgetting them changes nothing), then the one unused
// for longest.
#pragma once

#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/guarded.h"
#include "workflow/tokens.h"

namespace habilitd::workflow {

class Services;

class ClientLimiter {
 public:
  static constexpr std::size_t kMostClients = 4096;

  // `standard`: of clients without a rate of their own.
  explicit ClientLimiter(RateLimit standard) : standard_(standard) {}

  struct Refusal {
    Duration wait{};     // until the next request is let through
    bool first = false;  // the first refusal in a minute: worth a line in the log
  };
  // Nothing: go ahead. A refused attempt costs nothing.
  std::optional<Refusal> admit(const Client&, Instant now);

 private:
  struct Bucket {
    double level = 0;  // requests it may still make at once
    Instant filled{}, told{};
  };
  using Buckets = std::unordered_map<EntryUuid, Bucket>;
  void make_room(Buckets&, Instant now) const;

  const RateLimit standard_;
  Guarded<Buckets> buckets_;
};

// For every protocol that clients speak, once a request. kTooMany, reason rate-limited, the seconds
// to wait as detail; counted, and logged once a minute for each client.
Status admit_client(Services&, const Client&);

}  // namespace habilitd::workflow
