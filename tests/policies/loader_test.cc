#include "policies/reader.h"
#include "tests/policies/support.h"

namespace {

using namespace habilitd;
using namespace habilitd::policies;
using namespace habilitd::policies::test;

struct Bad {
  std::string text;
  std::string detail;  // the whole of it
};

void check(const std::vector<Bad>& rows) {
  for (const Bad& row : rows) {
    BOOST_TEST_CONTEXT(row.text) {
      const auto policy = Policy::parse(row.text);
      BOOST_REQUIRE(!policy.ok());
      BOOST_TEST(policy.error().reason == "policy-invalid");
      BOOST_TEST(policy.error().detail == row.detail);
    }
  }
}

// A good policy with members added or replaced (null removes).
std::string with(const std::string& patch) {
  Json policy = json(permit_when(R"({"known":["subject"]})"));
  policy.merge_patch(json(patch));
  return policy.dump();
}

std::string rule_with(const std::string& patch) {
  Json policy = json(permit_when(R"({"known":["subject"]})"));
  policy["rules"][0].merge_patch(json(patch));
  return policy.dump();
}

std::string nested_not(int depth) {
  std::string when = R"({"known":["subject"]})";
  for (int i = 1; i < depth; ++i) when = R"({"not":)" + when + "}";
  return when;
}

BOOST_AUTO_TEST_SUITE(loader)

BOOST_AUTO_TEST_CASE(a_wrong_condition_is_named_by_its_place) {
  const std::string path = "expected a path such as \"subject.id\"";
  check(
      {{permit_when(R"({"all":[{"regex":["subject.id",".*"]}]})"),
        "/rules/0/when/all/0: unknown operator \"regex\""},
       {permit_when(R"({"eq":["subject.id","a"],"not":{"known":["subject"]}})"),
        "/rules/0/when: expected an object with one operator"},
       {permit_when("{}"), "/rules/0/when: expected an object with one operator"},
       {permit_when("true"), "/rules/0/when: expected an object with one operator"},
       {permit_when(R"({"all":[]})"),
        "/rules/0/when/all: expected an array of one condition or more"},
       {permit_when(R"({"any":{}})"),
        "/rules/0/when/any: expected an array of one condition or more"},
       {permit_when(R"({"not":{"eq":["subject.id"]}})"),
        "/rules/0/when/not/eq: expected two operands"},
       {permit_when(R"({"known":["subjet"]})"), "/rules/0/when/known/0: " + path},
       {permit_when(R"({"known":["subject","target"]})"), "/rules/0/when/known: expected one path"},
       {permit_when(R"({"same":["subject.id","u1"]})"), "/rules/0/when/same/1: " + path},
       {permit_when(R"({"eq":["subjet.id","u1"]})"),
        "/rules/0/when/eq: reads no attribute; a path starts with subject, target, resource, role, "
        "request, action or context"},
       {permit_when(R"({"eq":["subject.id",null]})"),
        "/rules/0/when/eq/1: expected a string, a number or a boolean"},
       {permit_when(R"({"eq":["subject.id",{"valu":1}]})"),
        "/rules/0/when/eq/1: expected a path, a literal or {\"value\": literal}"},
       {permit_when(R"({"eq":["subject.","x"]})"),
        "/rules/0/when/eq/0: not a path: \"subject.\"; write {\"value\": ...} for a literal"},
       {permit_when(R"({"in":["role.id","consultation"]})"),
        "/rules/0/when/in/1: expected a list of strings, numbers or booleans"},
       {permit_when(R"({"in":["role.id",[["x"]]]})"),
        "/rules/0/when/in/1: expected a list of strings, numbers or booleans"},
       {permit_when(R"({"lt":["subject.age","40"]})"), "/rules/0/when/lt/1: expected a number"},
       {permit_when(R"({"before":["context.time","tomorrow"]})"),
        "/rules/0/when/before/1: expected an RFC 3339 instant such as \"2026-03-08T10:19:14Z\""}});
}

BOOST_AUTO_TEST_CASE(a_condition_may_be_sixteen_deep) {
  BOOST_TEST(Policy::parse(permit_when(nested_not(16))).ok());
  std::string place = "/rules/0/when";
  for (int i = 0; i < 16; ++i) place += "/not";
  check({{permit_when(nested_not(17)), place + ": deeper than 16"}});
}

BOOST_AUTO_TEST_CASE(a_policy_has_one_to_five_hundred_rules) {
  Json rules = Json::array();
  for (int i = 0; i < 500; ++i) {
    rules.push_back({{"id", "r" + std::to_string(i)},
                     {"effect", "permit"},
                     {"actions", {"use"}},
                     {"when", json(R"({"known":["subject"]})")}});
  }
  BOOST_TEST(Policy::parse(with_rules(rules.dump())).ok());
  rules.push_back(rules[0]);
  check({{with_rules(rules.dump()), "/rules: expected 1 to 500 elements, found 501"},
         {with_rules("[]"), "/rules: expected 1 to 500 elements, found 0"}});
}

BOOST_AUTO_TEST_CASE(a_wrong_rule_is_named_by_its_place) {
  check({{rule_with(R"({"script":"x"})"),
          "/rules/0/script: unknown key \"script\"; known: id, effect, actions, when, why, mode"},
         {rule_with(R"({"id":null})"), "/rules/0: missing key \"id\""},
         {rule_with(R"({"id":"a b"})"),
          "/rules/0/id: expected a name of letters, digits, '.', '_' or '-'"},
         {rule_with(R"({"id":"no-rule"})"), "/rules/0/id: reserved"},
         {rule_with(R"({"effect":"allow"})"), "/rules/0/effect: expected one of permit, forbid"},
         {rule_with(R"({"mode":"dry"})"), "/rules/0/mode: expected one of enforce, observe"},
         {rule_with(R"({"actions":[]})"), "/rules/0/actions: expected 1 to 500 elements, found 0"},
         {rule_with(R"({"actions":["use","use"]})"), "/rules/0/actions/1: repeated"},
         {rule_with(R"({"when":null})"), "/rules/0: missing key \"when\""},
         {rule_with(R"({"why":{"fr":1}})"), "/rules/0/why/fr: expected a text"},
         {with_rules(R"([{"id":"r","effect":"permit","actions":["u"],"when":{"known":["subject"]}},
                         {"id":"r","effect":"permit","actions":["v"],"when":{"known":["subject"]}}])"),
          "/rules/1/id: repeated"}});
}

