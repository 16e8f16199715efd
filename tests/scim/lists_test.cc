// Lists: filters on a directory, paging, sorting, projection, /.search (cases 49 to 89).
#include <boost/test/unit_test.hpp>
#include <set>

#include "base/url.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const std::string kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

struct People : Provider {
  People() {
    alice = user("alice", {{"title", "Head"},
                           {"displayName", "say \"hi\" \\ ok"},
                           {"userType", "Employee"},
                           {"name", {{"familyName", "Martin"}, {"givenName", "Alice"}}},
                           {"emails",
                            {{{"value", "alice@example.com"}, {"type", "work"}, {"primary", true}},
                             {{"value", "alice@home.org"}, {"type", "home"}}}},
                           {kEnterprise, {{"department", "DSI"}}}});
    bob = user("Bob", {{"active", false},
                       {"displayName", "O'Malley"},
                       {"emails", {{{"value", "bob@example.org"}}}},
                       {"name", {{"familyName", "dupont"}}}});
    zoe = user("zo\xc3\xa9", {{"userType", "Intern"}});
    staff = group("Staff", {alice, bob});
  }
  // userName of those found, in order; or the status and scimType.
  std::string found(const std::string& query, const std::string& place = "/Users") {
    const Answer answer = ask("GET " + place + "?" + query);
    if (answer.status() != 200) return std::to_string(answer.status()) + answer.scim_type();
    std::string names;
    for (const Json& each : answer.at("/Resources")) {
      names += each.at(place == "/Users" ? "userName" : "displayName").get<std::string>() + ",";
    }
    BOOST_TEST(answer.at("/itemsPerPage") == answer.at("/Resources").size());
    return names;
  }
  std::string filtered(const std::string& filter, const std::string& place = "/Users") {
    return found("filter=" + encode_component(filter), place);
  }
  std::string alice, bob, zoe, staff;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lists)

