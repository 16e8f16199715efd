// The SCIM 2.0 service provider (RFC 7644) under one base URL. Turns a Request into a Response;
// knows nothing of FastCGI. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "base/jws_signer.h"
#include "base/secret.h"
#include "workflow/services.h"
#include "workflow/tokens.h"

namespace habilitd::scim {

struct Settings {
  std::string base_url;  // ends in /scim/v2
  std::size_t default_count = 100, max_results = 1000;
  std::size_t max_payload = 1 << 20;  // bytes
  Duration events_wait{5000};         // how long a poll for events may hold a thread
  std::shared_ptr<const JwsSigner> events_signer = {};  // null: events are not signed
  std::size_t max_operations = 1000;                    // of one bulk request
  Secret cursor_secret;  // shared by all hosts of a site; empty: cursors end with the process
  Duration cursor_timeout{3600 * 1000};
};

class Server {
 public:
  Server(workflow::Services&, Settings);
  ~Server();
  // `segments`: the path after /scim/v2. `caller`: who the bearer token stands for, or why nobody;
  // only /ServiceProviderConfig answers without one.
  Response handle(const Request&, const std::vector<std::string>& segments,
                  const Result<workflow::Client>& caller);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The one place that renders a SCIM Error (RFC 7644 section 3.12).
Response error_response(const Error&);

}  // namespace habilitd::scim
