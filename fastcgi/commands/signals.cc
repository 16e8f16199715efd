#include "fastcgi/commands/signals.h"

#include <pthread.h>

#include <ctime>

namespace habilitd::fastcgi {

Signals::Signals() {
  sigemptyset(&set_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int Signals::wait(std::chrono::milliseconds deadline) const {
  timespec limit{};
  limit.tv_sec = deadline.count() / 1000;
  limit.tv_nsec = (deadline.count() % 1000) * 1000000;
  const int signal = sigtimedwait(&set_, nullptr, &limit);
  return signal > 0 ? signal : 0;
}

}  // namespace habilitd::fastcgi
