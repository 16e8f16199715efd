// Hands one message to the host's MTA: `SENDMAIL -i -f SENDER -- ADDRESS`, no shell. The address is
// one argument after "--", so that it can neither be an option nor a list.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/ids.h"

namespace habilitd::workflow {

struct Delivery {
  std::string program;
  std::string sender;
  Email to;
  Duration deadline{10000};
};

// The program's exit code (0: taken). 75 (EX_TEMPFAIL) also when it could not be started, was
// killed, or did not end before the deadline: it is killed then, with what it started. Line ends
// become LF. Safe to call from several threads; SIGPIPE is never raised.
int run_sendmail(const Delivery&, const std::string& message);

}  // namespace habilitd::workflow
