#include "portal/csrf.h"

#include <algorithm>

#include "base/crypto.h"

namespace habilitd::portal {

std::string csrf_token(const Secret& cookie, std::string_view purpose) {
  const Sha256 mac = hmac_sha256(cookie.reveal(), "habilitd csrf " + std::string(purpose));
  return to_base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

bool csrf_matches(const Secret& cookie, std::string_view purpose, std::string_view token) {
  return equal_in_constant_time(csrf_token(cookie, purpose), token);
}

bool comes_from_us(const RequestHeaders& headers, std::string_view our_origin) {
  const std::string& site = headers.sec_fetch_site;
  if (!site.empty() && site != "same-origin") return false;
  if (headers.origin.empty() || headers.origin == our_origin) return true;
  return headers.origin == "null" && site == "same-origin";
}

std::string origin_of(std::string_view base_url) {
  const std::size_t host = base_url.find("://");
  if (host == base_url.npos) return std::string(base_url);
  return std::string(base_url.substr(0, base_url.find('/', host + 3)));
}

std::string new_operation() { return to_hex(random_bytes(16)); }

bool is_operation(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace habilitd::portal
