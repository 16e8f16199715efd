#include "workflow/sign_in_limiter.h"

#include <algorithm>
#include <cstring>

#include "base/crypto.h"
#include "base/text.h"

namespace habilitd::workflow {
namespace {

constexpr Duration kLongestWait{15 * 60 * 1000};
constexpr Duration kStrikeLasts{10 * 60 * 1000};
constexpr int kMostStrikes = 20;

}  // namespace

SignInLimiter::SignInLimiter(int per_name, int per_network)
    : name_limit_{static_cast<double>(per_name), kLongestWait, true},
      network_limit_{static_cast<double>(per_network), kLongestWait, false},
      salt_(random_bytes(16)) {
  state_.with([](State& state) {
    state.names.resize(kBuckets);
    state.networks.resize(kBuckets);
  });
}

std::uint64_t SignInLimiter::key_of(std::string_view kind, std::string_view text) const {
  const Sha256 digest = hmac_sha256(salt_, std::string(kind) + ":" + std::string(text));
  std::uint64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key == 0 ? 1 : key;
}

SignInLimiter::Meter& SignInLimiter::meter(Table& table, std::uint64_t key, Instant now) {
  auto& bucket = table[key % kBuckets];
  const auto same = [key](const Meter& meter) { return meter.key == key; };
  if (const auto found = std::find_if(bucket.begin(), bucket.end(), same); found != bucket.end()) {
    return *found;
  }
  const auto calmer = [now](const Meter& a, const Meter& b) {
    const bool a_blocked = a.blocked_until > now, b_blocked = b.blocked_until > now;
    if (a_blocked != b_blocked) return b_blocked;
    return a.seen < b.seen;
  };
  Meter& room = *std::min_element(bucket.begin(), bucket.end(), calmer);
  room = Meter{};
  room.key = key;
  room.seen = now;
  return room;
}

void SignInLimiter::charge(Meter& meter, const Limit& limit, Instant now) {
  const Duration calm = std::max(now - std::max(meter.seen, meter.blocked_until), Duration{0});
  const double minutes =
      std::chrono::duration<double, std::ratio<60>>(std::max(now - meter.seen, Duration{0}))
          .count();
  meter.seen = now;
  meter.level = std::max(0.0, meter.level - minutes * limit.per_minute);
  const auto forgiven = static_cast<int>(std::min<long long>(calm / kStrikeLasts, kMostStrikes));
  meter.strikes = limit.remembers ? std::max(0, meter.strikes - forgiven)
                                  : (meter.level == 0 ? 0 : meter.strikes);
  // The level stays near the limit: when the waiting is over, one attempt is admitted, not a burst.
  meter.level = std::min(meter.level, limit.per_minute) + 1;
  if (meter.level <= limit.per_minute && !(limit.remembers && meter.strikes > 0)) return;
  const Duration wait{1000LL << meter.strikes};
  meter.strikes = std::min(meter.strikes + 1, kMostStrikes);
  meter.blocked_until = now + std::min(wait, limit.longest_wait);
}

std::optional<Duration> SignInLimiter::admit(std::string_view name, std::string_view network,
                                             Instant now) {
  const std::uint64_t name_key = key_of("name", fold(name));
  const std::uint64_t network_key = key_of("network", network);
  return state_.with([&](State& state) -> std::optional<Duration> {
    Meter& by_name = meter(state.names, name_key, now);
    Meter& by_network = meter(state.networks, network_key, now);
    const Instant free =
        std::max({by_name.blocked_until, by_network.blocked_until, state.global.blocked_until});
    if (free > now) return free - now;
    // Over all names an attacker must not shut everybody out: a second at most.
    constexpr Limit kGlobalLimit{3000, Duration{1000}, false};
    charge(by_name, name_limit_, now);
    charge(by_network, network_limit_, now);
    charge(state.global, kGlobalLimit, now);
    return std::nullopt;
  });
}

void SignInLimiter::succeeded(std::string_view name, std::string_view network, Instant now) {
  const std::uint64_t name_key = key_of("name", fold(name));
  const std::uint64_t network_key = key_of("network", network);
  state_.with([&](State& state) {
    Meter& by_name = meter(state.names, name_key, now);
    by_name.level = 0;
    by_name.strikes = 0;
    by_name.blocked_until = Instant{};
    Meter& by_network = meter(state.networks, network_key, now);
    by_network.level = std::max(0.0, by_network.level - 1);
    state.global.level = std::max(0.0, state.global.level - 1);
  });
}

}  // namespace habilitd::workflow
