// Slows down guessing of passwords: per submitted name, per network and over all, before any
// look-up. Back-off rather than lock-out. An attempt counts as a failure from the moment it is
// admitted, so that parallel guesses do not get ahead of the count; a success takes it back. Memory
// is bounded: a fixed table, in which the calmest entry of a bucket makes room.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"

namespace habilitd::workflow {

class SignInLimiter {
 public:
  // Failures a minute before each further attempt has to wait.
  SignInLimiter(int per_name, int per_network);

  // Nothing: go ahead (and call succeeded() when the password was right). Otherwise how long to
  // wait.
  std::optional<Duration> admit(std::string_view name, std::string_view network, Instant now);
  void succeeded(std::string_view name, std::string_view network, Instant now);

 private:
  struct Limit {
    double per_minute;
    Duration longest_wait;
    // Once over the limit, each further attempt is over it too, until a success or ten calm minutes
    // a strike. Not for networks: many people may share one.
    bool remembers;
  };
  // A leaky bucket with back-off: the level drains at the limit a minute; each attempt above the
  // limit doubles the wait, from 1 s on.
  struct Meter {
    std::uint64_t key = 0;  // 0: free
    double level = 0;
    int strikes = 0;
    Instant seen{}, blocked_until{};
  };
  static constexpr std::size_t kBuckets = 4096, kWays = 4;
  using Table = std::vector<std::array<Meter, kWays>>;
  struct State {
    Table names, networks;
    Meter global;
  };

  std::uint64_t key_of(std::string_view kind, std::string_view text) const;
  static Meter& meter(Table&, std::uint64_t key, Instant now);
  static void charge(Meter&, const Limit&, Instant now);

  Limit name_limit_, network_limit_;
  std::string salt_;
  Guarded<State> state_;
};

}  // namespace habilitd::workflow
