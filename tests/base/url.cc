#include "base/url.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/outcome.h"

using namespace habilitd;
using namespace std::string_literals;
using habilitd::tests::reason_of;

namespace {

std::string joined(const std::vector<std::string>& segments) {
  std::string out;
  for (const auto& segment : segments) out += '[' + segment + ']';
  return out;
}

std::string joined(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) out += '[' + name + '=' + value + ']';
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(targets_are_decoded_once) {
  struct Row {
    std::string raw, path, segments, query;
    bool trailing;
  };
  const Row rows[] = {
      {"/", "/", "", "", false},
      {"/scim/v2/Users", "/scim/v2/Users", "[scim][v2][Users]", "", false},
      {"/scim/v2/Users/", "/scim/v2/Users/", "[scim][v2][Users]", "", true},
      {"/?", "/", "", "", false},
      {"/a%20b", "/a b", "[a b]", "", false},
      {"/a+b", "/a+b", "[a+b]", "", false},
      {"/%C3%A9t%c3%a9", "/été", "[été]", "", false},
      {"/%2541", "/%41", "[%41]", "", false},
      {"/...", "/...", "[...]", "", false},
      {"/.well-known/x", "/.well-known/x", "[.well-known][x]", "", false},
      {"/a?b=c", "/a", "[a]", "[b=c]", false},
      {"/a?b=1&b=2", "/a", "[a]", "[b=1][b=2]", false},
      {"/a?b+c=d+%2B", "/a", "[a]", "[b c=d +]", false},
      {"/a?b&c=&=d&&", "/a", "[a]", "[b=][c=][=d]", false},
      {"/a?b=c=d?e/..//f", "/a", "[a]", "[b=c=d?e/..//f]", false},
      {"/a?filter=userName%20eq%20%22x%22", "/a", "[a]", "[filter=userName eq \"x\"]", false},
      {"/a?x=%0d%0a", "/a", "[a]", "[x=\r\n]", false},
  };
  for (const auto& [raw, path, segments, query, trailing] : rows) {
    BOOST_TEST_CONTEXT(raw) {
      const auto target = parse_target(raw);
      BOOST_REQUIRE(target.ok());
      BOOST_TEST(target->path == path);
      BOOST_TEST(joined(target->segments) == segments);
      BOOST_TEST(joined(target->query) == query);
      BOOST_TEST(target->trailing_slash == trailing);
    }
  }
}

BOOST_AUTO_TEST_CASE(ambiguous_targets_are_refused) {
  for (const std::string& raw : {""s,
                                 "*"s,
                                 "scim"s,
                                 "http://evil/scim"s,
                                 "//evil/x"s,
                                 "/scim//v2"s,
                                 "/scim/"s + "/"s,
                                 "/./x"s,
                                 "/x/."s,
                                 "/x/./"s,
                                 "/../x"s,
                                 "/x/.."s,
                                 "/%2e/x"s,
                                 "/%2E%2e/x"s,
                                 "/.%2e"s,
                                 "/a%2fb"s,
                                 "/a%2Fb"s,
                                 "/a%5cb"s,
                                 "/a\\b"s,
                                 "/%00"s,
                                 "/a%00b"s,
                                 "/a%0d%0aSet-Cookie:x"s,
                                 "/a%7f"s,
                                 "/a%C2%85"s,
                                 "/%"s,
                                 "/%4"s,
                                 "/%zz"s,
                                 "/%4g"s,
                                 "/%u0041"s,
                                 "/%C3"s,
                                 "/%C0%AF"s,
                                 "/%ED%A0%80"s,
                                 "/%FF"s,
                                 "/a#b"s,
                                 "/a?b#c"s,
                                 "/a b"s,
                                 "/a?b c"s,
                                 "/a\tb"s,
                                 "/a\r\n"s,
                                 "/a\0b"s,
                                 "/a?b=\0"s,
                                 "/a?%00=x"s,
                                 "/a?b=%00"s,
                                 "/a?b=%"s,
                                 "/a?b=%f"s,
                                 "/a?b=%FF"s,
                                 "/\xFF"s,
                                 "/\x7f"s}) {
    BOOST_TEST_CONTEXT(raw) { BOOST_TEST(reason_of(parse_target(raw)) == "bad-target"); }
  }
}

BOOST_AUTO_TEST_CASE(a_target_has_at_most_8_kib) {
  BOOST_TEST(parse_target("/" + std::string(8191, 'a')).ok());
  BOOST_TEST(reason_of(parse_target("/" + std::string(8192, 'a'))) == "bad-target");
}

BOOST_AUTO_TEST_CASE(forms_keep_order_and_refuse_repetition) {
  BOOST_TEST(joined(parse_form("a=1&c=%C3%A9+%26&b=").value()) == "[a=1][c=é &][b=]");
  BOOST_TEST(joined(parse_form("").value()) == "");
  BOOST_TEST(joined(parse_form("a=x%0D%0Ay").value()) == "[a=x\r\ny]");
  BOOST_TEST(joined(parse_form("A=1&a=2").value()) == "[A=1][a=2]");
  struct Row {
    std::string body, reason;
  };
  const Row rows[] = {{"id=1&id=2", "repeated-field"},
                      {"id=1&i%64=2", "repeated-field"},
                      {"id&x=1&id", "repeated-field"},
                      {"=1&=2", "repeated-field"},
                      {"a=%", "bad-form"},
                      {"a=%0", "bad-form"},
                      {"a=%gg", "bad-form"},
                      {"a=%00", "bad-form"},
                      {"a=\0"s, "bad-form"},
                      {"%00=a", "bad-form"},
                      {"a=%ff", "bad-form"},
                      {"a=\xC0\x80", "bad-form"},
                      {"a=%ED%A0%80", "bad-form"}};
  for (const auto& [body, reason] : rows) {
    BOOST_TEST_CONTEXT(body) { BOOST_TEST(reason_of(parse_form(body)) == reason); }
  }
  BOOST_TEST(parse_form("id=1&id=2").error().detail == "id");
}

BOOST_AUTO_TEST_CASE(forms_have_a_limit_of_fields) {
  std::string body = "f0=";
  for (int i = 1; i < 200; ++i) body += "&f" + std::to_string(i) + "=";
  BOOST_TEST(parse_form(body).value().size() == 200U);
  const auto over = parse_form(body + "&g=");
  BOOST_TEST(reason_of(over) == "form-fields");
  BOOST_TEST((over.error().code == Errc::kTooLarge));
  BOOST_TEST(reason_of(parse_form(std::string(1000000, '&'))) == "form-fields");
  BOOST_TEST(reason_of(parse_form("a=1&b=2", 1)) == "form-fields");
}

BOOST_AUTO_TEST_CASE(what_is_encoded_reads_back) {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  all += "é😀";
  BOOST_TEST(encode_component("aZ09-._~") == "aZ09-._~");
  BOOST_TEST(encode_component("a b/é&=+%") == "a%20b%2F%C3%A9%26%3D%2B%25");
  const Pairs pairs = {{"all", all}, {"name é", ""}, {"", "nameless"}};
  const std::string encoded = encode_query(pairs);
  BOOST_TEST(encoded.find_first_of(" +\"<>#\n") == std::string::npos);
  BOOST_TEST((parse_form(encoded).value() == pairs));
  BOOST_TEST((parse_target("/x?" + encoded).value().query == pairs));
  BOOST_TEST(encode_query({}) == "");
}

BOOST_AUTO_TEST_CASE(find_gives_the_first_of_a_name) {
  const Pairs pairs = {{"a", "1"}, {"a", "2"}};
  BOOST_REQUIRE(find(pairs, "a") != nullptr);
  BOOST_TEST(*find(pairs, "a") == "1");
  BOOST_TEST((find(pairs, "A") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
