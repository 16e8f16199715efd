#include "fastcgi/commands/commands.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/version.h"

using namespace habilitd::fastcgi;
namespace fs = std::filesystem;

namespace {

// What a command said, and how it ended.
struct Ran {
  int code = -1;
  std::string out, err;
};

Ran run(std::vector<std::string> words) {
  words.insert(words.begin(), "habilitd");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::ostringstream out, err;
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  Ran ran;
  ran.code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kSource = HABILITD_SOURCE_DIR;

struct Folder {
  std::string path = (fs::temp_directory_path() / "habilitd-commands-XXXXXX").string();
  Folder() { BOOST_REQUIRE(::mkdtemp(path.data())); }
  ~Folder() { fs::remove_all(path); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name) << text;
    return path + "/" + name;
  }
};

std::string contents(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands, Folder)

BOOST_AUTO_TEST_CASE(help_and_version_are_no_errors) {
  const Ran help = run({"--help"});
  BOOST_TEST(help.code == 0);
  BOOST_TEST(holds(help.out, "serve"));
  BOOST_TEST(holds(help.out, "Exit codes"));
  BOOST_TEST(run({"--version"}).out == std::string("habilitd ") + habilitd::kVersion + "\n");
  const Ran scopes = run({"token", "create", "--help"});
  BOOST_TEST(holds(scopes.out, "grant:APP.ROLE"));
}

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_2) {
  BOOST_TEST(run({}).code == 2);
  BOOST_TEST(run({"sevre"}).code == 2);
  BOOST_TEST(run({"serve", "--port", "1"}).code == 2);
  BOOST_TEST(run({"token"}).code == 2);
  BOOST_TEST(run({"token", "create", "--name", "x"}).code == 2);
  BOOST_TEST(
      run({"token", "create", "--name", "x", "--scope", "users:read", "--dialect", "x"}).code == 2);
  BOOST_TEST(run({"policy", "test"}).code == 2);
}

BOOST_AUTO_TEST_CASE(wrong_settings_are_2_and_are_explained_with_their_place) {
  const std::string file = write("h.conf", "sever.threads = 1\n");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"serve"},
                                                {"check"},
                                                {"send-mails"},
                                                {"token", "list"},
                                                {"directory", "check"},
                                                {"directory", "init"},
                                                {"directory", "reconcile"},
                                                {"outbox", "list"}}) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--config", file});
    const Ran ran = run(all);
    BOOST_TEST(ran.code == 2, words.front());
    BOOST_TEST(holds(ran.err, file + ":1: unknown option \"sever.threads\""), ran.err);
    BOOST_TEST(holds(ran.err, "site.base_url"), ran.err);  // all problems, not the first alone
    BOOST_TEST(holds(ran.err, "docs/settings.md"), ran.err);
  }
}

BOOST_AUTO_TEST_CASE(a_settings_file_that_is_not_there_is_2) {
  const Ran ran = run({"check", "--config", path + "/none.conf"});
  BOOST_TEST(ran.code == 2);
  BOOST_TEST(holds(ran.err, "none.conf"), ran.err);
}

BOOST_AUTO_TEST_CASE(an_unknown_scope_is_2_before_anything_is_tried) {
  const Ran ran = run({"token", "create", "--name", "x", "--scope", "users:reed"});
  BOOST_TEST(ran.code == 2);
  BOOST_TEST(holds(ran.err, "users:reed is no scope"), ran.err);
}

BOOST_AUTO_TEST_CASE(the_shipped_policies_and_the_demos_pass_their_tests) {
  for (const char* folder : {"/policies", "/deploy/demo/policies"}) {
    for (const auto& entry : fs::directory_iterator(kSource + folder)) {
      const std::string file = entry.path().string();
      if (!file.ends_with(".json") || file.ends_with(".tests.json")) continue;
      const Ran ran = run({"policy", "test", file});
      BOOST_TEST(ran.code == 0, file + ran.out + ran.err);
      BOOST_TEST(run({"policy", "check", file}).code == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_policy_that_fails_its_tests_is_1_and_says_which) {
  const std::string file = write("p.json", contents(kSource + "/policies/soffi.json"));
  std::string tests = contents(kSource + "/policies/soffi.tests.json");
  const std::size_t at = tests.find("\"expect\": \"permit\"");
  write("p.tests.json", tests.replace(at, 18, "\"expect\": \"deny\""));
  const Ran ran = run({"policy", "test", file});
  BOOST_TEST(ran.code == 1);
  BOOST_TEST(holds(ran.out, "/cases/0"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_broken_policy_is_1_and_says_where) {
  const std::string file = write("p.json", R"({"format": "habilitd-policy/1", "rulez": []})");
  const Ran ran = run({"policy", "check", file});
  BOOST_TEST(ran.code == 1);
  BOOST_TEST(holds(ran.err, file), ran.err);
  BOOST_TEST(holds(ran.err, "rulez"), ran.err);
  BOOST_TEST(run({"policy", "check", path + "/none.json"}).code == 1);
}

BOOST_AUTO_TEST_CASE(one_bad_policy_among_good_ones_is_1) {
  const std::string good = kSource + "/policies/soffi.json";
  BOOST_TEST(run({"policy", "check", write("b.json", "{"), good}).code == 1);
}

BOOST_AUTO_TEST_CASE(audit_verify_needs_no_settings_for_a_named_file) {
  const Ran none = run({"audit", "verify", path + "/none.log"});
  BOOST_TEST(none.code == 1);
  const Ran bad = run({"audit", "verify", write("a.log", "{\"seq\":1}\n")});
  BOOST_TEST(bad.code == 1);
  BOOST_TEST(holds(bad.err, "a.log"), bad.err);
}

BOOST_AUTO_TEST_CASE(settings_prints_the_page) {
  const Ran ran = run({"settings"});
  BOOST_TEST(ran.code == 0);
  BOOST_TEST(holds(ran.out, "| `site.base_url` |"));
}

BOOST_AUTO_TEST_SUITE_END()