BOOST_AUTO_TEST_CASE(a_wrong_member_of_the_file_is_named_by_its_place) {
  check(
      {{"[]", ": expected an object"},
       {with(R"({"format":"habilitd-policy/2"})"), "/format: expected one of habilitd-policy/1"},
       {with(R"({"a/b~c":1})"),
        "/a~1b~0c: unknown key \"a/b~c\"; known: format, id, version, application, labels, roles, "
        "limits, rules, approval, review, entities, trustProperties"},
       {with(R"({"version":null})"), ": missing key \"version\""},
       {with(R"({"version":0})"), "/version: expected a whole number from 1 to 1000000000"},
       {with(R"({"version":18446744073709551615})"),
        "/version: expected a whole number from 1 to 1000000000"},
       {with(R"({"version":1.5})"), "/version: expected a whole number from 1 to 1000000000"},
       {with(R"({"limits":{"justificationMin":9,"justificationMax":8}})"),
        "/limits/justificationMin: above justificationMax"},
       {with(R"({"limits":{"pending":1}})"),
        "/limits/pending: unknown key \"pending\"; known: pendingPerUserAndStructure, "
        "justificationMin, justificationMax"},
       {with(R"({"entities":{"user":[]}})"),
        "/entities/user: expected an object of entities by id"},
       {with(R"({"entities":{"actions":{}}})"),
        "/entities/actions: expected an array of action names"},
       {with(R"({"trustProperties":["subject.id"]})"),
        "/trustProperties/0: expected \"subject.NAME\" or \"resource.NAME\", not id or type"},
       {with(R"({"trustProperties":["role.manages"]})"),
        "/trustProperties/0: expected \"subject.NAME\" or \"resource.NAME\", not id or type"}});
}

BOOST_AUTO_TEST_CASE(a_wrong_role_is_named_by_its_place) {
  check({{with(R"({"roles":{"a":{"maxDuration":"1 year"}}})"),
          "/roles/a/maxDuration: expected a period such as \"P30D\" or \"P1Y\""},
         {with(R"({"roles":{"a":{"maxDuration":"P0D"}}})"),
          "/roles/a/maxDuration: expected a period such as \"P30D\" or \"P1Y\""},
         {with(R"({"roles":{"a":{"requires":["b"]}}})"), "/roles/a/requires/0: unknown role \"b\""},
         {with(R"({"roles":{"a":{"excludes":["a"]}}})"), "/roles/a/excludes/0: the role itself"},
         {with(R"({"roles":{"a":{"requires":["b"]},"b":{"excludes":["a"]}}})"),
          "/roles/a/requires: needs \"b\", which it excludes"},
         {with(R"({"roles":{"a":{"requires":["b"]},"b":{"requires":["a"]}}})"),
          "/roles/a/requires: requires itself in the end\n/roles/b/requires: requires itself in "
          "the end"}});
}

