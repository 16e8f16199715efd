#include "base/settings.h"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/support/outcome.h"

using namespace habilitd;
using namespace std::string_literals;
using habilitd::tests::reason_of;

namespace {

const std::vector<Option>& table() {
  static const std::vector<Option> options = {
      {"directory.uri", "", true, "Where the directory listens.", nullptr},
      {"directory.connections", "4", false, "How many connections.", check_number(1, 64)},
      {"http.deadline", "3s", false, "Time for one answer.", check_duration},
      {"portal.languages", "fr, en", false, "Languages | in order.", nullptr},
      {"portal.sign-up", "yes", false, "May people sign up?", check_flag},
      {"log.level", "info", false, "What is logged.", check_one_of({"debug", "info", "warn"})},
      {"mail.limit", "", false, "Empty for none.", check_number(1, 1000)},
  };
  return options;
}

Result<Settings> parse(std::string_view text) { return Settings::parse(text, "h.conf", table()); }

std::string problems(std::string_view text) {
  const auto settings = parse(text);
  return settings.ok() ? "" : settings.error().detail;
}

// A folder that disappears by itself.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(values_and_defaults_are_read) {
  const auto settings = parse(
      "\xEF\xBB\xBF# a comment\r\n"
      "directory.uri = ldapi://%2Frun%2Fslapd#x=y\r\n"
      "\n"
      "   # another \\\n"
      "directory.connections=8\n"
      "portal.languages = fr, \\\n"
      "   en,, \\\n"
      "   de\n"
      "portal.sign-up =no\n"
      "mail.limit =\n");
  BOOST_REQUIRE_MESSAGE(settings.ok(), reason_of(settings));
  BOOST_TEST(settings->text("directory.uri") == "ldapi://%2Frun%2Fslapd#x=y");
  BOOST_TEST(settings->number("directory.connections") == 8);
  BOOST_TEST(settings->milliseconds("http.deadline") == 3000);
  BOOST_TEST(settings->flag("portal.sign-up") == false);
  BOOST_TEST(settings->text("log.level") == "info");
  BOOST_TEST(settings->text("mail.limit") == "");
  const std::vector<std::string> languages = {"fr", "en", "de"};
  BOOST_TEST(settings->list("portal.languages") == languages, boost::test_tools::per_element());
  BOOST_TEST(settings->list("mail.limit").empty());
}

BOOST_AUTO_TEST_CASE(every_error_names_line_key_and_remedy) {
  struct Row {
    std::string text, problem;
  };
  const std::string good = "directory.uri = x\n";
  const Row rows[] = {
      {"\ndirectry.uri = x\n" + good,
       "h.conf:2: unknown option \"directry.uri\"; did you mean \"directory.uri\"?"},
      {good + "Log.Level = info\n",
       "h.conf:2: unknown option \"Log.Level\"; did you mean \"log.level\"?"},
      {good + "colour = red\n",
       "h.conf:2: unknown option \"colour\"; remove it, or see docs/settings.md for the names"},
      {good + "log.level = info\n\nlog.level = warn\n",
       "h.conf:4: option \"log.level\" repeated; it stands on line 2 already, remove one of them"},
      {good + "log.level\n", "h.conf:2: \"log.level\" has no value; write \"name = value\""},
      {"# nothing\n\n",
       "h.conf:2: option \"directory.uri\" is missing; add the line \"directory.uri = ...\": Where "
       "the directory listens."},
      {"directory.uri =\n",
       "h.conf:1: option \"directory.uri\" is empty; give it a value: Where the directory "
       "listens."},
      {good + "directory.connections = 65\n",
       "h.conf:2: option \"directory.connections\" must be a whole number from 1 to 64, not "
       "\"65\""},
      {good + "portal.sign-up = true\n",
       "h.conf:2: option \"portal.sign-up\" must be yes or no, not \"true\""},
      {good + "http.deadline = 3 s\n",
       "h.conf:2: option \"http.deadline\" must be a duration such as 250ms, 5s, 30min, 8h or 90d, "
       "not \"3 s\""},
      {good + "log.level = wran\n",
       "h.conf:2: option \"log.level\" must be one of debug, info, warn (did you mean \"warn\"?), "
       "not \"wran\""},
      {good + "log.level =\n",
       "h.conf:2: option \"log.level\" must be one of debug, info, warn, not \"\""},
      {good + "portal.languages = f\x01r\n",
       "h.conf:2: option \"portal.languages\" holds control characters or bytes that are not "
       "UTF-8; "
       "retype it"},
      {good + "portal.languages = \\\n fr\nx = 1\n",
       "h.conf:4: unknown option \"x\"; remove it, or see docs/settings.md for the names"},
  };
  for (const auto& [text, problem] : rows) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(reason_of(parse(text)) == "settings");
      BOOST_TEST(problems(text) == problem);
    }
  }
}

