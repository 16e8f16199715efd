#include "fastcgi/jwks_store.h"

#include <algorithm>
#include <utility>

namespace habilitd::fastcgi {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenEarly = 30s;  // unknown keys in tokens must not make us a hammer
constexpr Duration kAfterFailure = 30s;  // with keys at hand
constexpr Duration kWithoutKeys = 5s;    // nobody can be let in: be quick
constexpr Ticker::Pause kLookAgain = 500ms;

}  // namespace

JwksStore::JwksStore(Options options, const Clock& clock, Log& log, Metrics& metrics)
    : options_(std::move(options)), clock_(clock), log_(log), metrics_(metrics) {}

JwksStore::~JwksStore() { stop(); }

void JwksStore::start() {
  ticker_ = std::make_unique<Ticker>(
      "jwks", [this] { return pass(); }, log_);
}

void JwksStore::stop() {
  stop_ = true;
  ticker_.reset();
}

std::shared_ptr<const Jwks> JwksStore::current() const {
  const Instant now = clock_.now();
  return snapshot_.with([&](const Snapshot& snapshot) {
    return now - snapshot.fetched < options_.keep ? snapshot.keys : nullptr;
  });
}

// A clock that was set back counts as time to look.
bool JwksStore::is_due(Instant now) const {
  if (!tried_ || now < *tried_) return true;
  const Duration since = now - *tried_;
  if (wanted_ && since >= kBetweenEarly) return true;
  if (!failed_) return since >= options_.refresh;
  return since >= std::min(current() ? kAfterFailure : kWithoutKeys, options_.refresh);
}

Status JwksStore::fetch(Instant now) {
  auto text = fetch_jwks(options_.source, stop_);
  if (!text) return text.error();
  auto keys = Jwks::parse(*text);
  if (!keys) return keys.error();
  const auto size = static_cast<long long>(keys->size());
  const auto ignored = static_cast<long long>(keys->ignored());
  snapshot_.with([&](Snapshot& snapshot) {
    snapshot = {std::make_shared<const Jwks>(*std::move(keys)), now};
  });
  log_.info("jwks.fetched", {{"keys", size}, {"ignored", ignored}});
  metrics_.set("habilitd_jwks_keys", {}, static_cast<double>(size));
  return done();
}

void JwksStore::note_failure(const Error& error) {
  log_.warn("jwks.failed", {{"reason", error.reason}, {"detail", error.detail}});
}

void JwksStore::note_age(Instant now) {
  const Snapshot snapshot = snapshot_.with([](const Snapshot& s) { return s; });
  if (!snapshot.keys) return;
  const std::chrono::duration<double> age = now - snapshot.fetched;
  metrics_.set("habilitd_jwks_age_seconds", {}, age.count());
  const bool expired = !current();
  if (expired && !told_expiry_) log_.error("jwks.expired");
  told_expiry_ = expired;
}

Ticker::Pause JwksStore::pass() {
  const Instant now = clock_.now();
  note_age(now);
  if (!is_due(now)) return kLookAgain;
  tried_ = now;
  wanted_ = false;
  const auto fetched = fetch(now);
  if (stop_) return kLookAgain;
  failed_ = !fetched.ok();
  if (failed_) note_failure(fetched.error());
  metrics_.count("habilitd_jwks_fetches_total", failed_ ? "result=\"failed\"" : "result=\"ok\"");
  return kLookAgain;
}

}  // namespace habilitd::fastcgi
