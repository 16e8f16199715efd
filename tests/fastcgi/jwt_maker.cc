#include "tests/fastcgi/jwt_maker.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "base/crypto.h"

namespace habilitd::tests {
namespace {

void require(bool good) {
  if (!good) throw std::runtime_error("OpenSSL failed");
}

const EVP_MD* digest_of(std::string_view algorithm) {
  const std::string_view bits = algorithm.substr(2);
  return bits == "256" ? EVP_sha256() : bits == "384" ? EVP_sha384() : EVP_sha512();
}

std::size_t coordinate(const EVP_PKEY* key) {
  return (static_cast<std::size_t>(EVP_PKEY_get_bits(key)) + 7) / 8;
}

std::string fixed(const BIGNUM* number, std::size_t size) {
  std::string bytes(size, '\0');
  require(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
                       static_cast<int>(size)) == static_cast<int>(size));
  return bytes;
}

// RFC 7518 section 3.4 out of X9.62.
std::string r_and_s(const std::string& der, std::size_t size) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
  require(signature != nullptr);
  return fixed(ECDSA_SIG_get0_r(signature.get()), size) +
         fixed(ECDSA_SIG_get0_s(signature.get()), size);
}

}  // namespace

SigningKey::SigningKey(EVP_PKEY* key) : key_(key) { require(key != nullptr); }

SigningKey SigningKey::rsa(int bits) {
  return SigningKey(EVP_RSA_gen(static_cast<unsigned>(bits)));
}

SigningKey SigningKey::ec(const char* curve) { return SigningKey(EVP_EC_gen(curve)); }

std::string SigningKey::number(const char* name, std::size_t size) const {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> owned(value, &BN_free);
  const auto least = static_cast<std::size_t>(BN_num_bytes(value));
  return to_base64url(fixed(value, size == 0 ? least : size));
}

Json SigningKey::jwk(const std::string& kid) const {
  if (EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA) {
    return {{"kty", "RSA"},
            {"kid", kid},
            {"n", number(OSSL_PKEY_PARAM_RSA_N, 0)},
            {"e", number(OSSL_PKEY_PARAM_RSA_E, 0)}};
  }
  const std::size_t size = coordinate(key_.get());
  const char* curve = size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521";
  return {{"kty", "EC"},
          {"kid", kid},
          {"crv", curve},
          {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, size)},
          {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, size)}};
}

std::string SigningKey::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  require(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string SigningKey::sign_der(std::string_view algorithm, std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  require(EVP_DigestSignInit(context.get(), &options, digest_of(algorithm), nullptr, key_.get()) ==
          1);
  if (algorithm.starts_with("PS")) {
    require(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         data, text.size()) == 1);
  signature.resize(size);
  return signature;
}

std::string SigningKey::sign(std::string_view algorithm, std::string_view text) const {
  std::string signature = sign_der(algorithm, text);
  return algorithm.starts_with("ES") ? r_and_s(signature, coordinate(key_.get())) : signature;
}

std::string signing_input(std::string_view header, std::string_view payload) {
  return to_base64url(header) + "." + to_base64url(payload);
}

std::string compact(std::string_view header, std::string_view payload, std::string_view signature) {
  return signing_input(header, payload) + "." + to_base64url(signature);
}

std::string token_of_text(const Json& header, std::string_view payload, const SigningKey& key) {
  const std::string text = header.dump();
  const auto alg = header.find("alg");
  return compact(text, payload, key.sign(alg->get<std::string>(), signing_input(text, payload)));
}

std::string token(const Json& header, const Json& payload, const SigningKey& key) {
  return token_of_text(header, payload.dump(), key);
}

}  // namespace habilitd::tests
