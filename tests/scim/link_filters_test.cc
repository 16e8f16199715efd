// Filters on what people are linked with: a scan of everybody (scim/link_marks.h) finds whom a look
// at each person alone finds.
#include <boost/test/unit_test.hpp>
#include <random>

#include "base/url.h"
#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const std::string kOwn = "urn:habilitd:scim:schemas:extension:User:";

// Alice manages one structure that she is attached to as well; some have groups, some roles.
struct Town : Establishment {
  Town() {
    people = {boss, alice, bob, user("dora"), user("emil")};
    make("/Structures", structure_body(R"("siret":")" + std::string(kOtherSiret) +
                                       R"(","displayName":"La Poste","managers":[{"value":")" +
                                       alice + R"("}],"members":[{"value":")" + alice +
                                       R"("},{"value":")" + people[3] + R"("}])"));
    group("Crew", {bob, boss});
    group("crew of Alice", {alice, people[3]});
    habilitation(alice);
    habilitation(alice, "saisie");
    habilitation(bob);
  }
  // Nothing can be looked up: everybody is looked at.
  std::string by_scan(const std::string& filter) {
    const Answer answer = ask("GET /Users?count=100&sortBy=id&attributes=id&filter=" +
                              encode_component("(" + filter + R"() or title co "no such title")"));
    BOOST_REQUIRE_MESSAGE(answer.status() == 200, filter << answer.response.body);
    std::string ids;
    for (const Json& each : answer.at("/Resources")) ids += each.at("id").get<std::string>() + ' ';
    return ids;
  }
  std::string one_by_one(const std::string& filter) {
    std::sort(people.begin(), people.end());
    std::string ids;
    for (const std::string& id : people) {
      const int hits = found("/Users", "id eq \"" + id + "\" and (" + filter + ")");
      BOOST_REQUIRE(hits >= 0);
      if (hits == 1) ids += id + ' ';
    }
    return ids;
  }
  std::vector<std::string> terms() const {
    return {R"(groups.display co "crew")",
            R"(groups.display ne "Crew")",
            R"(groups[display sw "crew" and not (display ew "e")])",
            R"(groups.type eq "direct")",
            "groups pr",
            kOwn + R"(structures.display ew "poste")",
            kOwn + R"(structures.siret ne ")" + kSiret + '"',
            kOwn + "structures[manager eq true]",
            kOwn + "structures[manager eq false]",
            kOwn + R"(structures[manager eq false and display co "p"])",
            kOwn + R"(structures[manager eq true or value eq ")" + structure + R"("])",
            kOwn + "structures.manager eq false",
            kOwn + R"(structures[not (siret eq ")" + kSiret + R"(")])",
            kOwn + R"(structures.$ref co "Structures")",
            kOwn + R"(habilitations.role sw "sai")",
            kOwn + R"(habilitations[role sw "c" and display ew "acme"])",
            kOwn + R"(habilitations.display co "SOFFI")",
            kOwn + "habilitations pr",
            kOwn + "habilitations[until pr and role co \"s\"]",
            kOwn + "habilitations.value pr",
            "title pr",
            R"(userName co "o")"};
  }
  std::vector<std::string> people;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(link_filters)

BOOST_AUTO_TEST_CASE(a_scan_finds_whom_a_look_at_each_finds) {
  Town town;
  int some = 0;
  for (const std::string& term : town.terms()) {
    const std::string found = town.by_scan(term);
    BOOST_TEST(found == town.one_by_one(term), term);
    some += !found.empty();
  }
  BOOST_TEST(some > 15);  // the comparison is of something
  BOOST_TEST(town.by_scan(kOwn + "structures[manager eq true and siret eq \"" + kOtherSiret +
                          "\"]") == town.alice + ' ');
}

BOOST_AUTO_TEST_CASE(so_do_all_combinations_of_them) {
  Town town;
  std::mt19937 random(20261128);
  const std::vector<std::string> terms = town.terms();
  const auto any = [&] { return terms[random() % terms.size()]; };
  const auto maybe_not = [&](const std::string& filter) {
    return random() % 3 == 0 ? "not (" + filter + ")" : "(" + filter + ")";
  };
  for (int i = 0; i < 60; ++i) {
    const std::string filter = maybe_not(any()) + (random() % 2 ? " and " : " or ") +
                               maybe_not(maybe_not(any()) + " and " + maybe_not(any()));
    BOOST_TEST(town.by_scan(filter) == town.one_by_one(filter), filter);
  }
}

BOOST_AUTO_TEST_CASE(a_client_finds_nobody_by_what_it_may_not_see) {
  Town town;
  town.client().structures = {kOtherSiret};
  for (const std::string& term : town.terms()) {
    BOOST_TEST(town.by_scan(term) == town.one_by_one(term), term);
  }
  BOOST_TEST(town.by_scan(kOwn + R"(structures.display eq "ACME")") == "");
  BOOST_TEST(town.by_scan(kOwn + R"(structures.display eq "La Poste")") != "");
}

// Marks are of one picture of the directory.
BOOST_AUTO_TEST_CASE(marks_follow_the_links) {
  Town town;
  const std::string filter = R"(groups.display co "newcomers")";
  BOOST_TEST(town.by_scan(filter) == "");
  const std::string group = town.group("Newcomers", {town.bob});
  BOOST_TEST(town.by_scan(filter) == town.bob + ' ');
  BOOST_TEST(town.ask("PATCH /Groups/" + group,
                      patch(R"({"op":"replace","path":"displayName","value":"Veterans"})"))
                 .status() < 300);
  BOOST_TEST(town.by_scan(filter) == "");
}

// So many that not all are marked.
BOOST_AUTO_TEST_CASE(more_terms_than_are_marked_find_the_same) {
  Town town;
  std::string filter = R"(groups.display eq "none")";
  for (int i = 0; i < 100; ++i) filter += " or groups.display eq \"none" + std::to_string(i) + '"';
  filter += R"( or groups.display eq "crew")";
  BOOST_TEST(town.by_scan(filter) == town.one_by_one(R"(groups.display eq "crew")"));
}

BOOST_AUTO_TEST_SUITE_END()
