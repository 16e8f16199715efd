#include "workflow/rights.h"

#include <boost/test/unit_test.hpp>
#include <ctime>

#include "tests/workflow/site.h"

namespace habilitd::workflow {
namespace {

using namespace tests;

constexpr const char* kSuffix = ",dc=example,dc=org";

std::string group(const std::string& role, const char* siret, const std::string& members) {
  const std::string cn = "soffi." + role + "." + siret;
  return "dn: cn=" + cn + ",ou=habilitations" + kSuffix +
         "\nobjectClass: groupOfNames\nobjectClass: habHabilitation\ncn: " + cn +
         "\nhabApplication: soffi\nhabRole: " + role + "\nhabSiret: " + siret +
         "\nmember: cn=habilitd,ou=services" + kSuffix + "\n" + members + "\n";
}

std::vector<std::string> names(const RightsPage& page) {
  std::vector<std::string> found;
  for (const Right& right : page.rights) found.push_back(right.person_name);
  return found;
}

// Milliseconds this thread has worked: what else runs on the machine does not count.
double processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

RightsQuery query() {
  RightsQuery query;
  query.application = "soffi";
  return query;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rights, Site)

BOOST_AUTO_TEST_CASE(a_manager_sees_her_structures_and_nothing_else) {
  pending("u1");
  granted("u2");
  pending("m3", "consultation", kS2);
  const auto page = list_rights(*services, actor("m1"), query());
  BOOST_REQUIRE(page.ok());
  BOOST_TEST(page->total == 2u);
  BOOST_TEST(page->pending == 1u);
  BOOST_TEST(page->active == 1u);
  BOOST_TEST(names(*page) == (std::vector<std::string>{"Test_4 Test_3", "Ada Lovelace"}),
             boost::test_tools::per_element());
  BOOST_TEST(page->rights[1].record.has_value());
  BOOST_TEST(page->rights[1].until.has_value());
  BOOST_TEST(page->rights[0].structure_name == "TEST - TEST");
  BOOST_TEST(page->rights[0].role_label == "Consultation");
  BOOST_TEST(list_rights(*services, actor("u1"), query())->total == 0u);
  BOOST_TEST(list_rights(*services, actor("m3"), query())->total == 1u);
  BOOST_TEST(list_rights(*services, actor("a1"), query())->total == 3u);
}

BOOST_AUTO_TEST_CASE(pending_comes_first_oldest_first_and_pages_follow_each_other) {
  granted("u2");
  pending("u3");
  clock.move(Duration(1000));
  pending("u1");
  RightsQuery paged = query();
  paged.limit = 2;
  const auto first = list_rights(*services, actor("m1"), paged);
  paged.offset = 2;
  const auto second = list_rights(*services, actor("m1"), paged);
  BOOST_TEST(names(*first) == (std::vector<std::string>{"Henri Poincaré", "Test_4 Test_3"}),
             boost::test_tools::per_element());
  BOOST_TEST(names(*second) == (std::vector<std::string>{"Ada Lovelace"}),
             boost::test_tools::per_element());
  BOOST_TEST(second->total == 3u);
  paged.offset = 99;
  BOOST_TEST(list_rights(*services, actor("m1"), paged)->rights.empty());
}

BOOST_AUTO_TEST_CASE(filters_narrow_the_list_and_its_counts) {
  pending("u1");
  granted("u2");
  const auto total = [&](auto&& change) {
    RightsQuery narrowed = query();
    change(narrowed);
    return list_rights(*services, actor("m1"), narrowed)->total;
  };
  BOOST_TEST(total([](RightsQuery& q) { q.state = Right::State::kPending; }) == 1u);
  BOOST_TEST(total([](RightsQuery& q) { q.state = Right::State::kActive; }) == 1u);
  BOOST_TEST(total([](RightsQuery& q) { q.role = "saisie"; }) == 0u);
  BOOST_TEST(total([](RightsQuery& q) { q.siret = siret(kS1); }) == 2u);
  BOOST_TEST(total([](RightsQuery& q) { q.siret = siret(kS2); }) == 0u);
  BOOST_TEST(total([](RightsQuery& q) { q.search = "LOVÉLACE"; }) == 1u);
  BOOST_TEST(total([](RightsQuery& q) { q.search = "u2@EXAMPLE"; }) == 1u);
  BOOST_TEST(total([](RightsQuery& q) { q.search = "732 829 320 00074"; }) == 2u);
  BOOST_TEST(total([](RightsQuery& q) { q.search = "73282932000082"; }) == 0u);
  BOOST_TEST(total([](RightsQuery& q) { q.search = "*)(uid=*"; }) == 0u);
  BOOST_TEST(total([](RightsQuery& q) { q.search = std::string(10000, 'x'); }) == 0u);
}

// Rows are kept between pages: whatever changes beside them must show in the next one.
BOOST_AUTO_TEST_CASE(a_list_follows_its_people_groups_and_requests) {
  granted("u1");
  granted("u2");
  const auto listed = [&] { return names(*list_rights(*services, actor("m1"), query())); };
  const auto is = [&](const std::vector<std::string>& wanted) {
    settle();
    BOOST_TEST(listed() == wanted, boost::test_tools::per_element());
    BOOST_TEST(listed() == wanted, boost::test_tools::per_element());
  };
  is({"Ada Lovelace", "Test_4 Test_3"});
  ldif("dn: " + dn("u1") + "\nchangetype: modify\nreplace: displayName\ndisplayName: Aaron\n");
  is({"Aaron", "Ada Lovelace"});
  ldif("dn: " + dn("u2") + "\nchangetype: modify\nreplace: mail\nmail: moved@example.org\n");
  settle();
  RightsQuery by_mail = query();
  by_mail.search = "moved@";
  BOOST_TEST(list_rights(*services, actor("m1"), by_mail)->total == 1u);
  ldif("dn: cn=soffi.consultation." + std::string(kS1) + ",ou=habilitations" + kSuffix +
       "\nchangetype: modify\nadd: member\nmember: " + dn("u3") + "\n");
  is({"Aaron", "Ada Lovelace", "Henri Poincaré"});
  const RequestRecord asked = pending("u3", "saisie");
  is({"Henri Poincaré", "Aaron", "Ada Lovelace", "Henri Poincaré"});
  BOOST_REQUIRE(cancel(*services, actor("u3"), asked.id, form(asked)).ok());
  is({"Aaron", "Ada Lovelace", "Henri Poincaré"});
  ldif("dn: " + dn("u2") + "\nchangetype: delete\n");
  is({"Aaron", "Henri Poincaré"});
}

// What she may see is never older than the picture it is shown from.
BOOST_AUTO_TEST_CASE(a_list_ends_with_the_right_to_see_it) {
  granted("u1");
  ldif(group("gestionnaire", kS1, "member: " + dn("u3") + "\n"));
  settle();
  const auto total = [&](const char* user) {
    return list_rights(*services, actor(user), query())->total;
  };
  const auto change = [&](const std::string& name, const std::string& what) {
    ldif("dn: " + name + kSuffix + "\nchangetype: modify\n" + what + "\n");
    settle();
  };
  const std::string structure = std::string("cn=") + kS1 + ",ou=structures";
  const std::string administrators = "cn=iam-admin,ou=groups";
  for (int round = 0; round < 2; ++round) {
    for (const char* user : {"m1", "m2", "u3", "a1"}) BOOST_TEST(total(user) == 2u);
    change(structure, "delete: owner\nowner: " + dn("m1"));
    BOOST_TEST(total("m1") == 0u);
    BOOST_TEST(!manages_anything(*services, actor("m1"), "soffi"));
    BOOST_TEST(total("m2") == 2u);
    change(structure, "add: owner\nowner: " + dn("m1"));
    change(administrators, "delete: member\nmember: " + dn("a1"));
    BOOST_TEST(total("a1") == 0u);
    change(administrators, "add: member\nmember: " + dn("a1"));
    change("uid=m2,ou=people", "add: habActive\nhabActive: FALSE");
    BOOST_TEST(total("m2") == 0u);
    change("uid=m2,ou=people", "delete: habActive");
    change(structure, "add: habState\nhabState: closed");
    for (const char* user : {"m1", "m2", "u3"}) BOOST_TEST(total(user) == 0u);
    change(structure, "delete: habState");
  }
  change("cn=soffi.gestionnaire." + std::string(kS1) + ",ou=habilitations",
         "delete: member\nmember: " + dn("u3"));
  BOOST_TEST(total("u3") == 0u);
  BOOST_TEST(total("m1") == 1u);
}

BOOST_AUTO_TEST_CASE(people_waiting_are_counted_once) {
  const Actor m1 = actor("m1");
  BOOST_TEST(*people_waiting(*services, m1, "soffi") == 0u);
  pending("u1");
  pending("u1", "gestionnaire");
  pending("u2");
  BOOST_TEST(*people_waiting(*services, m1, "soffi") == 2u);
  BOOST_TEST(*people_waiting(*services, actor("m3"), "soffi") == 0u);
  BOOST_TEST(*people_waiting(*services, actor("a1"), "soffi") == 2u);
}

BOOST_AUTO_TEST_CASE(the_gear_is_for_those_who_manage_something_open) {
  BOOST_TEST(manages_anything(*services, actor("m1"), "soffi"));
  BOOST_TEST(manages_anything(*services, actor("a1"), "soffi"));
  BOOST_TEST(!manages_anything(*services, actor("u1"), "soffi"));
  BOOST_TEST(!manages_anything(*services, actor("m1"), "nothing"));
  const auto structures = managed_structures(*services, actor("m1"), "soffi");
  BOOST_REQUIRE(structures.size() == 1u);  // the closed one is not listed
  BOOST_TEST(structures[0].siret.str() == kS1);
  BOOST_TEST(is_administrator(*services, id("a1")));
  BOOST_TEST(!is_administrator(*services, id("m1")));
}

BOOST_AUTO_TEST_CASE(a_holder_of_a_managing_role_manages) {
  ldif(group("gestionnaire", kS2, "member: " + dn("u1") + "\n"));
  settle();
  const auto structures = managed_structures(*services, actor("u1"), "soffi");
  BOOST_REQUIRE(structures.size() == 1u);
  BOOST_TEST(structures[0].siret.str() == kS2);
  const RequestRecord asked = pending("u2", "consultation", kS2);
  BOOST_TEST(reason_of(approve(*services, actor("u1"), asked.id, form(asked))) == "");
}

BOOST_AUTO_TEST_CASE(one_person_is_shown_to_managers_who_share_a_structure) {
  granted("u1");
  pending("u1", "saisie");
  const RequestRecord refused = pending("u1", "validation");
  BOOST_REQUIRE(refuse(*services, actor("m1"), refused.id, form(refused, "Non.")).ok());
  const auto seen = person_rights(*services, actor("m1"), "soffi", id("u1"));
  BOOST_REQUIRE(seen.ok());
  BOOST_TEST(seen->pending.size() == 1u);
  BOOST_TEST(seen->active.size() == 1u);
  BOOST_TEST(seen->past.size() == 1u);
  BOOST_TEST(seen->structures.size() == 1u);
  BOOST_TEST(reason_of(person_rights(*services, actor("m3"), "soffi", id("u1"))) ==
             "unknown-person");
  BOOST_TEST(reason_of(person_rights(*services, actor("m1"), "soffi", id("o1"))) ==
             "unknown-person");
  const auto own = own_rights(*services, id("u1"));
  BOOST_REQUIRE(own.ok());
  BOOST_TEST(own->requests.size() == 3u);
  BOOST_TEST(own->active.size() == 1u);
  BOOST_TEST(own->active[0].application == "soffi");
}

BOOST_AUTO_TEST_CASE(a_request_is_found_by_those_concerned) {
  const RequestRecord asked = pending("u1");
  for (const char* user : {"u1", "m1", "m2", "a1"}) {
    BOOST_TEST(reason_of(find_request(*services, actor(user), asked.id)) == "");
  }
  for (const char* user : {"u2", "m3", "o1"}) {
    BOOST_TEST(reason_of(find_request(*services, actor(user), asked.id)) == "unknown-request");
  }
}

BOOST_AUTO_TEST_CASE(people_of_the_structure_can_be_granted_something) {
  const auto people = grantable_people(*services, actor("m1"), "soffi", siret(kS1), "", 10);
  BOOST_REQUIRE(people.ok());
  BOOST_TEST(people->size() == 3u);
  BOOST_TEST(people->front().name == "Ada Lovelace");
  BOOST_TEST(grantable_people(*services, actor("m1"), "soffi", siret(kS1), "test", 10)->size() ==
             1u);
  BOOST_TEST(reason_of(grantable_people(*services, actor("m1"), "soffi", siret(kS2), "", 10)) ==
             "unknown-structure");
}

BOOST_AUTO_TEST_CASE(ten_thousand_rights_are_counted_and_paged) {
  std::string people, members;
  for (int i = 0; i < 1250; ++i) {
    const std::string uid = "p" + std::to_string(i);
    people += "dn: uid=" + uid + ",ou=people" + kSuffix +
              "\nobjectClass: inetOrgPerson\nuid: " + uid + "\ncn: Élise Personne " + uid +
              "\ngivenName: Prénom\nsn: Personne " + uid + "\nmail: " + uid + "@example.org\n\n";
    members += "member: uid=" + uid + ",ou=people" + kSuffix + "\n";
  }
  ldif(people);
  ldif(std::string("dn: cn=") + kS2 + ",ou=structures" + kSuffix +
       "\nchangetype: modify\nadd: owner\nowner: " + dn("m1") + "\n");
  for (const char* structure : {kS1, kS2}) {
    for (const char* role : {"consultation", "saisie", "validation", "gestionnaire"}) {
      ldif(group(role, structure, members));
    }
  }
  settle();
  RightsQuery deep = query();
  deep.offset = 4000;
  deep.search = "personne";
  BOOST_REQUIRE(list_rights(*services, actor("m1"), query()).ok());
  for (const auto& [what, asked] :
       {std::pair{"first page", query()}, std::pair{"deep page", deep}}) {
    const Actor m1 = actor("m1");
    const double start = processor_time();
    const auto page = list_rights(*services, m1, asked);
    const double took = processor_time() - start;
    BOOST_TEST(page->total == 10000u);
    BOOST_TEST(page->rights.size() == 20u);
    BOOST_TEST_MESSAGE("10,000 rights, " << what << ": " << took << " ms");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
