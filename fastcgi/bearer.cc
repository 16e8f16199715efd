#include "fastcgi/bearer.h"

#include <algorithm>

#include "base/text.h"
#include "fastcgi/jwt.h"

namespace habilitd::fastcgi {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr std::size_t kLongestOwn = 512;

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~' || c == '+' || c == '/' || c == '=';
}

std::size_t longest(std::string_view token) {
  return JwtCallers::is_jwt(token) ? kLongestJwt : kLongestOwn;
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  if (authorization.size() <= kScheme.size() ||
      ascii_lower(authorization.substr(0, kScheme.size())) != kScheme) {
    return std::nullopt;
  }
  const std::string_view token = trim(authorization.substr(kScheme.size()));
  if (token.empty() || token.size() > longest(token)) return std::nullopt;
  if (!std::all_of(token.begin(), token.end(), is_token_character)) return std::nullopt;
  return token;
}

Result<workflow::Client> caller_of(workflow::Services& services, const Request& request,
                                   JwtCallers* jwt) {
  const auto token = bearer_token(request.headers.authorization);
  if (!token) return Error{Errc::kUnauthenticated, "token-missing", "no bearer token"};
  if (jwt && JwtCallers::is_jwt(*token)) return jwt->find(*token, services.directory);
  const auto view = services.directory.view();
  if (!view) return view.error();
  return workflow::find_client(*view, *token, services.clock.now());
}

}  // namespace habilitd::fastcgi
