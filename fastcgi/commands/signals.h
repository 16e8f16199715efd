// SIGTERM, SIGINT and SIGHUP as values: blocked in every thread, waited for in one.
#pragma once

#include <chrono>
#include <csignal>

namespace habilitd::fastcgi {

class Signals {
 public:
  Signals();  // blocks them in this thread and in those it makes from now on; ignores SIGPIPE
  // The signal that came, or 0 at the deadline.
  int wait(std::chrono::milliseconds deadline) const;

 private:
  sigset_t set_;
};

}  // namespace habilitd::fastcgi
