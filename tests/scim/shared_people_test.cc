// People who belong to several clients: whose account it is (workflow/tenancy.h), and who switches
// whom on again (trust.md, case 71).
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

// A central client that made everybody and the structure, and an agency with one domain and the
// structure.
struct Shared : Establishment {
  Shared() : central(client()), agency(client()) {
    agency.id = EntryUuid::random();
    agency.name = "agency";
    agency.structures = {kSiret};
    agency.mail_domains = {"example.org"};
  }
  std::string dn(const std::string& id) {
    return directory().view()->by_id(*EntryUuid::parse(id))->dn();
  }
  // A group beside habilitd that lists the person.
  void group_of(const std::string& place, const std::string& more, const char* link,
                const std::string& id) {
    const auto& layout = slapd().layout();
    client() = central;
    load("dn: cn=" + place + "," + layout.suffix.str() + "\nobjectClass: groupOfNames\n" + more +
         "member: " + layout.steward.str() + "\n" + link + ": " + dn(id) + "\n");
    client() = agency;
  }
  Answer change(const std::string& id, const std::string& members) {
    return ask("PATCH /Users/" + id, patch(R"({"op":"replace","value":{)" + members + "}}"));
  }
  // May the agency change the account of that person; and everything else about her always?
  bool governs(const std::string& id) {
    client() = agency;
    int refused = 0;
    const std::string mark = EntryUuid::random().str();
    for (const std::string& members :
         {R"("userName":"x)" + mark + "\"", R"("password":"a long password )" + mark + "\"",
          R"("emails":[{"value":")" + mark.substr(0, 8) + R"(@example.org"}])",
          std::string(R"("active":false)"), std::string(R"("active":true)")}) {
      const Answer answer = change(id, members + R"(,"nickName":")" + mark + "\"");
      if (answer.status() == 403) {
        BOOST_TEST(answer.at("/detail").get<std::string>().starts_with("The person is not"));
        ++refused;
      } else {
        BOOST_TEST(answer.status() == 200, answer.response.body);
      }
    }
    const bool last_is_a_change = refused == 0;
    BOOST_TEST((refused == 0 || refused == 4), std::to_string(refused) + " of 4 refused");
    BOOST_TEST(change(id, R"("title":"T )" + mark + "\"").status() == 200);
    return last_is_a_change;
  }
  workflow::Client central, agency;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(shared_people, Shared)

BOOST_AUTO_TEST_CASE(the_account_of_somebody_whom_others_share_is_left_alone) {
  BOOST_TEST(governs(alice));  // attached to the agency's own structure
  BOOST_TEST(governs(boss));   // manages it
  client() = central;
  habilitation(alice);
  BOOST_TEST(governs(alice));

  const std::string other = std::string(kOtherSiret) + ",ou=structures";
  group_of(other, "objectClass: habStructure\n", "member", bob);
  BOOST_TEST(!governs(bob));
  BOOST_TEST(ask("DELETE /Users/" + bob).status() == 403);
  const std::string replaced = user_body(R"("userName":"bobby","displayName":"Bob")");
  BOOST_TEST(ask("PUT /Users/" + bob, replaced).status() == 403);
  BOOST_TEST(ask("GET /Users/" + bob).at("/userName") == Json("bob"));

  group_of("73282932000082,ou=structures", "objectClass: habStructure\n", "owner", boss);
  BOOST_TEST(!governs(boss));
  group_of("other.r.73282932000082,ou=habilitations",
           "objectClass: habHabilitation\nhabApplication: other\nhabRole: r\n"
           "habSiret: 73282932000082\n",
           "member", alice);
  BOOST_TEST(!governs(alice));
  client() = central;
  BOOST_TEST(change(bob, R"("active":false)").status() == 200);
  BOOST_TEST(ask("DELETE /Users/" + bob).status() == 204);
}

BOOST_AUTO_TEST_CASE(whom_it_made_is_its_own_everywhere_unless_she_administers) {
  client() = agency;
  const std::string carol = user("carol", {{"emails", {{{"value", "carol@example.org"}}}}});
  group_of(std::string(kOtherSiret) + ",ou=structures", "objectClass: habStructure\n", "owner",
           carol);
  group_of("soffi,ou=applications", "objectClass: habApplicationInfo\n", "owner", carol);
  BOOST_TEST(governs(carol));
  group_of("Iam-Admin,ou=groups", "", "member", carol);
  BOOST_TEST(!governs(carol));
  BOOST_TEST(ask("DELETE /Users/" + carol).status() == 403);
}

BOOST_AUTO_TEST_CASE(the_owner_of_an_application_is_not_an_agencys) {
  group_of("soffi,ou=applications", "objectClass: habApplicationInfo\n", "owner", alice);
  BOOST_TEST(!governs(alice));
}

BOOST_AUTO_TEST_CASE(who_was_switched_off_by_others_stays_off) {
  const auto on_off = [&](const workflow::Client& who, const std::string& id, bool on) {
    client() = who;
    return change(id, std::string(R"("active":)") + (on ? "true" : "false")).status();
  };
  // Its own switch goes both ways, whatever others write meanwhile.
  BOOST_TEST(on_off(agency, alice, false) == 200);
  client() = central;
  BOOST_TEST(change(alice, R"("title":"Dr")").status() == 200);
  BOOST_TEST(on_off(central, alice, false) == 200);
  BOOST_TEST(on_off(agency, alice, true) == 200);
  // Another client's does not, by no way of saying it.
  BOOST_TEST(on_off(central, alice, false) == 200);
  BOOST_TEST(on_off(agency, alice, true) == 403);
  BOOST_TEST(ask("PATCH /Users/" + alice, patch(R"({"op":"remove","path":"active"})")).status() ==
             403);
  const Answer refused = ask(
      "PUT /Users/" + alice,
      user_body(R"("userName":"alice","active":true,"emails":[{"value":"alice@example.org"}])"));
  BOOST_TEST(refused.status() == 403);
  BOOST_TEST(refused.at("/detail").get<std::string>().starts_with("Somebody else"));
  BOOST_TEST(on_off(agency, alice, false) == 200);
  BOOST_TEST(change(alice, R"("title":"Prof")").status() == 200);
  BOOST_TEST(on_off(agency, alice, true) == 403);
  BOOST_TEST(on_off(central, alice, true) == 200);
  // Nor the directory's own.
  client() = central;
  load("dn: " + dn(bob) + "\nchangetype: modify\nreplace: habActive\nhabActive: FALSE\n");
  BOOST_TEST(on_off(agency, bob, true) == 403);
  BOOST_TEST(on_off(central, bob, true) == 200);
  BOOST_TEST(ask("GET /Users/" + bob).at("/active") == Json(true));
}

BOOST_AUTO_TEST_SUITE_END()
