// What happens without anybody asking: mails, repairs after crashes, dead sessions, changed
// policies.
#pragma once

#include <memory>
#include <vector>

#include "fastcgi/ticker.h"
#include "workflow/services.h"

namespace habilitd::fastcgi {

class Timers {
 public:
  Timers(workflow::Services&, bool send_mails);
  ~Timers();  // stops and joins

 private:
  std::vector<std::unique_ptr<Ticker>> tickers_;
};

// One pass over the events that nobody fetched; returns the pause before the next, a short one when
// there is more to remove.
Ticker::Pause events_pass(workflow::Services&);

// One pass of the mail sender; returns the pause before the next. Looks only when the directory
// changed or a retry may be due.
class MailPass {
 public:
  explicit MailPass(workflow::Services&);
  Ticker::Pause operator()();

 private:
  workflow::Services& services_;
  std::uint64_t seen_changes_ = 0;
  Instant look_again_{};
};

}  // namespace habilitd::fastcgi
