// What must hold in the source of templates, texts and styles.
#include "portal/templates.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "portal/embedded.h"
#include "tests/support/process.h"

using namespace habilitd;
using namespace habilitd::portal;

namespace {

std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  fill(text, [&](std::string_view name) {
    names.emplace(name);
    return std::string();
  });
  return names;
}

// Every "t.key" of the templates.
std::set<std::string> keys_in_templates() {
  std::set<std::string> keys;
  for (const EmbeddedFile& f : embedded_files()) {
    if (!f.name.ends_with(".mustache")) continue;
    for (std::size_t at = 0; (at = f.content.find("{{t.", at)) != f.content.npos; ++at)
      keys.emplace(f.content.substr(at + 4, f.content.find("}}", at) - at - 4));
  }
  return keys;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sources)

BOOST_AUTO_TEST_CASE(no_template_shows_anything_unescaped) {
  int templates = 0;
  for (const EmbeddedFile& f : embedded_files()) {
    if (!f.name.ends_with(".mustache")) continue;
    ++templates;
    for (const char* forbidden : {"{{{", "{{&", "{{=", "<script", " style=", " onclick", "http:"})
      BOOST_TEST(f.content.find(forbidden) == f.content.npos, f.name << " has " << forbidden);
  }
  BOOST_TEST(templates > 20);
}

BOOST_AUTO_TEST_CASE(both_languages_say_the_same_things) {
  const Texts texts;
  const auto& french = texts.table(Language::kFrench);
  const auto& english = texts.table(Language::kEnglish);
  for (const auto& [key, text] : french) {
    const auto other = english.find(key);
    BOOST_TEST((other != english.end()), key << " is missing in English");
    if (other == english.end()) continue;
    BOOST_TEST((names_in(text) == names_in(other->second)), key << " has other names");
    BOOST_TEST((!text.empty() && !other->second.empty()), key << " is empty");
  }
  for (const auto& [key, text] : english) BOOST_TEST(french.contains(key), key);
}

BOOST_AUTO_TEST_CASE(every_text_a_template_shows_is_there) {
  const Texts texts;
  BOOST_TEST(keys_in_templates().size() > 100);
  for (const std::string& key : keys_in_templates())
    BOOST_TEST((texts.find(Language::kFrench, key) != nullptr), key);
}

// Keys are written in code as "part.name"; this finds what looks like one and asks for it.
BOOST_AUTO_TEST_CASE(every_text_the_code_names_is_there) {
  const Texts texts;
  std::set<std::string> parts;
  for (const auto& [key, text] : texts.table(Language::kFrench))
    parts.insert(key.substr(0, key.find('.') + 1));
  const std::string listing = HABILITD_BINARY_DIR "/portal_sources.txt";
  tests::write_file(listing, "");
  tests::run({"sh", "-c", "cat " HABILITD_SOURCE_DIR "/portal/*.cc"}, listing);
  const std::string code = tests::read_file(listing);
  int found = 0;
  for (std::size_t at = 0; (at = code.find('"', at)) != code.npos;) {
    const std::size_t end = code.find('"', at + 1);
    if (end == code.npos) break;
    const std::string word = code.substr(at + 1, end - at - 1);
    at = end + 1;
    const std::string part = word.substr(0, word.find('.') + 1);
    if (part.empty() || !parts.contains(part) || word.ends_with('.') || word.ends_with('_') ||
        word.find_first_of(" /{\\") != word.npos)
      continue;
    ++found;
    const bool there =
        texts.find(Language::kFrench, word) || texts.find(Language::kFrench, word + ".one");
    BOOST_TEST(there, word);
  }
  BOOST_TEST(found > 60);
}

BOOST_AUTO_TEST_CASE(french_puts_no_break_before_double_punctuation) {
  const Texts texts;
  for (const auto& [key, text] : texts.table(Language::kFrench))
    for (const char* wrong : {" ?", " !", " :", " ;"})
      BOOST_TEST((text.find(wrong) == text.npos), key);
}

BOOST_AUTO_TEST_CASE(values_are_escaped_once) {
  const Texts texts;
  const Templates templates(texts);
  View view;
  view["has_errors"] = View(true);
  view["errors"] = View(View::type::list);
  View error;
  error["error_href"] = View("#\"><script>");
  error["error_text"] = View("<b>& 'x'");
  view["errors"] << error;
  const std::string html = templates.render("error_summary", Language::kFrench, view);
  BOOST_TEST(html.find("<script>") == html.npos);
  BOOST_TEST(html.find("&lt;b&gt;&amp; &apos;x&apos;") != html.npos);
}

BOOST_AUTO_TEST_CASE(the_style_sheet_loads_nothing_from_elsewhere) {
  for (const EmbeddedFile& f : embedded_files()) {
    if (!f.name.ends_with(".css")) continue;
    BOOST_TEST(f.content.find("//") == f.content.npos);
    BOOST_TEST(f.content.find("@import") == f.content.npos);
    BOOST_TEST(f.content.find("prefers-reduced-motion") != f.content.npos);
    BOOST_TEST(f.content.find("forced-colors") != f.content.npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
