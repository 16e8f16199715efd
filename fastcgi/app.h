// The composition root: makes every part, hands each what it needs, and starts and stops the
// threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "fastcgi/configuration.h"

namespace habilitd::fastcgi {

class App {
 public:
  // Opens the audit log, the policies and both sockets. An error is one of settings or of the
  // machine (detail says which and what to do); a directory that is down is none. `notes`:
  // degradations found by the self-test, shown by /health/ready.
  static Result<std::unique_ptr<App>> open(Configuration, Log&,
                                           std::vector<std::string> notes = {});
  ~App();

  // Directory, health and timers. Connections on the main socket wait.
  void start();
  // Can requests be answered?
  bool ready() const;
  // Begins to answer on the main socket.
  void open_doors();
  void reload_policies();
  // Finishes running requests, then stops everything; every thread is joined.
  void stop();

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace habilitd::fastcgi
