// What habilitd adds to a User: structures, habilitations, source.
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const std::string kExtension = "urn:habilitd:scim:schemas:extension:User";

}  // namespace

BOOST_AUTO_TEST_SUITE(user_extension)

BOOST_AUTO_TEST_CASE(a_person_shows_structures_and_habilitations) {
  Establishment site;
  const std::string held = site.habilitation(site.alice);
  const Json own = site.ask("GET /Users/" + site.alice).json().at(kExtension);
  const std::string base = "https://id.example.org/scim/v2";
  BOOST_TEST(own.at("structures") == Json::array({{{"value", site.structure},
                                                   {"$ref", base + "/Structures/" + site.structure},
                                                   {"siret", kSiret},
                                                   {"display", "ACME"},
                                                   {"manager", false}}}));
  const Json habilitation = own.at("habilitations").at(0);
  BOOST_TEST(habilitation.at("value") == held);
  BOOST_TEST(habilitation.at("$ref") == base + "/Habilitations/" + held);
  BOOST_TEST(habilitation.at("application") == "soffi");
  BOOST_TEST(habilitation.at("role") == "consultation");
  BOOST_TEST(habilitation.at("siret") == kSiret);
  BOOST_TEST(habilitation.at("display") == "soffi consultation, ACME");
  BOOST_TEST(habilitation.at("until") == site.ask("GET /Habilitations/" + held).at("/until"));
  BOOST_TEST(own.count("source") == 0U);
  const Json boss = site.ask("GET /Users/" + site.boss).json().at(kExtension);
  BOOST_TEST(boss.at("structures").at(0).at("manager") == true);
  BOOST_TEST(boss.count("habilitations") == 0U);
}

