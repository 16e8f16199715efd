// Fetches the keys of an IAM over HTTPS. The only place with <curl/curl.h>.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace habilitd::fastcgi {

struct JwksSource {
  std::string uri;      // https://...
  std::string ca_file;  // PEM; empty: the system's authorities
  Duration time_out{3000};
  std::size_t max_bytes = 256 * 1024;
};

// One GET: TLS 1.2 or better, the server's certificate and name checked, no redirects, no protocol
// but HTTPS, an answer of 200 within the time and size. Blocks; returns within about a second once
// `stop` is true. kUnavailable with reason jwks-*; detail says what to do.
Result<std::string> fetch_jwks(const JwksSource&, const std::atomic<bool>& stop);

}  // namespace habilitd::fastcgi
