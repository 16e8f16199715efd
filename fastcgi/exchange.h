// FastCGI parameters <-> HTTP values: the one place where what a client sent becomes a Request, and
// a Response becomes text. Knows no libfcgi; server.h does.
//
// Only the parameters named in exchange.cc are read. Routing sees REQUEST_URI alone; Host, Proxy,
// X-Forwarded-* and every other header reach no code.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"

namespace habilitd::fastcgi {

struct ExchangeLimits {
  std::size_t max_body = 1 << 20;  // bytes
};

// Fills at most `size` bytes and returns how many; fewer than asked means the end of the body.
using ReadBody = std::function<std::size_t(char* buffer, std::size_t size)>;

// Why a request never reaches a handler. `status` is the HTTP status to answer with.
struct Refusal {
  int status = 400;
  std::string reason;  // stable: bad-target, repeated-authorization, body-too-large ...
  std::string detail;  // may be shown: says what to change
};

// What came in. Method, request id and raw target are filled even when the request is refused, so
// that the answer can be given in the right form.
struct Received {
  Request request;
  std::string raw_target;
  std::optional<Refusal> refusal;
};

// `environment`: "NAME=value" strings, null-terminated (FCGX_ParamArray). The body is read last,
// and only when nothing spoke against the request before. Never throws for bad input.
Received receive(const char* const* environment, const ExchangeLimits&, const ReadBody&);

// CGI response (RFC 3875 section 6): Status, headers, blank line, body. `head`: the same without
// the body, Content-Length kept (RFC 9110 section 9.3.2). A body in pieces follows separately.
std::string response_text(const Response&, bool head);

}  // namespace habilitd::fastcgi
