#include "base/seal.h"

#include <boost/test/unit_test.hpp>

namespace habilitd {
namespace {

BOOST_AUTO_TEST_SUITE(seals)

BOOST_AUTO_TEST_CASE(what_is_sealed_opens_for_the_same_key_and_purpose_only) {
  const Sha256 key = sha256("key"), other = sha256("other");
  for (const std::string& text : {std::string(), std::string("a"), std::string(1000, '\0')}) {
    const std::string sealed = seal(key, text, "purpose");
    BOOST_TEST(unseal(key, sealed, "purpose").value() == text);
    BOOST_TEST(!unseal(key, sealed, "another").has_value());
    BOOST_TEST(!unseal(other, sealed, "purpose").has_value());
    BOOST_TEST(seal(key, text, "purpose") != sealed);
  }
}

BOOST_AUTO_TEST_CASE(every_changed_character_is_noticed) {
  const Sha256 key = sha256("key");
  const std::string sealed = seal(key, "alice", {});
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!unseal(key, changed, {}).has_value());
  }
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    BOOST_TEST(!unseal(key, sealed.substr(0, length), {}).has_value());
  }
}

BOOST_AUTO_TEST_CASE(sealed_text_needs_no_escape_and_shows_nothing) {
  const std::string sealed = seal(sha256("key"), std::string(200, 'a'), {});
  BOOST_TEST(sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_") == std::string::npos);
  BOOST_TEST(sealed.find("YWFh") == std::string::npos);  // "aaa"
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd
