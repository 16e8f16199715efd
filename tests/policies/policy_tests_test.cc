#include "policies/policy_tests.h"

#include <filesystem>

#include "policies/explain.h"
#include "policies/policy_diff.h"
#include "tests/policies/support.h"

namespace {

using namespace habilitd;
using namespace habilitd::policies;
using namespace habilitd::policies::test;

const std::string kPolicy = with_rules(R"([
  {"id":"p","effect":"permit","actions":["use"],"when":{"known":["subject"]},"why":{"fr":"oui","en":"yes"}},
  {"id":"f","effect":"forbid","actions":["use"],"when":{"eq":["subject.bad",true]},"why":{"fr":"non"}}])");

std::string tests_with(const std::string& cases) {
  return R"({"format":"habilitd-policy-tests/1","policy":"p","fixtures":{"subject":{
    "good":{"bad":false},"bad":{"bad":true},"unread":{}}},"cases":[)" +
         cases + "]}";
}

const std::string kGood =
    R"({"name":"good","action":"use","subject":"good","expect":"permit","determining":["p"]})";
const std::string kBad =
    R"({"name":"bad","action":"use","subject":"bad","expect":"deny","determining":["f"]})";

BOOST_AUTO_TEST_SUITE(policy_tests)

BOOST_AUTO_TEST_CASE(every_shipped_policy_passes_its_tests) {
  std::size_t policies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HABILITD_SOURCE_DIR "/policies")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".json") || name.ends_with(".tests.json")) continue;
    const auto loaded =
        load_tested_policy(shipped(name), shipped(entry.path().stem().string() + ".tests.json"));
    BOOST_TEST(loaded.ok(), name + ": " + (loaded.ok() ? "" : loaded.error().detail));
    ++policies;
  }
  BOOST_TEST(policies >= 2U);
}

BOOST_AUTO_TEST_CASE(every_shipped_text_is_in_french_and_english) {
  for (const char* name : {"soffi.json", "authzen-fixture.json"}) {
    const auto policy = policy_of(shipped(name));
    const auto both = [](const Labels& l) { return l.contains("fr") && l.contains("en"); };
    BOOST_TEST(both(policy->labels));
    for (const auto& rule : policy->rules) BOOST_TEST(both(rule->why), rule->id);
    for (const auto& [id, role] : policy->roles) {
      BOOST_TEST(both(role.labels), id);
      BOOST_TEST(both(role.descriptions), id);
    }
  }
}

BOOST_AUTO_TEST_CASE(removing_any_rule_of_soffi_fails_its_tests) {
  const Json original = json(shipped("soffi.json"));
  const std::string tests = shipped("soffi.tests.json");
  for (std::size_t i = 0; i < original["rules"].size(); ++i) {
    Json without = original;
    without["rules"].erase(i);
    const auto report = run_policy_tests(*policy_of(without.dump()), tests);
    BOOST_REQUIRE(report.ok());
    BOOST_TEST(!report->failures.empty(), original["rules"][i]["id"]);
  }
}

BOOST_AUTO_TEST_CASE(a_policy_with_an_untested_rule_is_refused) {
  BOOST_TEST(load_tested_policy(kPolicy, tests_with(kGood + "," + kBad)).ok());
  const auto refused = load_tested_policy(kPolicy, tests_with(kGood));
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().reason == "policy-tests-failed");
  BOOST_TEST(refused.error().detail ==
             "untested rule f: no case determines it\n1 cases, 0 failed, 1 rules untested");
}

BOOST_AUTO_TEST_CASE(a_forbid_is_not_tested_by_an_attribute_that_is_missing) {
  const auto refused = load_tested_policy(
      kPolicy, tests_with(kGood +
                          R"(,{"name":"unread","action":"use","subject":"unread","expect":"deny",
                     "determining":["f"],"reason":"indeterminate"})"));
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().detail.find("untested rule f") == 0U);
}

