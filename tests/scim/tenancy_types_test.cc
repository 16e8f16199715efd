// Tenancy over structures, habilitations and requests: a client's own structures and what concerns
// them, and nothing else.
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

workflow::Client agency(const char* siret) {
  workflow::Client client;
  client.id = EntryUuid::random();
  client.name = "agency";
  client.scopes = {"users:write",         "groups:read",    "structures:write",
                   "habilitations:write", "requests:write", "grant:*"};
  client.structures = {siret};
  return client;
}

// Two structures; alice belongs to the first, bob to the second. An agency for each.
struct TwoStructures : Establishment {
  TwoStructures() : central(client()), first(agency(kSiret)), second(agency(kOtherSiret)) {
    other = make("/Structures",
                 structure_body(R"("siret":")" + std::string(kOtherSiret) +
                                R"(","displayName":"Other","parent":{"value":")" + structure +
                                R"("},"members":[{"value":")" + bob + R"("}])"));
    held = habilitation(alice);
    asked = request(alice, "saisie");
  }
  void attach(const std::string& to, const std::string& person) {
    BOOST_TEST(ask("PATCH /Structures/" + to,
                   patch(R"({"op":"add","path":"members","value":[{"value":")" + person + "\"}]}"))
                   .status() == 200);
  }
  int total(const std::string& line) { return ask(line).at("/totalResults").get<int>(); }
  void as(const workflow::Client& who) { client() = who; }
  workflow::Client central, first, second;
  std::string other, held, asked;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tenancy_of_types)

BOOST_AUTO_TEST_CASE(each_sees_its_own_structure_and_what_concerns_it) {
  TwoStructures site;
  site.as(site.first);
  for (const auto& [line, expected] : {std::pair{"GET /Structures?count=0", 1},
                                       {"GET /Habilitations?count=0", 1},
                                       {"GET /AccessRequests?count=0", 2},
                                       {"GET /Users?count=0", 1},
                                       {"GET /?count=0", 6}}) {
    BOOST_TEST(site.total(line) == expected, line);
  }
  BOOST_TEST(site.ask("GET /Habilitations/" + site.held).at("/person/value") == Json(site.alice));
  site.as(site.second);
  for (const char* line : {"GET /Habilitations?count=0", "GET /AccessRequests?count=0",
                           "GET /AccessRequests?filter=state%20pr&sortBy=role&count=0",
                           "GET /Habilitations?cursor&count=0"}) {
    BOOST_TEST(site.total(line) == 0, line);
  }
  for (const std::string& path : {"/Structures/" + site.structure, "/Habilitations/" + site.held,
                                  "/AccessRequests/" + site.asked, "/Users/" + site.alice}) {
    BOOST_TEST(site.ask("GET " + path).status() == 404, path);
    BOOST_TEST(site.ask("DELETE " + path).status() == (path[1] == 'A' ? 405 : 404), path);
  }
  const std::string refusing =
      patch(R"({"op":"add","path":"decision","value":{"value":"refuse","reason":"no"}})");
  BOOST_TEST(site.ask("PATCH /AccessRequests/" + site.asked, refusing).status() == 404);
  site.as(site.first);
  BOOST_TEST(site.ask("PATCH /AccessRequests/" + site.asked, refusing).status() == 200);
}

BOOST_AUTO_TEST_CASE(links_to_others_are_not_shown) {
  TwoStructures site;
  site.as(site.second);
  const Answer other = site.ask("GET /Structures/" + site.other);
  BOOST_TEST(other.status() == 200);
  BOOST_TEST(other.at("/parent").is_null());
  BOOST_TEST(other.at("/members").size() == 1u);
  BOOST_TEST(site.total("GET /Structures?count=0&filter=parent.value%20eq%20%22" + site.structure +
                        "%22") == 0);
  // The parent that is not seen stays.
  BOOST_TEST(site.ask("PATCH /Structures/" + site.other,
                      patch(R"({"op":"replace","path":"displayName","value":"Renamed"})"))
                 .status() == 200);
  site.as(site.central);
  BOOST_TEST(site.ask("GET /Structures/" + site.other).at("/parent/value") == Json(site.structure));
}

BOOST_AUTO_TEST_CASE(nothing_is_made_or_granted_outside) {
  TwoStructures site;
  site.as(site.second);
  const auto refused = [&](const std::string& line, const std::string& body, int status) {
    const Answer answer = site.ask(line, body);
    BOOST_TEST(answer.status() == status, line + " " + answer.response.body);
  };
  refused("POST /Structures", structure_body(R"("siret":"73282932000082","displayName":"New")"),
          403);
  refused("POST /Habilitations", habilitation_body(site.bob, "consultation"), 400);
  refused("POST /AccessRequests", request_body(site.bob, "consultation"), 400);
  refused("PATCH /Structures/" + site.other,
          patch(R"({"op":"add","path":"members","value":[{"value":")" + site.alice + "\"}]}"), 400);
  refused("PATCH /Structures/" + site.other,
          patch(R"({"op":"replace","path":"parent","value":{"value":")" + site.structure + "\"}}"),
          400);
  site.as(site.first);
  refused("POST /Habilitations", habilitation_body(site.bob, "consultation"), 400);
  refused("POST /Habilitations", habilitation_body(EntryUuid::random().str(), "consultation"), 400);
  BOOST_TEST(site.found("/Habilitations", "siret eq \"" + std::string(kOtherSiret) + "\"") == 0);
}

BOOST_AUTO_TEST_CASE(kept_lists_follow_what_a_client_may_see) {
  TwoStructures site;
  const std::string list = "GET /Users?sortBy=userName&count=0";
  site.as(site.second);
  BOOST_TEST(site.total(list) == 1);
  site.as(site.central);
  site.attach(site.other, site.alice);
  site.as(site.second);
  BOOST_TEST(site.total(list) == 2);
  site.client().structures = {kSiret};
  BOOST_TEST(site.total(list) == 1);
  site.client().structures.clear();
  BOOST_TEST(site.total(list) == 3);
}

BOOST_AUTO_TEST_SUITE_END()
