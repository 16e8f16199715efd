#include "base/jws_signer.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "base/crypto.h"

namespace habilitd {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr int kNumber = 32;  // bytes of r and of s

// No passphrase is ever asked for.
int no_passphrase(char*, int, int, void*) { return -1; }

Pkey read_key(const Secret& pem) {
  const std::string_view text = pem.reveal();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return Pkey(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

bool is_p256(EVP_PKEY* key) {
  char name[32] = {};
  std::size_t length = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, name, sizeof name, &length) == 1 &&
         std::string_view(name, length) == "prime256v1";
}

std::string key_id_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) throw std::runtime_error("i2d_PUBKEY");
  const std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return to_hex(sha256(bytes)).substr(0, 32);
}

// RFC 7518 section 3.4: r and s, each of 32 bytes, instead of OpenSSL's DER.
std::string plain_signature(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Signature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!pair) throw std::runtime_error("d2i_ECDSA_SIG");
  unsigned char bytes[2 * kNumber];
  if (BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes, kNumber) != kNumber ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes + kNumber, kNumber) != kNumber) {
    throw std::runtime_error("BN_bn2binpad");
  }
  return {reinterpret_cast<char*>(bytes), sizeof bytes};
}

}  // namespace

struct JwsSigner::Key {
  Pkey pkey;
  bool elliptic = false;
};

JwsSigner::JwsSigner(std::unique_ptr<Key> key)
    : key_(std::move(key)),
      algorithm_(key_->elliptic ? "ES256" : "RS256"),
      key_id_(key_id_of(key_->pkey.get())) {}

JwsSigner::~JwsSigner() = default;

Result<std::shared_ptr<const JwsSigner>> JwsSigner::from_pem(const Secret& pem) {
  auto key = std::make_unique<Key>();
  key->pkey = read_key(pem);
  if (!key->pkey) return invalid("signing-key", "no private key in PEM without a passphrase");
  key->elliptic = is_p256(key->pkey.get());
  const bool rsa = EVP_PKEY_get_base_id(key->pkey.get()) == EVP_PKEY_RSA &&
                   EVP_PKEY_get_bits(key->pkey.get()) >= 2048;
  if (!key->elliptic && !rsa) {
    return invalid("signing-key", "neither a P-256 key nor an RSA key of 2048 bits or more");
  }
  return std::shared_ptr<const JwsSigner>(new JwsSigner(std::move(key)));
}

std::string JwsSigner::sign(std::string_view input) const {
  const Digest digest(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  std::size_t length = 0;
  if (!digest ||
      EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestSign(digest.get(), nullptr, &length, bytes, input.size()) != 1) {
    throw std::runtime_error("EVP_DigestSign");
  }
  std::string signature(length, '\0');
  if (EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     bytes, input.size()) != 1) {
    throw std::runtime_error("EVP_DigestSign");
  }
  signature.resize(length);
  return key_->elliptic ? plain_signature(signature) : signature;
}

}  // namespace habilitd