BOOST_AUTO_TEST_CASE(a_case_that_fails_says_what_came_instead) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"name":"n","action":"use","subject":"good","expect":"deny","determining":["f"]})",
       "/cases/0 (n): expected deny (f), got permit (p)"},
      {R"({"name":"n","action":"use","subject":"good","expect":"permit","determining":[]})",
       "/cases/0 (n): expected permit (none), got permit (p)"},
      {R"({"name":"n","action":"fly","expect":"deny","determining":[],"reason":"f"})",
       "/cases/0 (n): expected reason \"f\", got \"no-rule\""},
      {R"({"name":"n","action":"fly","expect":"deny","determining":[],"approval":"default"})",
       "/cases/0 (n): expected approval \"default\", got \"none\""}};
  for (const auto& [one, message] : rows) {
    BOOST_TEST_CONTEXT(one) {
      const auto report = run_policy_tests(*policy_of(kPolicy), tests_with(one));
      BOOST_REQUIRE(report.ok());
      BOOST_REQUIRE_EQUAL(report->failures.size(), 1U);
      BOOST_TEST(report->failures[0] == message);
      BOOST_TEST(!report->passed());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_tests_file_is_named_by_its_place) {
  const std::pair<std::string, const char*> rows[] = {
      {"[]", ": expected an object"},
      {R"({"format":"habilitd-policy-tests/1","policy":"q","cases":[)" + kGood + "]}",
       "/policy: these are tests of another policy than \"p\""},
      {tests_with(
           R"({"name":"n","action":"use","subject":"gone","expect":"deny","determining":[]})"),
       "/cases/0/subject: expected the name of a fixture, an object of attributes or null"},
      {tests_with(R"({"name":"n","action":"use","expect":"maybe","determining":[]})"),
       "/cases/0/expect: expected one of permit, deny"},
      {tests_with(R"({"name":"n","action":"use","expect":"deny"})"),
       "/cases/0: missing key \"determining\""}};
  for (const auto& [text, detail] : rows) {
    BOOST_TEST_CONTEXT(text) {
      const auto report = run_policy_tests(*policy_of(kPolicy), text);
      BOOST_REQUIRE(!report.ok());
      BOOST_TEST(report.error().reason == "policy-tests-invalid");
      BOOST_TEST(report.error().detail.find(detail) == 0U, report.error().detail);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(explain)

BOOST_AUTO_TEST_CASE(an_administrator_sees_rules_truths_and_attributes) {
  const auto policy = policy_of(kPolicy);
  BOOST_TEST(explain_for_administrator(*policy, "use", json(R"({"subject":{"bad":"x"}})")) ==
             "policy p version 1 sha256 " + policy->hash +
                 "\naction use: denied, reason indeterminate\n"
                 "* forbid f: indeterminate\n      subject.bad = \"x\"\n"
                 "  permit p: true\n      subject known\n");
  BOOST_TEST(explain_for_administrator(*policy, "use", json("{}")).find("subject.bad unknown") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_person_reads_the_why_in_their_language_and_no_attribute) {
  const auto policy = policy_of(shipped("soffi.json"));
  const Facts facts =
      json(R"({"subject":{"id":"u1"},"target":{"id":"u1","roles":["consultation","saisie"]},
    "role":{"id":"validation","requires":["consultation"],"excludes":["saisie"]}})");
  const auto decision = decide(*policy, "request", facts);
  BOOST_TEST(decision.reason == "sod-exclusive");
  BOOST_TEST(explain_for_person(decision, "en") ==
             "This role cannot be combined with a role already held.");
  BOOST_TEST(explain_for_person(decision, "de") ==
             "Ce rôle ne peut être cumulé avec un rôle déjà détenu.");
  BOOST_TEST(explain_for_person(decide(*policy, "request", json("{}")), "en") ==
             "Information needed for the decision is missing. Contact an administrator.");
  Decision silent;
  BOOST_TEST(explain_for_person(silent, "en") == "This action is not allowed.");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(policy_diff)

BOOST_AUTO_TEST_CASE(only_what_would_change_is_told) {
  const auto before = policy_of(shipped("soffi.json"));
  Json changed = json(shipped("soffi.json"));
  changed["version"] = 9;
  changed["roles"]["saisie"]["requires"] = Json::array();
  changed["roles"]["audit"] = {{"requestable", true}};
  changed["rules"].erase(1);
  const auto after = policy_of(changed.dump());
  const Facts person = json(R"({"subject":{"id":"u1","state":"active","mailVerified":true},
    "resource":{"state":"active"},"target":{"id":"u1","state":"active","roles":[]},
    "role":{"id":"saisie"}})");
  Facts same = person;
  same["role"]["id"] = "consultation";
  const auto diff = compare(
      *before, *after, {{"u1 saisie", "request", person}, {"u1 consultation", "request", same}});
  BOOST_TEST(diff.text() ==
             "+ role audit\n~ role saisie\n- rule req-already-held\n"
             "! u1 saisie (request): deny req-missing-prerequisite, approval default -> permit "
             "req-own-structure, approval default\n"
             "1 decisions would change, 0 only their reason or approval\n");
  BOOST_TEST(compare(*before, *before, {{"u1", "request", person}}).changes.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
