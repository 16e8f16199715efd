// Signatures as JWS has them (RFC 7515, RFC 7518): ES256 with a P-256 key, RS256 with an RSA key.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace habilitd {

class JwsSigner {
 public:
  // A private key in PEM without a passphrase: P-256, or RSA of at least 2048 bits. kInvalid,
  // reason signing-key.
  static Result<std::shared_ptr<const JwsSigner>> from_pem(const Secret& pem);
  ~JwsSigner();

  const std::string& algorithm() const { return algorithm_; }  // ES256 or RS256
  // The first 32 hexadecimal digits of the SHA-256 of the public key (DER, SubjectPublicKeyInfo).
  const std::string& key_id() const { return key_id_; }
  // The signature's bytes: r and s, or the RSA value. Thread-safe; throws std::runtime_error when
  // OpenSSL fails.
  std::string sign(std::string_view input) const;

 private:
  struct Key;
  explicit JwsSigner(std::unique_ptr<Key>);
  std::unique_ptr<Key> key_;
  std::string algorithm_, key_id_;
};

}  // namespace habilitd
