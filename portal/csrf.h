// What makes a POST the act of the person who sees the page: a token bound to the session (or,
// before sign-in, to a cookie of its own), and what the browser says about where the request comes
// from.
#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/secret.h"

namespace habilitd::portal {

// HMAC-SHA-256 under the cookie's secret, base64url. `purpose` keeps sign-in and session tokens
// apart.
std::string csrf_token(const Secret& cookie, std::string_view purpose);
bool csrf_matches(const Secret& cookie, std::string_view purpose, std::string_view token);

// Sec-Fetch-Site must be same-origin when sent, Origin ours when sent. "null" is what browsers send
// for our own forms under Referrer-Policy: no-referrer, so it counts only together with
// Sec-Fetch-Site.
bool comes_from_us(const RequestHeaders&, std::string_view our_origin);

// scheme://host[:port] of a base URL.
std::string origin_of(std::string_view base_url);

// A form's one-time id, and whether a text may be one.
std::string new_operation();
bool is_operation(std::string_view);

}  // namespace habilitd::portal