BOOST_AUTO_TEST_CASE(all_problems_are_told_at_once) {
  const std::string told = problems("x = 1\nlog.level = loud\nlog.level = info\n");
  BOOST_TEST(std::count(told.begin(), told.end(), '\n') == 3);
  for (const char* part :
       {"h.conf:1: unknown", "h.conf:2: option \"log.level\" must",
        "h.conf:3: option \"log.level\" repeated", "\"directory.uri\" is missing"}) {
    BOOST_TEST_CONTEXT(part) { BOOST_TEST(told.find(part) != std::string::npos); }
  }
}

BOOST_AUTO_TEST_CASE(long_bad_values_are_cut_between_characters) {
  std::string value;
  for (int i = 0; i < 100; ++i) value += "é";
  const std::string told = problems("directory.uri = x\nlog.level = a" + value + "\n");
  BOOST_TEST(told.ends_with("é...\""));
  BOOST_TEST(told.size() < 200U);
}

BOOST_AUTO_TEST_CASE(checks_know_their_limits) {
  for (const char* good : {"0ms", "250ms", "5s", "30min", "8h", "90d", "106751991167d"}) {
    BOOST_TEST_CONTEXT(good) { BOOST_TEST(check_duration(good).ok()); }
  }
  for (const char* bad : {"", "5", "s", "-5s", "+5s", "5S", "5m", "1.5s", " 5s", "5s ",
                          "106751991168d", "99999999999999999999s"}) {
    BOOST_TEST_CONTEXT(bad) { BOOST_TEST(!check_duration(bad).ok()); }
  }
  const auto check = check_number(-1, 10);
  for (const char* good : {"-1", "0", "10"}) BOOST_TEST(check(good).ok());
  for (const char* bad : {"", "-2", "11", "1.0", "1e0", "0x1", "1 ", "99999999999999999999"}) {
    BOOST_TEST_CONTEXT(bad) { BOOST_TEST(!check(bad).ok()); }
  }
  BOOST_TEST(!check_flag("YES").ok());
}

BOOST_AUTO_TEST_CASE(durations_are_in_milliseconds) {
  const std::vector<Option> options = {{"a", "250ms", false, "", check_duration},
                                       {"b", "30min", false, "", check_duration},
                                       {"c", "8h", false, "", check_duration},
                                       {"d", "90d", false, "", check_duration}};
  const auto settings = Settings::parse("", "x", options).value();
  BOOST_TEST(settings.milliseconds("a") == 250);
  BOOST_TEST(settings.milliseconds("b") == 1800000);
  BOOST_TEST(settings.milliseconds("c") == 28800000);
  BOOST_TEST(settings.milliseconds("d") == 7776000000);
}

BOOST_AUTO_TEST_CASE(asking_for_what_is_not_in_the_table_is_a_bug) {
  const auto settings = parse("directory.uri = x").value();
  BOOST_CHECK_THROW(settings.text("no.such"), std::logic_error);
  BOOST_CHECK_THROW(settings.number("directory.uri"), std::logic_error);
  BOOST_CHECK_THROW(settings.flag("directory.uri"), std::logic_error);
  BOOST_CHECK_THROW(settings.milliseconds("directory.uri"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(files_are_loaded_and_know_their_folder) {
  const Folder folder;
  const std::string file = (folder.path() / "habilitd.conf").string();
  std::ofstream(file) << "directory.uri = ldapi://x\n";
  const auto settings = Settings::load(file, table());
  BOOST_REQUIRE(settings.ok());
  BOOST_TEST(settings->directory_of_file() == folder.path().string());
  BOOST_TEST(Settings::parse("", "bare.conf", {}).value().directory_of_file() == ".");
  BOOST_TEST(Settings::parse("", "/root.conf", {}).value().directory_of_file() == "/");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_say_so) {
  const Folder folder;
  const std::string missing = (folder.path() / "missing.conf").string();
  BOOST_TEST(Settings::load(missing, table()).error().detail ==
             missing +
                 ": cannot be read (No such file or directory); name another file or change "
                 "its rights");
  const auto of_folder = Settings::load(folder.path().string(), table());
  BOOST_TEST(of_folder.error().detail.find("cannot be read (Is a directory)") != std::string::npos);
  const std::string empty = (folder.path() / "empty.conf").string();
  std::ofstream{empty};
  BOOST_TEST(Settings::load(empty, table()).error().detail.find("is missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_page_shows_every_option) {
  const std::string page = settings_page(table());
  for (const Option& option : table()) {
    BOOST_TEST_CONTEXT(option.name) {
      BOOST_TEST(page.find("| `" + option.name + "` |") != std::string::npos);
    }
  }
  BOOST_TEST(page.find("| `directory.uri` | must be set | Where the directory listens. |") !=
             std::string::npos);
  BOOST_TEST(page.find("Languages \\| in order.") != std::string::npos);
  BOOST_TEST(page.find("\n## portal\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
