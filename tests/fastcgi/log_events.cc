// docs/log-events.md explains every event the program can write, and no other.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using Words = std::set<std::string>;

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Literals between the call's parenthesis and its fields: one event, or two with a question mark.
void take_literals(const std::string& text, std::size_t at, Words& events) {
  const std::size_t end = text.find_first_of("{;", at);
  for (std::size_t quote = text.find('"', at); quote < end; quote = text.find('"', quote + 1)) {
    const std::size_t close = text.find('"', quote + 1);
    events.insert(text.substr(quote + 1, close - quote - 1));
    quote = close;
  }
}

Words events_in(const std::string& text) {
  Words events;
  for (const char* call : {".debug(", ".info(", ".warn(", ".error("}) {
    for (std::size_t at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
      const std::string before = text.substr(at < 5 ? 0 : at - 5, at < 5 ? at : 5);
      const bool is_log =
          before.ends_with("log") || before.ends_with("log_") || before.ends_with("log()");
      if (is_log) take_literals(text, at + std::string(call).size(), events);
    }
  }
  return events;
}

Words events_of_the_sources() {
  Words events;
  for (const char* folder : {"base", "policies", "ldap", "workflow", "scim", "portal", "fastcgi"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(HABILITD_SOURCE_DIR) / folder)) {
      if (entry.path().extension() == ".cc") events.merge(events_in(contents(entry.path())));
    }
  }
  return events;
}

Words events_of_the_page() {
  Words events;
  std::istringstream lines(contents(fs::path(HABILITD_SOURCE_DIR) / "docs/log-events.md"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| `")) events.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return events;
}

std::string missing(const Words& from, const Words& in) {
  std::string words;
  for (const std::string& word : from) {
    if (!in.contains(word)) words += word + " ";
  }
  return words;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_events)

BOOST_AUTO_TEST_CASE(calls_are_found_however_they_are_written) {
  const std::string sample =
      "log.warn(\"a.b\", {{\"x\", y}}); services_.log.error(\n bad ? \"c.d\" : \"e.f\",\n {{\"g\", "
      "h}});"
      "log_.info(\"i.j\"); dialog.info2(\"no\"); error(\"no\"); catalog.warns(\"no\");";
  BOOST_TEST((events_in(sample) == Words{"a.b", "c.d", "e.f", "i.j"}));
}

BOOST_AUTO_TEST_CASE(every_event_is_explained) {
  BOOST_TEST(missing(events_of_the_sources(), events_of_the_page()) == "");
}

BOOST_AUTO_TEST_CASE(no_event_is_explained_that_does_not_exist) {
  BOOST_TEST(missing(events_of_the_page(), events_of_the_sources()) == "");
}

BOOST_AUTO_TEST_SUITE_END()
