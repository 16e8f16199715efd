// Keys and tokens for tests, made with OpenSSL alone: what is verified by one library is signed by
// another, and tokens can be made that no library would make.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace habilitd::tests {

// Throws std::runtime_error when OpenSSL fails.
class SigningKey {
 public:
  static SigningKey rsa(int bits = 2048);
  static SigningKey ec(const char* curve);  // "P-256", "P-384", "P-521"

  Json jwk(const std::string& kid) const;  // the public part
  std::string pem() const;                 // the public part
  // `algorithm` RS*, PS* or ES*: as JWS wants it (RFC 7518 section 3.4: r and s of fixed size).
  std::string sign(std::string_view algorithm, std::string_view text) const;
  std::string sign_der(std::string_view algorithm, std::string_view text) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  explicit SigningKey(EVP_PKEY* key);
  std::string number(const char* name, std::size_t size) const;
  std::unique_ptr<EVP_PKEY, Free> key_;
};

// header.payload in base64url.
std::string signing_input(std::string_view header, std::string_view payload);
std::string compact(std::string_view header, std::string_view payload, std::string_view signature);
// Signed with the algorithm that the header names.
std::string token(const Json& header, const Json& payload, const SigningKey&);
// The same, for a payload that no writer of JSON would write.
std::string token_of_text(const Json& header, std::string_view payload, const SigningKey&);

}  // namespace habilitd::tests
