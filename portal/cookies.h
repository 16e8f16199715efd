// The portal's cookies. With an https base URL they are __Host- and Secure; plain http is for
// loopback. Whatever is malformed, repeated or too long counts as absent: a broken cookie is
// nobody's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace habilitd::portal {

enum class Cookie { kSession, kPreSession, kLanguage };

class CookieJar {
 public:
  explicit CookieJar(bool https) : https_(https) {}

  std::string name(Cookie) const;
  // The value in a Cookie header (RFC 6265 section 4.2).
  std::optional<std::string> read(std::string_view header, Cookie) const;
  // The same, but only when it looks like one of our random tokens.
  std::optional<Secret> read_secret(std::string_view header, Cookie) const;
  // Values for Set-Cookie.
  std::string write(Cookie, std::string_view value) const;
  std::string remove(Cookie) const;

 private:
  std::string attributes() const;
  bool https_;
};

}  // namespace habilitd::portal
