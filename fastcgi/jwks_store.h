// Keeps the IAM's keys fresh in the background. Requests take a snapshot and never wait for the
// network.
#pragma once

#include <atomic>
#include <memory>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "fastcgi/jwks.h"
#include "fastcgi/jwks_fetch.h"
#include "fastcgi/ticker.h"

namespace habilitd::fastcgi {

class JwksStore {
 public:
  struct Options {
    JwksSource source;
    Duration refresh{10 * 60 * 1000};  // between successful fetches
    Duration keep{24 * 3600 * 1000};   // how long keys live on while fetches fail
  };
  JwksStore(Options, const Clock&, Log&, Metrics&);
  ~JwksStore();  // stops and joins

  void start();  // the thread; once
  void stop();

  // The last good set: a key that is not in it is worth nothing from then on. Null before the first
  // fetch, and once the last successful one is `keep` ago. Any thread.
  std::shared_ptr<const Jwks> current() const;
  // A token named a key that is not there: look again soon, at most once in 30 seconds. Any thread.
  void want_refresh() { wanted_ = true; }

  // What the thread does: fetches when it is time, and says how long to pause. Tests call it
  // without start().
  Ticker::Pause pass();

 private:
  struct Snapshot {
    std::shared_ptr<const Jwks> keys;
    Instant fetched{};
  };
  bool is_due(Instant now) const;
  Status fetch(Instant now);
  void note_failure(const Error&);
  void note_age(Instant now);

  const Options options_;
  const Clock& clock_;
  Log& log_;
  Metrics& metrics_;
  Guarded<Snapshot> snapshot_;
  std::atomic<bool> wanted_ = false, stop_ = false;
  // Of the thread alone.
  std::optional<Instant> tried_;
  bool failed_ = false, told_expiry_ = false;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace habilitd::fastcgi
