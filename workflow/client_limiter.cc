#include "workflow/client_limiter.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

constexpr Duration kTellEvery{60'000};
constexpr double kMinute = 60'000;  // milliseconds

double burst_of(const RateLimit& rate) {
  return rate.burst > 0 ? rate.burst : std::max(10, rate.per_minute / 6);
}

}  // namespace

void ClientLimiter::make_room(Buckets& buckets, Instant now) const {
  // A bucket that nobody touched for a minute has had a minute's refill; with the standard burst it
  // is full. Clients with a greater burst may find it fuller than it was: harmless.
  std::erase_if(buckets, [&](const auto& each) { return now - each.second.filled >= kTellEvery; });
  if (buckets.size() < kMostClients) return;
  buckets.erase(std::min_element(buckets.begin(), buckets.end(), [](const auto& a, const auto& b) {
    return a.second.filled < b.second.filled;
  }));
}

std::optional<ClientLimiter::Refusal> ClientLimiter::admit(const Client& client, Instant now) {
  const RateLimit rate = client.rate.per_minute > 0 ? client.rate : standard_;
  if (rate.per_minute <= 0) return std::nullopt;
  const double burst = burst_of(rate), per_ms = rate.per_minute / kMinute;
  return buckets_.with([&](Buckets& buckets) -> std::optional<Refusal> {
    auto found = buckets.find(client.id);
    if (found == buckets.end()) {
      if (buckets.size() >= kMostClients) make_room(buckets, now);
      found = buckets.emplace(client.id, Bucket{burst, now, {}}).first;
    }
    Bucket& bucket = found->second;
    // A clock that was set back refills nothing.
    const auto passed = std::max<Duration::rep>(0, (now - bucket.filled).count());
    bucket.level = std::min(burst, bucket.level + static_cast<double>(passed) * per_ms);
    bucket.filled = now;
    if (bucket.level >= 1) {
      bucket.level -= 1;
      return std::nullopt;
    }
    Refusal refusal{Duration(static_cast<Duration::rep>(std::ceil((1 - bucket.level) / per_ms))),
                    bucket.told == Instant{} || now - bucket.told >= kTellEvery};
    if (refusal.first) bucket.told = now;
    return refusal;
  });
}

Status admit_client(Services& services, const Client& client) {
  const auto refusal = services.client_limiter().admit(client, services.clock.now());
  if (!refusal) return done();
  services.metrics.count("habilitd_clients_rate_limited_total");
  if (refusal->first) {
    services.log.warn("client.rate-limited",
                      {{"client", client.id.str()},
                       {"per_minute", static_cast<long long>(client.rate.per_minute)}});
  }
  const auto seconds = (refusal->wait.count() + 999) / 1000;
  return Error{Errc::kTooMany, "rate-limited", std::to_string(std::max<Duration::rep>(1, seconds))};
}

}  // namespace habilitd::workflow
