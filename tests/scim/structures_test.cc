// Structures: SIRETs, people, managers, parents, closing and deleting.
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

std::string change(const std::string& op, const std::string& attribute, const std::string& id) {
  return patch(R"({"op":")" + op + R"(","path":")" + attribute + R"(","value":[{"value":")" + id +
               "\"}]}");
}

// A valid SIRET for each number: the last digit makes Luhn's sum a multiple of ten.
std::string numbered_siret(int number) {
  std::string digits = std::to_string(1000000000000 + number);
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = (digits[digits.size() - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return digits + std::to_string((10 - sum % 10) % 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(structures)

BOOST_AUTO_TEST_CASE(a_structure_lives_from_post_to_delete) {
  Establishment site;
  replay(
      site,
      {{"GET /Structures/${s}",
        "",
        200,
        {{"/siret", R"("73282932000074")"},
         {"/displayName", R"("ACME")"},
         {"/active", "true"},
         {"/managers",
          R"([{"value":"${boss}","$ref":"https://id.example.org/scim/v2/Users/${boss}"}])"},
         {"/members/0/value", R"("${alice}")"},
         {"/members/1", "absent"},
         {"/meta/resourceType", R"("Structure")"},
         {"/meta/location", R"("https://id.example.org/scim/v2/Structures/${s}")"}},
        "s"},
       {"POST /Structures",
        structure_body(
            R"("siret":"35600000009075","displayName":"La Poste","externalId":"lp","parent":{"value":"${s}"})"),
        201,
        {{"/externalId", R"("lp")"},
         {"/managers", "absent"},
         {"/parent/value", R"("${s}")"},
         {"/parent/$ref", R"("https://id.example.org/scim/v2/Structures/${s}")"}},
        "p"},
       {"POST /Structures",
        structure_body(R"("siret":"73282932000074")"),
        409,
        {{"/scimType", R"("uniqueness")"}}},
       {"GET /Structures/${p}?attributes=parent", "", 200, {{"/parent/display", R"("ACME")"}}},
       {"PUT /Structures/${p}",
        structure_body(R"("siret":"35600000009075","displayName":"La Poste 2")"),
        200,
        {{"/displayName", R"("La Poste 2")"}, {"/parent", "absent"}, {"/externalId", "absent"}}},
       {"PUT /Structures/${p}",
        structure_body(R"("siret":"73282932000074")"),
        400,
        {{"/scimType", R"("mutability")"}}},
       {"PUT /Structures/${p}",
        structure_body(R"("displayName":"x")"),
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"PATCH /Structures/${p}",
        patch(R"({"op":"replace","path":"siret","value":"73282932000074"})"),
        400,
        {{"/scimType", R"("mutability")"}}},
       {"PATCH /Structures/${p}",
        patch(
            R"({"op":"add","value":{"displayName":"LP","externalId":"lp2"}},{"op":"add","path":"parent","value":{"$ref":"https://id.example.org/scim/v2/Structures/${s}"}})"),
        200,
        {{"/displayName", R"("LP")"}, {"/externalId", R"("lp2")"}, {"/parent/value", R"("${s}")"}}},
       {"PATCH /Structures/${p}",
        patch(R"({"op":"remove","path":"parent"},{"op":"remove","path":"displayName"})"),
        200,
        {{"/parent", "absent"}, {"/displayName", "absent"}}},
       {"PATCH /Structures/${p}",
        patch(R"({"op":"replace","path":"displayName","value":"x"})"),
        412,
        {},
        {},
        {"If-Match: W/\"stale\""}},
       {"PUT /Structures/${s}",
        structure_body(R"("siret":"732 829 320 00074","displayName":"ACME")"),
        200,
        {{"/members/0/value", R"("${alice}")"}, {"/managers/0/value", R"("${boss}")"}}},
       {"DELETE /Structures/${p}", "", 204},
       {"DELETE /Structures/${p}", "", 404},
       {"GET /Structures/${s}.x", "", 404},
       {"GET /Users/${s}", "", 404},
       {"GET /Groups/${s}", "", 404}},
      site.names());
}

BOOST_AUTO_TEST_CASE(only_a_siret_is_a_siret) {
  Establishment site;
  for (const char* wrong : {"", "7328293200007", "73282932000075", "00000000000000",
                            "732829320000740", "x", "7328293200007\\u0000", "*)(cn=*",
                            "73282932000074,ou=people", "\\u0667\\u0663", "<script>"}) {
    const Answer refused =
        site.ask("POST /Structures", structure_body(R"("siret":")" + std::string(wrong) + '"'));
    BOOST_TEST(refused.status() == 400, wrong);
  }
  BOOST_TEST(site.ask("POST /Structures", structure_body(R"("siret":73282932000074)")).status() ==
             400);
  BOOST_TEST(site.ask("GET /Structures").at("/totalResults") == 1);
}

BOOST_AUTO_TEST_CASE(people_are_attached_and_detached_one_by_one) {
  Establishment site;
  const std::string group = site.group("Staff");
  auto names = site.names();
  names["g"] = group;
  replay(site,
         {{"PATCH /Structures/${s}",
           change("add", "members", "${bob}"),
           200,
           {{"/members/1/value", R"("${bob}")"}, {"/members/2", "absent"}}},
          {"PATCH /Structures/${s}", change("add", "members", "${bob}"), 200},
          {"PATCH /Structures/${s}",
           patch(R"({"op":"remove","path":"members[value eq \"${alice}\"]"})"),
           200,
           {{"/members/0/value", R"("${bob}")"}, {"/members/1", "absent"}}},
          {"PATCH /Structures/${s}",
           patch(R"({"op":"remove","path":"members[display eq \"bob test\"]"})"),
           200,
           {{"/members", "absent"}}},
          {"PATCH /Structures/${s}",
           change("replace", "members", "${alice}"),
           200,
           {{"/members/0/value", R"("${alice}")"}, {"/members/1", "absent"}}},
          {"PUT /Structures/${s}",
           structure_body(R"("siret":"73282932000074","displayName":"ACME","members":[])"),
           200,
           {{"/members", "absent"}, {"/managers/0/value", R"("${boss}")"}}},
          {"PATCH /Structures/${s}", change("add", "members", "${g}"), 400},
          {"PATCH /Structures/${s}", change("add", "members", "${s}"), 400},
          {"PATCH /Structures/${s}", change("add", "members", "cn=habilitd"), 400},
          {"PATCH /Structures/${s}",
           patch(R"({"op":"replace","path":"members[value eq \"x\"].value","value":"${bob}"})"),
           400,
           {{"/scimType", R"("mutability")"}}}},
         names);
  // The service's own account is never seen, and stays.
  const auto view = site.directory().view();
  const auto record = view->by_id(*EntryUuid::parse(site.structure));
  BOOST_TEST(view->has_steward(record->node()));
}

BOOST_AUTO_TEST_CASE(a_structure_that_has_a_manager_keeps_one) {
  Establishment site;
  replay(site,
         {{"PATCH /Structures/${s}", change("remove", "managers", "${boss}"), 403},
          {"PATCH /Structures/${s}", patch(R"({"op":"remove","path":"managers"})"), 403},
          {"PATCH /Structures/${s}",
           change("replace", "managers", "${alice}"),
           200,
           {{"/managers/0/value", R"("${alice}")"}, {"/managers/1", "absent"}}},
          {"PATCH /Structures/${s}", change("add", "managers", "${boss}"), 200},
          {"PATCH /Structures/${s}", change("remove", "managers", "${alice}"), 200}},
         site.names());
  const Answer last = site.ask("PATCH /Structures/" + site.structure,
                               patch(R"({"op":"remove","path":"managers"})"));
  BOOST_TEST(last.at("/detail").get<std::string>().find("last-manager") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(two_managers_cannot_dismiss_each_other_at_once) {
  Establishment site;
  for (int turn = 0; turn < 5; ++turn) {
    const std::string path = "PATCH /Structures/" + site.structure;
    site.ask(path, change("add", "managers", site.boss));
    site.ask(path, change("add", "managers", site.alice));
    const auto counts = at_once(2, [&](int i) {
      return site.ask(path, change("remove", "managers", i == 0 ? site.boss : site.alice));
    });
    BOOST_TEST(counts.at(200) == 1);
    BOOST_TEST(counts.at(403) == 1);
    BOOST_TEST(site.ask("GET /Structures/" + site.structure).at("/managers").size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(naming_managers_demands_the_right_to_grant_everything) {
  Establishment site;
  site.client().scopes.erase("grant:*");
  site.client().scopes.insert("grant:soffi.consultation");
  replay(site,
         {{"PATCH /Structures/${s}", change("add", "managers", "${alice}"), 403},
          {"PATCH /Structures/${s}", change("replace", "managers", "${alice}"), 403},
          {"PATCH /Structures/${s}", change("replace", "managers", "${boss}"), 200},
          {"PATCH /Structures/${s}", change("add", "members", "${bob}"), 200},
          {"POST /Structures",
           structure_body(R"("siret":"35600000009075","managers":[{"value":"${bob}"}])"), 403},
          {"POST /Structures", structure_body(R"("siret":"35600000009075")"), 201}},
         site.names());
}

BOOST_AUTO_TEST_CASE(a_client_needs_the_scope_of_structures) {
  Establishment site;
  site.client().scopes = {"users:write", "groups:write", "structures:read", "grant:*"};
  BOOST_TEST(site.ask("GET /Structures").status() == 200);
  BOOST_TEST(site.ask("POST /Structures", structure_body(R"("siret":"35600000009075")")).status() ==
             403);
  BOOST_TEST(site.ask("DELETE /Structures/" + site.structure).status() == 403);
  site.client().scopes = {"users:write", "groups:write"};
  BOOST_TEST(site.ask("GET /Structures/" + site.structure).status() == 403);
}

BOOST_AUTO_TEST_CASE(structures_are_found_and_sorted) {
  Establishment site;
  const std::string post = site.make(
      "/Structures",
      structure_body(R"("siret":"35600000009075","displayName":"Aa","parent":{"value":")" +
                     site.structure + "\"}"));
  BOOST_TEST(site.found("/Structures", R"(siret eq "73282932000074")") == 1);
  BOOST_TEST(site.found("/Structures", R"(siret sw "356")") == 1);
  BOOST_TEST(site.found("/Structures", R"(displayName eq "acme")") == 1);
  BOOST_TEST(site.found("/Structures", R"(members.value eq ")" + site.alice + '"') == 1);
  BOOST_TEST(site.found("/Structures", R"(managers[value eq ")" + site.boss + "\"]") == 1);
  BOOST_TEST(site.found("/Structures", R"(managers.value eq ")" + site.alice + '"') == 0);
  BOOST_TEST(site.found("/Structures", R"(parent.value eq ")" + site.structure + '"') == 1);
  BOOST_TEST(site.found("/Structures", "not (managers pr)") == 1);
  BOOST_TEST(site.found("/Structures", "active eq true") == 2);
  BOOST_TEST(site.found("/Structures", R"(userName eq "x")") == -1);
  BOOST_TEST(site.ask("GET /Structures?sortBy=displayName").at("/Resources/0/id") == post);
  BOOST_TEST(site.ask("GET /Structures?excludedAttributes=members,managers")
                 .at("/Resources/0/members")
                 .is_null());
}

BOOST_AUTO_TEST_CASE(a_structure_never_stands_below_itself) {
  Establishment site;
  const std::string below = site.make(
      "/Structures",
      structure_body(R"("siret":"35600000009075","parent":{"value":")" + site.structure + "\"}"));
  const auto under = [](const std::string& id) {
    return patch(R"({"op":"replace","path":"parent","value":{"value":")" + id + "\"}}");
  };
  const std::string path = "PATCH /Structures/" + site.structure;
  BOOST_TEST(site.ask(path, under(below)).status() == 400);
  BOOST_TEST(site.ask(path, under(site.structure)).status() == 400);
  BOOST_TEST(site.ask(path, under(site.alice)).status() == 400);
  BOOST_TEST(site.ask(path, under("nobody")).scim_type() == "invalidValue");
}

BOOST_AUTO_TEST_CASE(closing_cancels_what_is_asked_for) {
  Establishment site;
  const std::string request = site.request(site.alice);
  const std::string path = "/Structures/" + site.structure;
  const Answer closed =
      site.ask("PATCH " + path, patch(R"({"op":"replace","path":"active","value":false})"));
  BOOST_TEST(closed.at("/active") == false, closed.response.body);
  const Answer cancelled = site.ask("GET /AccessRequests/" + request);
  BOOST_TEST(cancelled.at("/state") == "cancelled");
  BOOST_TEST(cancelled.at("/history/1/reason") == "structure-closed");
  BOOST_TEST(site.ask("POST /AccessRequests", request_body(site.bob, "consultation")).status() ==
             403);
  // Left out of a PUT it stays closed.
  BOOST_TEST(site.ask("PUT " + path, structure_body(R"("siret":"73282932000074")")).at("/active") ==
             false);
  BOOST_TEST(site.ask("PATCH " + path, patch(R"({"op":"add","path":"active","value":true})"))
                 .at("/active") == true);
}

BOOST_AUTO_TEST_CASE(a_structure_goes_only_when_nobody_holds_anything_there) {
  Establishment site;
  const std::string held = site.habilitation(site.alice), request = site.request(site.bob);
  const std::string path = "DELETE /Structures/" + site.structure;
  const Answer refused = site.ask(path);
  BOOST_TEST(refused.status() == 409);
  BOOST_TEST(refused.scim_type().empty());
  BOOST_TEST(site.ask("DELETE /Habilitations/" + held).status() == 204);
  BOOST_TEST(site.ask(path, "", {"If-Match: W/\"stale\""}).status() == 412);
  BOOST_TEST(site.ask(path).status() == 204);
  BOOST_TEST(site.ask("GET /AccessRequests/" + request).at("/state") == "cancelled");
  BOOST_TEST(site.found("/Users", "urn:habilitd:scim:schemas:extension:User:structures pr") == 0);
  BOOST_TEST(site.make("/Structures", structure_body(R"("siret":"73282932000074")")) !=
             site.structure);
}

BOOST_AUTO_TEST_CASE(fifty_at_once_make_one_structure_and_lose_nobody) {
  Establishment site;
  const auto made = at_once(50, [&](int) {
    return site.ask("POST /Structures", structure_body(R"("siret":"35600000009075")"));
  });
  BOOST_TEST(made.at(201) == 1);
  BOOST_TEST(made.at(409) == 49);
  std::vector<std::string> people;
  for (int i = 0; i < 50; ++i) people.push_back(site.user("u" + std::to_string(i)));
  const auto joined = at_once(50, [&](int i) {
    return site.ask("PATCH /Structures/" + site.structure,
                    change("add", "members", people[static_cast<std::size_t>(i)]));
  });
  BOOST_TEST(joined.at(200) == 50);
  BOOST_TEST(site.ask("GET /Structures/" + site.structure).at("/members").size() == 51U);
  const auto others = at_once(20, [&](int i) {
    return site.ask("POST /Structures", structure_body(R"("siret":")" + numbered_siret(i) + '"'));
  });
  BOOST_TEST(others.at(201) == 20);
}

BOOST_AUTO_TEST_CASE(what_an_answer_shows_is_judged_before_anything_is_done) {
  Establishment site;
  const std::string both = "?attributes=id&excludedAttributes=siret";
  const std::pair<std::string, std::string> writes[] = {
      {"POST /Structures", structure_body(R"("siret":"35600000009075")")},
      {"PUT /Structures/" + site.structure,
       structure_body(R"("siret":"73282932000074","displayName":"X")")},
      {"PATCH /Structures/" + site.structure,
       patch(R"({"op":"replace","path":"displayName","value":"X"})")},
      {"POST /Habilitations", habilitation_body(site.alice, "consultation")},
      {"POST /AccessRequests", request_body(site.alice, "consultation")}};
  for (const auto& [line, body] : writes) {
    BOOST_TEST(site.ask(line + both, body).status() == 400, line);
  }
  BOOST_TEST(site.ask("GET /Structures?count=0").at("/totalResults") == 1);
  BOOST_TEST(site.ask("GET /Structures/" + site.structure).at("/displayName") == "ACME");
  BOOST_TEST(site.ask("GET /AccessRequests?count=0").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_CASE(a_parent_is_exchanged_and_removed_by_either_part) {
  Establishment site;
  const std::string other =
      site.make("/Structures", structure_body(R"("siret":")" + numbered_siret(1) + '"'));
  const std::string p = site.make(
      "/Structures",
      structure_body(R"("siret":"35600000009075","parent":{"value":")" + site.structure + "\"}"));
  const auto change_parent = [&](const std::string& operation) {
    return site.ask("PATCH /Structures/" + p, patch(operation));
  };
  const Answer moved = change_parent(
      R"({"op":"replace","path":"parent","value":{"$ref":"https://id.example.org/scim/v2/Structures/)" +
      other + "\"}}");
  BOOST_TEST(moved.at("/parent/value") == other, moved.response.body);
  const Answer back =
      change_parent(R"({"op":"replace","path":"parent.value","value":")" + site.structure + "\"}");
  BOOST_TEST(back.at("/parent/value") == site.structure, back.response.body);
  BOOST_TEST(change_parent(R"({"op":"remove","path":"parent.value"})").at("/parent").is_null());
  BOOST_TEST(site.ask("GET /Structures/" + p).at("/parent").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