BOOST_AUTO_TEST_CASE(filters_find_people_by_index_and_by_scan) {
  People people;
  const std::string zoe = "zo\xc3\xa9,";
  const std::pair<std::string, std::string> rows[] = {
      {R"(userName Eq "ALICE")", "alice,"},
      {R"(userName eq "bob")", "Bob,"},
      {"userName eq \"ZO\xc3\x89\"", zoe},
      {R"(emails.value eq "BOB@example.org")", "Bob,"},
      {R"(emails eq "alice@home.org")", "alice,"},
      {R"(emails[type eq "home" and value eq "alice@example.com"])", ""},
      {R"(emails[type eq "work"].value eq "alice@example.com")", "alice,"},
      {R"(id eq ")" + people.zoe + "\"", zoe},
      {R"(id eq "nope")", ""},
      {R"(userName eq "bob" or userName eq "alice" or userName eq "alice")", "alice,Bob,"},
      {R"(userName eq "alice" and active eq false)", ""},
      {R"(title pr)", "alice,"},
      {R"(displayName eq "o'malley")", "Bob,"},
      {R"(displayName eq "say \"hi\" \\ ok")", "alice,"},
      {R"(active eq false)", "Bob,"},
      {R"(not (active eq false))", "alice," + zoe},
      {R"(userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org"))",
       zoe},
      {R"(name.familyName sw "DUP")", "Bob,"},
      {R"(name pr)", "alice,Bob,"},
      {"schemas eq \"" + kEnterprise + "\"", "alice,"},
      {kEnterprise + R"(:department sw "d")", "alice,"},
      {R"(groups.value eq ")" + people.staff + "\"", "alice,Bob,"},
      {R"(groups.display eq "staff")", "alice,Bob,"},
      {R"(meta.created gt "2020-01-01T00:00:00Z" and userName sw "z")", zoe},
      {R"(meta.lastModified lt "2020-01-01T00:00:00Z")", ""},
      {R"(userName eq "a\" or \"1\" eq \"1")", ""},
      {R"(password pr)", "400invalidFilter"},
      {R"(nope eq "x")", "400invalidFilter"},
      {"", "400invalidFilter"}};
  for (const auto& [filter, expected] : rows)
    BOOST_TEST(people.filtered(filter) == expected, filter);
  BOOST_TEST(people.filtered(R"(displayName eq "STAFF")", "/Groups") == "Staff,");
  BOOST_TEST(people.filtered(R"(members.value eq ")" + people.bob + "\"", "/Groups") == "Staff,");
  BOOST_TEST(people.filtered(R"(members eq ")" + people.zoe + "\"", "/Groups") == "");
  BOOST_TEST(people.filtered(R"(members[display eq "O'MALLEY"])", "/Groups") == "Staff,");
}

BOOST_AUTO_TEST_CASE(long_filters_are_answered_quickly) {
  People people;
  std::string terms = R"(userName eq "alice")";
  for (int i = 0; i < 1000; ++i) terms += R"( or userName eq "x")";
  const std::string schema =
      R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":)";
  const Answer found = people.ask("POST /Users/.search", schema + Json(terms).dump() + "}");
  BOOST_TEST(found.status() == 200);
  BOOST_TEST(found.at("/totalResults") == 1);
  BOOST_TEST(people.filtered("userName eq \"" + std::string(5000, 'x') + "\"") == "400tooMany");
}

BOOST_AUTO_TEST_CASE(pages_are_exact) {
  People people;
  const std::string all = "alice,Bob,zo\xc3\xa9,";
  BOOST_TEST(people.found("") == all);
  BOOST_TEST(people.found("count=1") == "alice,");
  BOOST_TEST(people.found("count=1&startIndex=2") == "Bob,");
  BOOST_TEST(people.found("startIndex=2") == "Bob,zo\xc3\xa9,");
  BOOST_TEST(people.found("startIndex=0") == all);
  BOOST_TEST(people.found("count=99999999999999999999") == all);
  BOOST_TEST(people.found("count=abc") == "400invalidValue");
  BOOST_TEST(people.found("startIndex=1.5") == "400invalidValue");
  for (const char* query :
       {"count=0", "count=-5", "startIndex=99", "startIndex=99999999999999999999"}) {
    const Answer answer = people.ask(std::string("GET /Users?") + query);
    BOOST_TEST(answer.at("/totalResults") == 3, query);
    BOOST_TEST(answer.at("/Resources") == Json::array());
  }
  BOOST_TEST(people.ask("GET /Users?startIndex=-3").at("/startIndex") == 1);
  const Answer filtered = people.ask("GET /Users?count=1&filter=active%20eq%20true");
  BOOST_TEST(filtered.at("/totalResults") == 2);
  BOOST_TEST(filtered.at("/itemsPerPage") == 1);
}

BOOST_AUTO_TEST_CASE(a_walk_sees_everybody_once) {
  Provider provider;
  for (int i = 0; i < 60; ++i) provider.user("u" + std::to_string(i));
  for (const char* query : {"", "&sortBy=userName", "&filter=active%20eq%20true"}) {
    std::set<std::string> seen;
    for (int start = 1; start <= 60; start += 7) {
      const Answer page =
          provider.ask("GET /Users?count=7&startIndex=" + std::to_string(start) + query);
      for (const Json& each : page.at("/Resources")) BOOST_TEST(seen.insert(each.at("id")).second);
    }
    BOOST_TEST(seen.size() == 60U);
  }
}

BOOST_AUTO_TEST_CASE(lists_are_sorted_by_any_attribute) {
  People people;
  const std::string zoe = "zo\xc3\xa9,";
  BOOST_TEST(people.found("sortBy=userName") == "alice,Bob," + zoe);
  BOOST_TEST(people.found("sortBy=userName&sortOrder=descending") == zoe + "Bob,alice,");
  BOOST_TEST(people.found("sortBy=name.familyName") == "Bob,alice," + zoe);
  BOOST_TEST(people.found("sortBy=name.familyName&sortOrder=descending") == zoe + "alice,Bob,");
  BOOST_TEST(people.found("sortBy=emails&sortOrder=ascending") == "alice,Bob," + zoe);
  BOOST_TEST(people.found("sortBy=active") == "Bob,alice," + zoe);
  BOOST_TEST(people.found("sortBy=meta.created&count=0") == "");
  BOOST_TEST(people.found("sortBy=userName&sortOrder=sideways") == "400invalidValue");
  BOOST_TEST(people.found("sortBy=nope") == "400invalidPath");
  BOOST_TEST(people.found("sortBy=password") == "400invalidPath");
  BOOST_TEST(people.found("sortBy=name") == "400invalidPath");
}

BOOST_AUTO_TEST_CASE(a_search_by_post_is_a_list) {
  People people;
  const auto search = [&](const std::string& members) {
    return people.ask(
        "POST /Users/.search",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"])" + members + "}");
  };
  const Answer found = search(
      R"(,"attributes":["userName"],"filter":"userName pr","sortBy":"userName","sortOrder":"descending","startIndex":2,"count":1)");
  BOOST_TEST(found.status() == 200);
  BOOST_TEST(found.at("/totalResults") == 3);
  BOOST_TEST(found.at("/Resources/0/userName") == "Bob");
  BOOST_TEST(!found.at("/Resources/0").contains("emails"));
  BOOST_TEST(search("").at("/totalResults") == 3);
  BOOST_TEST(search(R"(,"excludedAttributes":["emails"])").at("/Resources/0/emails").is_null());
  BOOST_TEST(search(R"(,"count":18446744073709551615)").status() == 200);
  for (const char* bad :
       {R"(,"filter":1)", R"(,"filter":"nope pr")", R"(,"count":"1")",
        R"(,"attributes":"userName")", R"(,"attributes":["id"],"excludedAttributes":["id"])"}) {
    BOOST_TEST(search(bad).status() == 400, bad);
  }
  BOOST_TEST(people.ask("POST /Users/.search", "{}").status() == 400);
  BOOST_TEST(people
                 .ask("POST /Groups/.search",
                      R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]})")
                 .at("/totalResults") == 1);
}

BOOST_AUTO_TEST_CASE(service_accounts_and_structures_are_not_people) {
  Provider provider;
  provider.load("dn: cn=73282932000074,ou=structures," + provider.slapd().layout().suffix.str() +
                "\nobjectClass: groupOfNames\nobjectClass: habStructure\ncn: 73282932000074\no: "
                "ACME\nhabSiret: 73282932000074\nmember: " +
                provider.slapd().layout().steward.str() + "\n");
  BOOST_TEST(provider.ask("GET /Users").at("/totalResults") == 0);
  BOOST_TEST(provider.ask("GET /Groups").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
