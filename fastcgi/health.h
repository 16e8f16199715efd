// Is it alive, is it ready, what is degraded, and counters. Served on a socket of its own, so that
// a busy or drowned main socket still answers; reads nothing but memory.
#pragma once

#include <string>
#include <vector>

#include "base/http.h"
#include "fastcgi/exchange.h"
#include "workflow/services.h"

namespace habilitd::fastcgi {

class Health {
 public:
  explicit Health(workflow::Services&, std::vector<std::string> notes = {});

  // /health/live   200 while the process answers
  // /health/ready  200 when requests can be served, else 503; /health is the same
  // /metrics       Prometheus text format 0.0.4
  Response handle(const Received&) const;

 private:
  Response ready() const;
  Response metrics() const;

  workflow::Services& services_;
  std::vector<std::string> notes_;  // what start-up found degraded
};

}  // namespace habilitd::fastcgi
