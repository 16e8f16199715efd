#include "fastcgi/timers.h"

#include "workflow/events.h"
#include "workflow/outbox.h"
#include "workflow/reconcile.h"
#include "workflow/sessions.h"

namespace habilitd::fastcgi {
namespace {

using namespace std::chrono_literals;
using workflow::Services;

constexpr Duration kRetryLook = 15s;       // the shortest back-off of the outbox is longer
constexpr std::size_t kSweepAtOnce = 500;  // entries; the directory writes about 1,000 a second

// Between passes that left something to do: others write, too.
constexpr Ticker::Pause kGoOn = 100ms;

// What these passes do can wait until the directory is there again.
constexpr Ticker::Pause kAfterFailure = 5s;

Ticker::Pause reconcile_pass(Services& services) {
  if (!services.directory.view()) return 500ms;
  const auto result = workflow::reconcile(services);
  if (!result) {
    services.log.warn("reconcile.failed", {{"reason", result.error().reason}});
    return kAfterFailure;
  }
  for (const std::string& problem : result->problems) {
    services.log.warn("reconcile.problem", {{"problem", problem}});
  }
  if (result->effects_finished + result->values_repaired > 0) {
    services.log.info("reconcile.repaired",
                      {{"effects", static_cast<long long>(result->effects_finished)},
                       {"values", static_cast<long long>(result->values_repaired)}});
  }
  return 60s;
}

Ticker::Pause sweep_pass(Services& services) {
  if (!services.directory.view()) return 500ms;
  const auto swept = workflow::sweep_sessions(services, kSweepAtOnce);
  if (swept) return 60s;
  services.log.warn("sessions.sweep.failed", {{"reason", swept.error().reason}});
  return kAfterFailure;
}

}  // namespace

Ticker::Pause events_pass(Services& services) {
  if (!services.directory.view()) return 500ms;
  const auto swept = workflow::sweep_events(services, kSweepAtOnce);
  if (swept) return *swept < kSweepAtOnce ? 60s : kGoOn;
  services.log.warn("events.sweep.failed", {{"reason", swept.error().reason}});
  return kAfterFailure;
}

MailPass::MailPass(Services& services) : services_(services) {}

Ticker::Pause MailPass::operator()() {
  if (!services_.directory.view()) return 500ms;
  const std::uint64_t changes = services_.directory.mirror().changes();
  const Instant now = services_.clock.now();
  if (changes == seen_changes_ && now < look_again_) return 200ms;
  const auto sent = workflow::send_due_mails(services_);
  if (!sent) {
    services_.log.warn("mails.pass.failed", {{"reason", sent.error().reason}});
    return kAfterFailure;
  }
  if (*sent > 0)
    services_.metrics.count("habilitd_mails_sent_total", {}, static_cast<double>(*sent));
  seen_changes_ = changes;
  look_again_ = now + kRetryLook;
  return 200ms;
}

Timers::Timers(Services& services, bool send_mails) {
  const auto add = [&](const char* name, std::function<Ticker::Pause()> work) {
    tickers_.push_back(std::make_unique<Ticker>(name, std::move(work), services.log));
  };
  add("policies", [&services] {
    services.catalogue.tick();
    return Ticker::Pause(2s);
  });
  add("reconciler", [&services] { return reconcile_pass(services); });
  add("sessions", [&services] { return sweep_pass(services); });
  add("events", [&services] { return events_pass(services); });
  if (send_mails) add("mails", MailPass(services));
}

Timers::~Timers() = default;

}  // namespace habilitd::fastcgi
