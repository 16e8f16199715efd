// The public keys of an IAM (JSON Web Key Set, RFC 7517), read once and immutable afterwards:
// shared between threads without a lock.
#pragma once

#include <cjose/jwk.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "fastcgi/jwt_algorithm.h"

namespace habilitd::fastcgi {

class Jwk {
 public:
  // RSA of 2048 to 8192 bits, or EC on P-256, P-384 or P-521; meant for signatures (`use`,
  // `key_ops`, `alg`); public: a key whose private part is published is worth nothing, a symmetric
  // one neither. kInvalid, reason jwk-*.
  static Result<Jwk> parse(const Json&);

  const std::string& kid() const { return kid_; }  // empty: none
  KeyType type() const { return type_; }
  // The key's type is the algorithm's, and its own `alg`, where it has one, is this one.
  bool fits(const JwtAlgorithm&) const;
  std::size_t signature_size() const { return signature_size_; }  // bytes
  const cjose_jwk_t* handle() const { return handle_.get(); }

 private:
  struct Release {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
  };
  using Handle = std::unique_ptr<cjose_jwk_t, Release>;
  Jwk() = default;
  static Result<Jwk> parse_rsa(const Json&);
  static Result<Jwk> parse_ec(const Json&);

  std::string kid_, alg_;
  KeyType type_ = KeyType::kRsa;
  std::size_t signature_size_ = 0;
  Handle handle_;
};

class Jwks {
 public:
  // Keys that cannot be used are left out (RFC 7517 section 5) and counted. kInvalid: not a key
  // set, or more than 100 keys.
  static Result<Jwks> parse(std::string_view json);

  struct Found {
    const Jwk* key = nullptr;  // null: none that fits
    bool kid_known = false;    // some key has that kid
  };
  // Without a kid: the only key that fits; null when there are several.
  Found find(const std::optional<std::string>& kid, const JwtAlgorithm&) const;
  bool any_fits(const JwtAlgorithm&) const;
  std::size_t size() const { return keys_.size(); }
  std::size_t ignored() const { return ignored_; }

 private:
  std::vector<Jwk> keys_;
  std::size_t ignored_ = 0;
};

}  // namespace habilitd::fastcgi