BOOST_AUTO_TEST_CASE(a_wrong_approval_or_review_is_named_by_its_place) {
  const auto stage = [](const std::string& members) {
    return with(R"({"approval":[{"id":"d","stages":[{"approvers":["admin"])" + members + "}]}]}");
  };
  check(
      {{stage(R"(,"quorum":0)"),
        "/approval/0/stages/0/quorum: expected a whole number from 1 to 20"},
       {stage(R"(,"ifNone":"grant")"),
        "/approval/0/stages/0/ifNone: expected one of admin, skip, refuse"},
       {stage(R"(,"onTimeout":"approve")"),
        "/approval/0/stages/0/onTimeout: expected one of expire, refuse"},
       {stage(R"(,"due":"P3D","remind":["P3D"])"),
        "/approval/0/stages/0/remind/0: not before the stage's due date"},
       {stage(R"(,"escalate":{"after":"P1D","to":"everybody"})"),
        "/approval/0/stages/0/escalate/to: expected structure-managers, application-owners, admin "
        "or "
        "group:NAME"},
       {with(R"({"approval":[{"id":"d","stages":[{"approvers":["group:"]}]}]})"),
        "/approval/0/stages/0/approvers/0: expected structure-managers, application-owners, admin "
        "or "
        "group:NAME"},
       {with(R"({"approval":[{"id":"d","stages":[]}]})"),
        "/approval/0/stages: expected 1 to 8 elements, found 0"},
       {with(R"({"approval":[]})"), "/approval: expected an array of 1 to 100 blocks"},
       {with(
            R"({"approval":[{"id":"d","when":{"known":["role"]},"stages":[{"approvers":["admin"]}]}]})"),
        "/approval/0/when: the last block has no when"},
       {with(R"({"approval":[{"id":"d","stages":[{"approvers":["admin"]}]},
                               {"id":"d","stages":[{"approvers":["admin"]}]}]})"),
        "/approval/0: only the last block has no when\n/approval/1/id: repeated"},
       {with(R"({"review":{"every":"P1Y","due":"P1D","reviewers":["admin"],"onSilence":"ask"}})"),
        "/review/onSilence: expected one of revoke, keep"}});
}

BOOST_AUTO_TEST_CASE(the_groups_whose_members_decide_are_known) {
  const auto policy =
      policy_of(with(R"({"approval":[{"id":"big","when":{"eq":["role.id",{"value":"group:no"}]},)"
                     R"("stages":[{"approvers":["group:a","admin"]},{"approvers":["group:b"],)"
                     R"("due":"P9D","escalate":{"after":"P1D","to":"group:c"}}]},)"
                     R"({"id":"rest","stages":[{"approvers":["group:a"]}]}],)"
                     R"("review":{"every":"P1Y","due":"P1D","reviewers":["group:d"]}})"));
  BOOST_TEST(policy->approver_groups == (std::set<std::string, std::less<>>{"a", "b", "c", "d"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_problems_are_told_at_once) {
  check({{rule_with(R"({"effect":"x","when":{"known":["x"]}})"),
          "/rules/0/effect: expected one of permit, forbid\n/rules/0/when/known/0: expected a "
          "path such as \"subject.id\""}});
}

BOOST_AUTO_TEST_CASE(text_that_is_not_acceptable_json_is_refused_by_the_gate) {
  BOOST_TEST(Policy::parse("").error().reason == "json-syntax");
  BOOST_TEST(Policy::parse(R"({"id":"a","ID":"b"})").error().reason == "json-repeated-key");
  BOOST_TEST(Policy::parse(std::string(10000, '[')).error().reason == "json-depth");
}

BOOST_AUTO_TEST_CASE(roles_keep_the_order_of_the_file_and_exclude_each_other) {
  const auto policy = policy_of(shipped("soffi.json"));
  BOOST_TEST(joined(policy->role_order) == "consultation saisie validation gestionnaire");
  BOOST_TEST(joined(policy->role("validation")->excludes) == "saisie");
  BOOST_TEST(joined(policy->role("saisie")->excludes) == "validation");
  BOOST_TEST(policy->role("nobody") == nullptr);
  BOOST_TEST(policy->role("validation")->max_duration->months == 6);
  BOOST_TEST(policy->version == 8);
  BOOST_TEST(policy->hash.size() == 64U);
  BOOST_TEST(policy->limits.justification_max == 500);
}

BOOST_AUTO_TEST_CASE(a_label_falls_back_to_french_then_any_then_the_given_one) {
  const Labels labels = {{"de", "d"}, {"fr", "f"}};
  BOOST_TEST(label_in(labels, "de", "x") == "d");
  BOOST_TEST(label_in(labels, "en", "x") == "f");
  BOOST_TEST(label_in({{"de", "d"}}, "en", "x") == "d");
  BOOST_TEST(label_in({}, "en", "x") == "x");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
