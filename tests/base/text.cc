#include "base/text.h"

#include <boost/test/unit_test.hpp>

using namespace habilitd;
using namespace std::string_literals;

namespace {

const std::string kNotUtf8[] = {
    "\x80"s,              // continuation alone
    "\xC3"s,              // cut
    "\xC0\x80"s,          // overlong NUL
    "\xC1\xBF"s,          // overlong
    "\xE0\x9F\xBF"s,      // overlong
    "\xF0\x8F\xBF\xBF"s,  // overlong
    "\xED\xA0\x80"s,      // surrogate D800
    "\xED\xBF\xBF"s,      // surrogate DFFF
    "\xF4\x90\x80\x80"s,  // beyond U+10FFFF
    "\xF8\x88\x80\x80\x80"s,
    "\xFF"s,
    "abcdefgh\xFF"s,
    "abcdefghi\xE2\x82"s,
    "a\0b"s,
    "\0"s,
};

}  // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(only_well_formed_utf8_without_nul_is_valid) {
  for (const auto& bytes : kNotUtf8) {
    BOOST_TEST_CONTEXT(bytes.size() << " bytes") {
      BOOST_TEST(!is_valid_utf8(bytes));
      BOOST_TEST(!is_valid_utf8("0123456789abcdef" + bytes));
    }
  }
  for (const auto& bytes : {""s, "plain"s, "été"s, "\xF4\x8F\xBF\xBF"s, "\xED\x9F\xBF"s,
                            "\xEE\x80\x80"s, "😀 abcdefghijklmnop é"s, "\x7f\x01"s}) {
    BOOST_TEST(is_valid_utf8(bytes));
  }
}

BOOST_AUTO_TEST_CASE(names_people_bear_are_presentable) {
  for (const char* name :
       {"Zoé Lefèvre-O'Brien", "L’Haÿ-les-Roses", "Ὀδυσσεύς", "李小龙", "محمد", "Nguyễn Văn A",
        "e\xCC\x81", "SARL « Été & Fils »", "🏢 Siège", "732 829 320 00074",
        "a\xC2\xA0"
        "b"}) {
    BOOST_TEST_CONTEXT(name) { BOOST_TEST(is_presentable(name)); }
  }
}

BOOST_AUTO_TEST_CASE(what_hides_or_reorders_is_not_presentable) {
  for (const std::string& name : {""s,
                                  " "s,
                                  "\t"s,
                                  "\xC2\xA0\xE3\x80\x80"s,
                                  "a\nb"s,
                                  "a\rb"s,
                                  "a\x7f"s,
                                  "a\x1b[0m"s,
                                  "\xC2\x85"s,  // next line
                                  "a\xE2\x80\xAE"
                                  "b"s,              // right-to-left override
                                  "a\xE2\x81\xA6"s,  // isolate
                                  "a\xE2\x80\x8B"s,  // zero width space
                                  "\xEF\xBB\xBF"
                                  "a"s,             // byte order mark
                                  "a\xC2\xAD"s,     // soft hyphen
                                  "\xEE\x80\x80"s,  // private use
                                  "\xEF\xBF\xBF"s,  // non-character
                                  "\xCD\xB8"s,      // unassigned
                                  "a\xE2\x80\xA8"
                                  "b"s,             // line separator
                                  "\xE3\x85\xA4"s,  // Hangul filler: blank, though a letter
                                  "\xE2\xA0\x80"s,  // blank braille
                                  "a\0"s,
                                  "\xED\xA0\x80"s}) {
    BOOST_TEST_CONTEXT(name) { BOOST_TEST(!is_presentable(name)); }
  }
}

BOOST_AUTO_TEST_CASE(composed_and_decomposed_become_one) {
  BOOST_TEST(nfc("e\xCC\x81t\xC3\xA9") == "été");
  BOOST_TEST(nfc("plain") == "plain");
  BOOST_TEST(nfc("\xFF"
                 "e\xCC\x81") ==
             "\xFF"
             "e\xCC\x81");
}

BOOST_AUTO_TEST_CASE(folding_is_equality_without_case) {
  BOOST_TEST(fold("Jean@EXAMPLE.org") == "jean@example.org");
  BOOST_TEST(fold("ÉTÉ") == fold("e\xCC\x81te\xCC\x81"));
  // Every letter of Latin-1 alone, and before a mark that composes with it, as utf8proc folds it.
  for (int point = 0xC0; point <= 0xFF; ++point) {
    const std::string letter{static_cast<char>(0xC0 | point >> 6),
                             static_cast<char>(0x80 | (point & 0x3F))};
    // U+0178 is outside: the whole text takes the other way, and folds to U+00FF.
    std::string by_table = fold(letter + "A"), by_library = fold(letter + "A" + "\xC5\xB8");
    BOOST_TEST(by_library == by_table + "\xC3\xBF", letter);
    BOOST_TEST(fold(letter + "\xCC\xA3") == fold(nfc(letter + "\xCC\xA3")), letter);
  }
  BOOST_TEST(fold("Straße") == fold("STRASSE"));
  BOOST_TEST(fold("ΣΊΣΥΦΟΣ") == fold("σίσυφος"));
  BOOST_TEST(fold("été") != fold("ete"));
  BOOST_TEST(fold("\xFF\xC3"
                  "ABC") ==
             "\xFF\xC3"
             "abc");
  BOOST_TEST(fold("A\0B"s) == "a\0b"s);
}

BOOST_AUTO_TEST_CASE(folding_twice_changes_nothing) {
  for (const char* text : {"ÉTÉ", "Straße", "ǰ", "İstanbul", "ᾳᾼ", "ﬃ", "각", "Ω"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(fold(fold(text)) == fold(text)); }
  }
}

BOOST_AUTO_TEST_CASE(search_keys_ignore_accents_case_and_spacing) {
  struct Row {
    std::string text, key;
  };
  const Row rows[] = {{"Zoé", "zoe"},
                      {"  Le   FÈVRE\t\n", "le fevre"},
                      {"Plain  Text ", "plain text"},
                      {"732\xC2\xA0"
                       "829\xE2\x80\xAF"
                       "320",
                       "732 829 320"},
                      {"\xC2\xA0été\xC2\xA0", "ete"},
                      {"Sœur Lætitia", "soeur laetitia"},
                      {"L’Épée", "l'epee"},
                      {"e\xCC\x81\xCC\x81", "e"},
                      {"ｆｕｌｌ", "full"},
                      {"co\xC2\xAD"
                       "op\xE2\x80\x8B"
                       "é",
                       "coope"},
                      {"\xC2\xA0", ""},
                      {"", ""},
                      {"각", "각"},
                      {"\xFF A", "\xFF a"}};
  for (const auto& [text, key] : rows) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(search_key(text) == key);
      BOOST_TEST(search_key(search_key(text)) == search_key(text));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_fast_path_for_ascii_agrees_with_the_slow_one) {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  const std::string mark = "é";
  BOOST_TEST(fold(all + mark) == fold(all) + mark);
  BOOST_TEST(search_key(all + mark) == search_key(all) + "e");
}

BOOST_AUTO_TEST_CASE(trimming_and_lowering_know_ascii_only) {
  BOOST_TEST(trim(" \t\r\n a b \v\f ") == "a b");
  BOOST_TEST(trim("   ") == "");
  BOOST_TEST(trim("\xC2\xA0"
                  "a") ==
             "\xC2\xA0"
             "a");
  BOOST_TEST(ascii_lower("AZ[@É") == "az[@É");
}

BOOST_AUTO_TEST_SUITE_END()
