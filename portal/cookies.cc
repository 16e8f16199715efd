#include "portal/cookies.h"

#include <algorithm>

#include "base/text.h"

namespace habilitd::portal {
namespace {

constexpr std::size_t kLongestHeader = 4096;
constexpr std::size_t kTokenSize = 43;  // 256 bits in base64url

bool is_token(std::string_view value) {
  return value.size() == kTokenSize && std::all_of(value.begin(), value.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

std::string CookieJar::name(Cookie cookie) const {
  std::string name = https_ ? "__Host-habilitd" : "habilitd";
  if (cookie == Cookie::kPreSession) name += "-pre";
  if (cookie == Cookie::kLanguage) name += "-lang";
  return name;
}

std::optional<std::string> CookieJar::read(std::string_view header, Cookie cookie) const {
  if (header.size() > kLongestHeader) return std::nullopt;
  const std::string wanted = name(cookie);
  std::optional<std::string> found;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trim(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != wanted) continue;
    if (found) return std::nullopt;  // two of them: one is forged
    found = std::string(pair.substr(equals + 1));
  }
  return found;
}

std::optional<Secret> CookieJar::read_secret(std::string_view header, Cookie cookie) const {
  auto value = read(header, cookie);
  if (!value || !is_token(*value)) return std::nullopt;
  return Secret(*std::move(value));
}

std::string CookieJar::attributes() const {
  return std::string("; Path=/; HttpOnly; SameSite=Lax") + (https_ ? "; Secure" : "");
}

std::string CookieJar::write(Cookie cookie, std::string_view value) const {
  std::string line = name(cookie) + "=" + std::string(value) + attributes();
  if (cookie == Cookie::kLanguage) line += "; Max-Age=31536000";
  return line;
}

std::string CookieJar::remove(Cookie cookie) const {
  return name(cookie) + "=" + attributes() + "; Max-Age=0";
}

}  // namespace habilitd::portal