BOOST_AUTO_TEST_CASE(schemas_names_an_extension_only_when_it_is_there) {
  Establishment site;
  const std::string plain = "uid=old,ou=people," + site.slapd().layout().suffix.str();
  site.load("dn: " + plain + "\nobjectClass: inetOrgPerson\nuid: old\ncn: Old\nsn: Old\n");
  const Json old = site.ask("GET /Users?filter=userName%20eq%20%22old%22").at("/Resources/0");
  BOOST_TEST(old.at("schemas") == Json::array({"urn:ietf:params:scim:schemas:core:2.0:User"}));
  BOOST_TEST(old.count(kExtension) == 0U);
  const Json both = Json::array({"urn:ietf:params:scim:schemas:core:2.0:User", kExtension});
  BOOST_TEST(site.ask("GET /Users/" + site.alice).at("/schemas") == both);
  BOOST_TEST(site.ask("GET /Users/" + site.bob).at("/schemas") == old.at("schemas"));
  BOOST_TEST(site.found("/Users", R"(schemas eq ")" + kExtension + '"') == 2);
}

BOOST_AUTO_TEST_CASE(the_source_is_told_on_request) {
  Establishment site;
  const std::string path = "GET /Users/" + site.bob;
  BOOST_TEST(site.ask(path).json().count(kExtension) == 0U);
  const Answer asked = site.ask(path + "?attributes=" + kExtension + ":source");
  BOOST_TEST(asked.json().at(kExtension) == Json({{"source", "client:" + site.client().id.str()}}));
  BOOST_TEST(asked.at("/schemas/1") == kExtension);
}

BOOST_AUTO_TEST_CASE(people_are_found_by_what_they_hold) {
  Establishment site;
  site.habilitation(site.alice);
  site.habilitation(site.alice, "saisie");
  site.habilitation(site.bob);
  const auto found = [&](const std::string& filter) {
    return site.found("/Users", kExtension + ":" + filter);
  };
  BOOST_TEST(found(R"(habilitations.role eq "consultation")") == 2);
  BOOST_TEST(found(R"(habilitations.role eq "saisie")") == 1);
  BOOST_TEST(found(R"(habilitations[application eq "soffi" and role eq "saisie"])") == 1);
  BOOST_TEST(found(R"(habilitations[siret eq "73282932000074" and role eq "validation"])") == 0);
  BOOST_TEST(found(R"(habilitations.application eq "other")") == 0);
  BOOST_TEST(found(R"(habilitations.until gt "2020-01-01T00:00:00Z")") == 2);
  BOOST_TEST(found("habilitations pr") == 2);
  // Bob was attached by his grant.
  BOOST_TEST(found(R"(structures.siret eq "73282932000074")") == 3);
  BOOST_TEST(found(R"(structures.value eq ")" + site.structure + '"') == 3);
  BOOST_TEST(found("structures[manager eq true]") == 1);
  BOOST_TEST(found("source eq \"client:" + site.client().id.str() + '"') == 3);
  BOOST_TEST(found(R"(nothing eq "x")") == -1);
  BOOST_TEST(site.ask("GET /Users?sortBy=" + kExtension + ":source").status() == 200);
}

BOOST_AUTO_TEST_CASE(nothing_of_it_can_be_written) {
  Establishment site;
  const std::string path = "/Users/" + site.alice;
  const Json before = site.ask("GET " + path).json();
  for (const char* attribute : {"structures", "habilitations", "source"}) {
    const Answer refused = site.ask("PATCH " + path, patch(R"({"op":"add","path":")" + kExtension +
                                                           ":" + attribute + R"(","value":"x"})"));
    BOOST_TEST(refused.scim_type() == "mutability");
  }
  Json body = before;
  body[kExtension] = {{"source", "forged"},
                      {"habilitations", {{{"application", "soffi"}, {"role", "saisie"}}}}};
  const Answer put = site.ask("PUT " + path, body);
  BOOST_TEST(put.json() == before, put.response.body);
  Json born = body;
  born["userName"] = "carol";
  const Answer post = site.ask("POST /Users", born);
  BOOST_TEST(post.json().count(kExtension) == 0U);
  BOOST_TEST(site.found("/Users",
                        kExtension + ":source eq \"client:" + site.client().id.str() + '"') == 4);
  // Another write leaves it alone.
  BOOST_TEST(site.ask("PATCH " + path, patch(R"({"op":"add","path":"title","value":"x"})"))
                 .json()
                 .at(kExtension) == before.at(kExtension));
}

BOOST_AUTO_TEST_CASE(it_is_left_out_when_nobody_wants_it) {
  Establishment site;
  const std::string path = "GET /Users/" + site.alice;
  BOOST_TEST(site.ask(path + "?attributes=userName").json().count(kExtension) == 0U);
  BOOST_TEST(site.ask(path + "?excludedAttributes=" + kExtension).json().count(kExtension) == 0U);
  const Json only =
      site.ask(path + "?attributes=" + kExtension + ":structures.siret").json().at(kExtension);
  BOOST_TEST(only == Json({{"structures", {{{"siret", kSiret}}}}}));
}

BOOST_AUTO_TEST_CASE(a_role_made_by_ldap_is_shown_without_a_record) {
  Establishment site;
  const auto& layout = site.slapd().layout();
  const std::string dn = site.directory().view()->by_id(*EntryUuid::parse(site.bob))->dn();
  site.load("dn: cn=soffi.saisie.73282932000074,ou=habilitations," + layout.suffix.str() +
            "\nobjectClass: groupOfNames\nobjectClass: habHabilitation\n"
            "cn: soffi.saisie.73282932000074\nhabApplication: soffi\nhabRole: saisie\n"
            "habSiret: 73282932000074\nmember: " +
            layout.steward.str() + "\nmember: " + dn + "\n");
  const Json held = site.ask("GET /Users/" + site.bob).json().at(kExtension).at("habilitations");
  BOOST_TEST(held.size() == 1U);
  BOOST_TEST(held.at(0).at("role") == "saisie");
  BOOST_TEST(held.at(0).count("value") == 0U);
  BOOST_TEST(site.ask("GET /Habilitations").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_CASE(a_version_tells_of_structures_and_habilitations) {
  Establishment site;
  const std::string line = "GET /Users/" + site.bob;
  const auto tag = [&] { return site.ask(line).header("ETag"); };
  const auto status = [&](const std::string& known) {
    return site.ask(line, "", {"If-None-Match: " + known}).status();
  };
  const std::string alone = tag();
  const std::string held = site.habilitation(site.bob);
  const std::string holds = tag();
  BOOST_TEST(status(alone) == 200);
  BOOST_TEST(status(holds) == 304);
  site.ask("PATCH /Habilitations/" + held, patch(R"({"op":"remove","path":"until"})"));
  BOOST_TEST(status(holds) == 200);
  const std::string longer = tag();
  site.ask("DELETE /Habilitations/" + held);
  BOOST_TEST(status(longer) == 200);
  const std::string attached = tag();
  site.ask("PATCH /Structures/" + site.structure,
           patch(R"({"op":"replace","path":"displayName","value":"New"})"));
  BOOST_TEST(status(attached) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
