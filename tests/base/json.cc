#include "base/json.h"

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "tests/support/outcome.h"

using namespace habilitd;
using namespace std::string_literals;
using habilitd::tests::reason_of;

namespace {

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += open == "[" ? "" : "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_gate)

BOOST_AUTO_TEST_CASE(what_is_well_formed_is_built_as_written) {
  for (const std::string& text :
       {"null"s, "true"s, "0"s, "\"\""s, "[]"s, "{}"s, "[[],{},[1,[2,{\"a\":[]}]],null]"s,
        R"({"a":{"b":[1,2.5,-3,"x",true,null]},"c":{}})"s, "9223372036854775807"s,
        "-9223372036854775808"s, "18446744073709551615"s, "\"é😀\""s}) {
    BOOST_TEST_CONTEXT(text) {
      const auto value = parse_json(text);
      BOOST_REQUIRE_MESSAGE(value.ok(), reason_of(value));
      BOOST_TEST(dump(*value) == text);
      BOOST_TEST((*value == Json::parse(text)));
    }
  }
}

BOOST_AUTO_TEST_CASE(escapes_are_decoded) {
  BOOST_TEST(parse_json(R"("\u00e9\ud83d\ude00\n\/")").value().get<std::string>() == "é😀\n/");
  BOOST_TEST(dump(parse_json(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n").value()) == R"({"a":[1,2]})");
  BOOST_TEST(parse_json("-0").value() == 0);
  BOOST_TEST(parse_json("9223372036854775808").value().get<std::uint64_t>() ==
             9223372036854775808U);
}

BOOST_AUTO_TEST_CASE(malformed_text_is_refused_with_its_kind) {
  struct Row {
    std::string text, reason;
  };
  const Row rows[] = {
      {"", "json-syntax"},
      {" ", "json-syntax"},
      {"{", "json-syntax"},
      {"[1,]", "json-syntax"},
      {"{\"a\":1,}", "json-syntax"},
      {"{\"a\"}", "json-syntax"},
      {"{a:1}", "json-syntax"},
      {"{'a':1}", "json-syntax"},
      {"{} {}", "json-syntax"},
      {"{}x", "json-syntax"},
      {"[]]", "json-syntax"},
      {"1 2", "json-syntax"},
      {"01", "json-syntax"},
      {"+1", "json-syntax"},
      {".5", "json-syntax"},
      {"NaN", "json-syntax"},
      {"Infinity", "json-syntax"},
      {"nul", "json-syntax"},
      {"True", "json-syntax"},
      {"// x\n1", "json-syntax"},
      {"/* x */1", "json-syntax"},
      {"\"a\nb\"", "json-syntax"},
      {"\"\\x41\"", "json-syntax"},
      {"\"\\u12\"", "json-syntax"},
      {"\"open", "json-syntax"},
      {"{}\0"s, "json-encoding"},
      {"{}\0garbage"s, "json-encoding"},
      {"\"\\u0000\"", "json-encoding"},
      {"{\"a\\u0000\":1}", "json-encoding"},
      {"\"a\0b\""s, "json-encoding"},
      {"\"\\ud800\"", "json-encoding"},
      {"\"\\udc00\"", "json-encoding"},
      {"\"\\ud800\\u0041\"", "json-encoding"},
      {"\"\\ude00\\ud83d\"", "json-encoding"},
      {"\"\xED\xA0\x80\"", "json-encoding"},
      {"\"\xC0\xAF\"", "json-encoding"},
      {"\"\xE0\x80\xAF\"", "json-encoding"},
      {"\"\xC3\"", "json-encoding"},
      {"\xFF", "json-encoding"},
      {"\xEF\xBB\xBF{}", "json-encoding"},
      {"\xFF\xFE{\0}\0"s, "json-encoding"},
      {"1e400", "json-number"},
      {"-1e400", "json-number"},
      {"[1e309]", "json-number"},
      {"18446744073709551616", "json-number"},
      {"-9223372036854775809", "json-number"},
      {std::string(500, '9'), "json-number"},
      {R"({"active":true,"active":false})", "json-repeated-key"},
      {R"({"active":true,"Active":false})", "json-repeated-key"},
      {R"({"x":{"a":1,"b":2,"A":1}})", "json-repeated-key"},
      {R"([{"a":1,"\u0061":1}])", "json-repeated-key"},
      {R"({"a":{},"a":{}})", "json-repeated-key"},
  };
  for (const auto& [text, reason] : rows) {
    BOOST_TEST_CONTEXT(text) {
      const auto value = parse_json(text);
      BOOST_TEST(reason_of(value) == reason);
      if (!value) BOOST_TEST((value.error().code == Errc::kInvalid));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_says_where_or_which_key) {
  BOOST_TEST(parse_json("[1,]").error().detail == "byte 4");
  BOOST_TEST(parse_json(R"({"active":1,"active":2})").error().detail == "active");
  const std::string longest(1000, 'k');
  BOOST_TEST(parse_json("{\"" + longest + "\":1,\"" + longest + "\":2}").error().detail ==
             "a key of more than 100 bytes");
}

BOOST_AUTO_TEST_CASE(equal_keys_in_different_objects_are_no_repetition) {
  BOOST_TEST(parse_json(R"([{"a":{"a":[{"a":1},{"A":2}]}},{"a":1}])").ok());
}

BOOST_AUTO_TEST_CASE(repeated_keys_are_found_in_large_objects_too) {
  for (const int count : {15, 16, 17, 1000}) {
    std::string text = "{";
    for (int i = 0; i < count; ++i) text += "\"key" + std::to_string(i) + "\":1,";
    BOOST_TEST_CONTEXT(count << " keys") {
      BOOST_TEST(reason_of(parse_json(text + "\"last\":1}")) == "");
      BOOST_TEST(reason_of(parse_json(text + "\"KEY3\":1}")) == "json-repeated-key");
      BOOST_TEST(reason_of(parse_json(text + "\"key3\":1}")) == "json-repeated-key");
    }
  }
}

BOOST_AUTO_TEST_CASE(depth_is_limited_without_recursion) {
  for (const auto& [open, close] : {std::pair{"["s, "]"s}, std::pair{"{\"a\":"s, "}"s}}) {
    BOOST_TEST(reason_of(parse_json(nested(32, open, close))) == "");
    BOOST_TEST(reason_of(parse_json(nested(33, open, close))) == "json-depth");
    for (const std::size_t depth : {10000U, 100000U}) {
      BOOST_TEST(reason_of(parse_json(nested(depth, open, close))) == "json-depth");
    }
    // However deep a caller lets it go, reading and destroying use no stack.
    JsonLimits deep;
    deep.max_depth = 100000;
    deep.max_values = 200000;
    BOOST_TEST(reason_of(parse_json(nested(100000, open, close), deep)) == "");
  }
  BOOST_TEST((parse_json(nested(33, "[", "]")).error().code == Errc::kTooLarge));
}

BOOST_AUTO_TEST_CASE(sizes_are_limited) {
  JsonLimits limits;
  limits.max_bytes = 40;
  limits.max_values = 3;
  limits.max_string = 5;
  struct Row {
    std::string text, reason;
  };
  const Row rows[] = {{"[" + std::string(38, ' ') + "]", ""},
                      {"[" + std::string(39, ' ') + "]", "json-size"},
                      {"[1,2]", ""},
                      {"[1,2,3]", "json-values"},
                      {R"({"a":{"b":1}})", ""},
                      {R"({"a":{"b":{}},"c":[]})", "json-values"},
                      {"[[],[]]", ""},
                      {"[[[]],[]]", "json-values"},
                      {"\"12345\"", ""},
                      {"\"123456\"", "json-string"},
                      {R"({"12345":1})", ""},
                      {R"({"123456":1})", "json-string"}};
  for (const auto& [text, reason] : rows) {
    BOOST_TEST_CONTEXT(text) {
      const auto value = parse_json(text, limits);
      BOOST_TEST(reason_of(value) == reason);
      if (!value) BOOST_TEST((value.error().code == Errc::kTooLarge));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_hostile_object_costs_no_quadratic_time) {
  const auto time_of = [](int names) {
    std::string text = "{";
    for (int i = 0; i < names; ++i) text += "\"" + std::to_string(i) + "\":1,";
    text += "\"x\":1}";
    JsonLimits limits;
    limits.max_bytes = 2 << 20;
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(reason_of(parse_json(text, limits)) == "");
    return std::chrono::steady_clock::now() - start;
  };
  // Sixteen times the names: 16 times the work, or 256 times. Measured beside each other.
  const auto few = time_of(5600), many = time_of(16 * 5600);
  BOOST_TEST((many < 100 * few));
}

BOOST_AUTO_TEST_CASE(dumping_never_throws) {
  BOOST_TEST(dump(Json{{"b", "\xFF"}, {"a", 1}}) == "{\"a\":1,\"b\":\"\xEF\xBF\xBD\"}");
  BOOST_TEST(dump(Json("é")) == "\"é\"");
}

BOOST_AUTO_TEST_SUITE_END()
