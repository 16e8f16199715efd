#include "base/crypto.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/outcome.h"

using namespace habilitd;
using habilitd::tests::reason_of;

BOOST_AUTO_TEST_SUITE(crypto)

BOOST_AUTO_TEST_CASE(digests_agree_with_the_published_vectors) {
  // FIPS 180-2 appendix B, RFC 4231 case 2.
  BOOST_TEST(to_hex(sha256("abc")) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(to_hex(sha256("")) ==
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  BOOST_TEST(to_hex(hmac_sha256({}, {})) ==
             "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(base64_agrees_with_rfc_4648) {
  struct Vector {
    const char *bytes, *plain, *url;
  };
  const Vector vectors[] = {{"", "", ""},
                            {"f", "Zg==", "Zg"},
                            {"fo", "Zm8=", "Zm8"},
                            {"foo", "Zm9v", "Zm9v"},
                            {"foob", "Zm9vYg==", "Zm9vYg"},
                            {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                            {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                            {"\xfb\xff\xbf", "+/+/", "-_-_"}};
  for (const auto& [bytes, plain, url] : vectors) {
    BOOST_TEST(to_base64(bytes) == plain);
    BOOST_TEST(to_base64url(bytes) == url);
    BOOST_TEST(from_base64(plain).value() == bytes);
    BOOST_TEST(from_base64url(url).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(one_value_has_one_base64_text) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Z===", "Zm9v\n",
                           "Zm 9v", "-_-_", "Zg==Zg==", "Zm9v===="}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reason_of(from_base64(text)) == "base64-syntax"); }
  }
  for (const char* text : {"Zg==", "Zh", "Z", "+/+/", "Zm9vY", "Zm9v "}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(reason_of(from_base64url(text)) == "base64-syntax"); }
  }
}

BOOST_AUTO_TEST_CASE(random_bytes_survive_base64_at_every_length) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string bytes = random_bytes(size);
    BOOST_TEST(bytes.size() == size);
    BOOST_TEST((from_base64(to_base64(bytes)).value() == bytes));
    BOOST_TEST((from_base64url(to_base64url(bytes)).value() == bytes));
  }
}

BOOST_AUTO_TEST_CASE(tokens_are_43_characters_and_all_different) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.emplace(random_token().reveal());
  BOOST_TEST(seen.size() == 1000U);
  for (const auto& token : seen) {
    BOOST_TEST(token.size() == 43U);
    BOOST_TEST(from_base64url(token).value().size() == 32U);
  }
}

BOOST_AUTO_TEST_CASE(comparison_sees_every_difference) {
  BOOST_TEST(equal_in_constant_time("", ""));
  BOOST_TEST(equal_in_constant_time("secret", "secret"));
  BOOST_TEST(!equal_in_constant_time("secret", "secreT"));
  BOOST_TEST(!equal_in_constant_time("secret", "Secret"));
  BOOST_TEST(!equal_in_constant_time("secret", "secre"));
  BOOST_TEST(!equal_in_constant_time("", "s"));
}

BOOST_AUTO_TEST_CASE(a_fingerprint_depends_on_kind_and_secret) {
  const Secret secret("token");
  BOOST_TEST(secret_fingerprint("session", secret) == to_hex(sha256("session:token")));
  BOOST_TEST(secret_fingerprint("reset", secret) != secret_fingerprint("session", secret));
  BOOST_TEST(secret_fingerprint("session", Secret("tokem")) !=
             secret_fingerprint("session", secret));
}

BOOST_AUTO_TEST_CASE(hex_keeps_leading_zeros) {
  BOOST_TEST(to_hex(std::string_view("\0\x0f\xff", 3)) == "000fff");
}

BOOST_AUTO_TEST_SUITE_END()
