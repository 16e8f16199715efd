#include "base/http.h"

#include <boost/test/unit_test.hpp>

using namespace habilitd;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(http)

BOOST_AUTO_TEST_CASE(methods_are_case_sensitive_words) {
  for (const char* name : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    BOOST_TEST(method_name(parse_method(name)) == name);
  }
  for (const char* name : {"", "get", "FOO_BAR", "TRACE", "CONNECT", "GETX", " GET"}) {
    BOOST_TEST_CONTEXT(name) { BOOST_TEST((parse_method(name) == Method::kOther)); }
  }
}

BOOST_AUTO_TEST_CASE(a_header_value_ends_at_the_first_control_character) {
  BOOST_TEST(HeaderValue("plain é; a=\"b\"").str() == "plain é; a=\"b\"");
  BOOST_TEST(HeaderValue("a\r\nSet-Cookie: x").str() == "a");
  BOOST_TEST(HeaderValue("a\nb"s).str() == "a");
  BOOST_TEST(HeaderValue("a\0b"s).str() == "a");
  BOOST_TEST(HeaderValue("a\x7f"s).str() == "a");
  BOOST_TEST(HeaderValue(std::string_view("a\tb")).str() == "a");
  BOOST_TEST(HeaderValue("").str() == "");
}

BOOST_AUTO_TEST_CASE(set_replaces_and_add_appends) {
  Response response;
  response.set("Content-Type", "a").add("Set-Cookie", "x").add("Set-Cookie", "y");
  response.set("content-type", "b");
  BOOST_TEST(response.headers.size() == 3U);
  BOOST_REQUIRE(response.header("CONTENT-TYPE") != nullptr);
  BOOST_TEST(*response.header("CONTENT-TYPE") == "b");
  BOOST_TEST(*response.header("set-cookie") == "x");
  BOOST_TEST((response.header("Location") == nullptr));
  response.set("Set-Cookie", "z");
  BOOST_TEST(response.headers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(statuses_have_phrases) {
  BOOST_TEST(status_phrase(200) == "OK");
  BOOST_TEST(status_phrase(412) == "Precondition Failed");
  BOOST_TEST(status_phrase(503) == "Service Unavailable");
  BOOST_TEST(status_phrase(299) == "Unknown");
}

BOOST_AUTO_TEST_SUITE_END()
