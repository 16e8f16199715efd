#include "base/jws_signer.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/test/unit_test.hpp>
#include <memory>

using namespace habilitd;

namespace {

struct Key {
  EVP_PKEY* pkey;
  explicit Key(EVP_PKEY* made) : pkey(made) { BOOST_REQUIRE(pkey); }
  ~Key() { EVP_PKEY_free(pkey); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  Secret pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    BOOST_REQUIRE(PEM_write_bio_PrivateKey(bio, pkey, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(bio, &bytes);
    Secret text(std::string(bytes, static_cast<std::size_t>(length)));
    BIO_free(bio);
    return text;
  }
  bool verifies(const std::string& input, const std::string& der) const {
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(digest, nullptr, EVP_sha256(), nullptr, pkey);
    const int result =
        EVP_DigestVerify(digest, reinterpret_cast<const unsigned char*>(der.data()), der.size(),
                         reinterpret_cast<const unsigned char*>(input.data()), input.size());
    EVP_MD_CTX_free(digest);
    return result == 1;
  }
};

std::string to_der(const std::string& plain) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(plain.data());
  ECDSA_SIG* pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair, &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jws_signer)

BOOST_AUTO_TEST_CASE(a_p256_key_signs_r_and_s) {
  const Key key(EVP_EC_gen("P-256"));
  const auto signer = JwsSigner::from_pem(key.pem());
  BOOST_REQUIRE(signer.ok());
  BOOST_TEST((*signer)->algorithm() == "ES256");
  BOOST_TEST((*signer)->key_id().size() == 32u);
  // Some have a leading zero in r or s: the length must not differ.
  for (int i = 0; i < 600; ++i) {
    const std::string input = "header.claims" + std::to_string(i);
    const std::string signature = (*signer)->sign(input);
    BOOST_REQUIRE(signature.size() == 64u);
    BOOST_REQUIRE(key.verifies(input, to_der(signature)));
    BOOST_REQUIRE(!key.verifies(input + "x", to_der(signature)));
  }
}

BOOST_AUTO_TEST_CASE(an_rsa_key_signs_rs256) {
  const Key key(EVP_RSA_gen(2048));
  const auto signer = JwsSigner::from_pem(key.pem());
  BOOST_REQUIRE(signer.ok());
  BOOST_TEST((*signer)->algorithm() == "RS256");
  BOOST_TEST(key.verifies("a.b", (*signer)->sign("a.b")));
}

BOOST_AUTO_TEST_CASE(other_keys_are_refused) {
  const Key curve(EVP_EC_gen("P-384")), small(EVP_RSA_gen(1024));
  BOOST_TEST(!JwsSigner::from_pem(curve.pem()).ok());
  BOOST_TEST(!JwsSigner::from_pem(small.pem()).ok());
  BOOST_TEST(!JwsSigner::from_pem(Secret("x")).ok());
  BOOST_TEST(!JwsSigner::from_pem(Secret()).ok());
}

BOOST_AUTO_TEST_SUITE_END()
