// Habilitations: granted, moved and revoked through the door of approvals.
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

std::string until(const std::string& when) {
  return patch(R"({"op":"replace","path":"until","value":")" + when + "\"}");
}

std::string days_from_now(int days) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(SystemClock().now()) +
                    std::chrono::hours(24 * days));
}

bool names_reason(const Answer& answer, const std::string& reason) {
  return answer.at("/detail").get<std::string>().find("Reason: " + reason) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(habilitations)

BOOST_AUTO_TEST_CASE(a_habilitation_lives_from_grant_to_revocation) {
  Establishment site;
  auto names = site.names();
  names["end"] = days_from_now(100);
  replay(site,
         {{"POST /Habilitations",
           habilitation_body("${alice}", "consultation", R"(,"until":"${end}")"),
           201,
           {{"/person",
             R"({"value":"${alice}","$ref":"https://id.example.org/scim/v2/Users/${alice}"})"},
            {"/application", R"("soffi")"},
            {"/role", R"("consultation")"},
            {"/siret", R"("73282932000074")"},
            {"/structure/value", R"("${s}")"},
            {"/structure/display", R"("ACME")"},
            {"/state", R"("active")"},
            {"/until", R"("${end}")"},
            {"/justification", R"("Needed for the files of ACME")"},
            {"/grantedBy/display", R"("tests")"},
            {"/meta/resourceType", R"("Habilitation")"}},
           "h"},
          {"GET /Habilitations/${h}?attributes=person",
           "",
           200,
           {{"/id", R"("${h}")"}, {"/person/display", R"("alice Test")"}}},
          {"GET /Groups?filter=members.value%20eq%20%22${alice}%22",
           "",
           200,
           {{"/totalResults", "1"}}},
          {"PUT /Habilitations/${h}",
           habilitation_body("${alice}", "consultation"),
           200,
           {{"/until", R"("${end}")"}}},
          {"PUT /Habilitations/${h}",
           habilitation_body("${bob}", "consultation"),
           400,
           {{"/scimType", R"("mutability")"}}},
          {"PATCH /Habilitations/${h}",
           patch(R"({"op":"replace","path":"role","value":"saisie"})"),
           400,
           {{"/scimType", R"("mutability")"}}},
          {"PATCH /Habilitations/${h}",
           patch(R"({"op":"replace","path":"state","value":"ended"})"),
           400,
           {{"/scimType", R"("mutability")"}}},
          {"DELETE /Habilitations/${h}", "", 412, {}, {}, {"If-Match: W/\"r1\""}},
          {"DELETE /Habilitations/${h}", "", 204},
          {"DELETE /Habilitations/${h}", "", 404},
          {"GET /Habilitations/${h}", "", 404},
          {"GET /Habilitations", "", 200, {{"/totalResults", "0"}}},
          {"GET /Groups?filter=members.value%20eq%20%22${alice}%22",
           "",
           200,
           {{"/totalResults", "0"}}},
          {"POST /Habilitations", habilitation_body("${alice}", "consultation"), 201}},
         names);
}

BOOST_AUTO_TEST_CASE(the_record_is_a_resource_of_its_own) {
  Establishment site;
  const std::string held = site.habilitation(site.alice);
  const Answer habilitation = site.ask("GET /Habilitations/" + held);
  const std::string request = habilitation.at("/request/value");
  BOOST_TEST(request != held);
  BOOST_TEST(habilitation.at("/request/$ref") ==
             "https://id.example.org/scim/v2/AccessRequests/" + request);
  BOOST_TEST(site.ask("GET /Habilitations/" + request).status() == 404);
  BOOST_TEST(site.ask("GET /AccessRequests/" + held).status() == 404);
  BOOST_TEST(site.ask("DELETE /Habilitations/" + held).status() == 204);
  const Answer record = site.ask("GET /AccessRequests/" + request);
  BOOST_TEST(record.at("/state") == "ended");
  BOOST_TEST(record.at("/direct") == true);
  BOOST_TEST(record.at("/history/0/type") == "granted");
}

BOOST_AUTO_TEST_CASE(scim_cannot_grant_what_policy_forbids) {
  Establishment site;
  const auto post = [&](const std::string& role) {
    return site.ask("POST /Habilitations", habilitation_body(site.alice, role));
  };
  BOOST_TEST(names_reason(post("saisie"), "req-missing-prerequisite"));
  BOOST_TEST(names_reason(post("gestionnaire"), "manager-role-needs-second-stage"));
  site.habilitation(site.alice);
  site.habilitation(site.alice, "saisie");
  const Answer both = post("validation");
  BOOST_TEST(both.status() == 403);
  BOOST_TEST(names_reason(both, "sod-exclusive"));
  const Answer again = post("saisie");
  BOOST_TEST(again.status() == 409);
  BOOST_TEST(again.scim_type() == "uniqueness");
  BOOST_TEST(site.ask("GET /Habilitations").at("/totalResults") == 2);
}

BOOST_AUTO_TEST_CASE(a_client_grants_only_what_its_token_says) {
  Establishment site;
  const std::string held = site.habilitation(site.alice);
  site.client().scopes.erase("grant:*");
  BOOST_TEST(
      site.ask("POST /Habilitations", habilitation_body(site.bob, "consultation")).status() == 403);
  BOOST_TEST(site.ask("DELETE /Habilitations/" + held).status() == 403);
  BOOST_TEST(site.ask("PATCH /Habilitations/" + held, until(days_from_now(1))).status() == 403);
  BOOST_TEST(site.ask("GET /Habilitations/" + held).status() == 200);
  site.client().scopes.insert("grant:soffi.consultation");
  BOOST_TEST(
      site.ask("POST /Habilitations", habilitation_body(site.bob, "consultation")).status() == 201);
  site.client().scopes = {"users:write", "groups:write", "habilitations:read", "grant:*"};
  BOOST_TEST(site.ask("GET /Habilitations").status() == 200);
  BOOST_TEST(site.ask("DELETE /Habilitations/" + held).status() == 403);
  site.client().scopes = {"users:write", "groups:write", "grant:*"};
  BOOST_TEST(site.ask("GET /Habilitations").status() == 403);
}

BOOST_AUTO_TEST_CASE(the_end_moves_within_what_the_role_allows) {
  Establishment site;
  const std::string path = "PATCH /Habilitations/" + site.habilitation(site.alice);
  const std::string sooner = days_from_now(10), later = days_from_now(200);
  BOOST_TEST(site.ask(path, until(sooner)).at("/until") == sooner);
  const Answer moved = site.ask(path, until(later));
  BOOST_TEST(moved.at("/until") == later, moved.response.body);
  BOOST_TEST(site.ask(path, until(later)).header("ETag") == moved.header("ETag"));
  BOOST_TEST(site.ask(path, until(days_from_now(-1))).scim_type() == "invalidValue");
  BOOST_TEST(site.ask(path, until(days_from_now(500))).scim_type() == "invalidValue");
  BOOST_TEST(site.ask(path, until("tomorrow")).status() == 400);
  BOOST_TEST(site.ask(path, until(sooner), {"If-Match: W/\"r1\""}).status() == 412);
  BOOST_TEST(site.ask(path, until(sooner), {"If-Match: " + moved.header("ETag")}).status() == 200);
  // Without an end: as late as the role allows, a year from now.
  const std::string longest =
      site.ask(path, patch(R"({"op":"remove","path":"until"})")).at("/until");
  BOOST_TEST((longest > later));
  BOOST_TEST((longest < days_from_now(367)));
}

BOOST_AUTO_TEST_CASE(access_is_not_prolonged_past_the_policy) {
  Establishment site;
  site.habilitation(site.alice);
  const std::string entry = site.habilitation(site.alice, "saisie");
  const std::string path = "PATCH /Habilitations/" + entry;
  BOOST_TEST(site.ask(path, until(days_from_now(10))).status() == 200);
  // What the role demands is gone: shorter is possible, longer is not.
  const Answer first = site.ask("GET /Habilitations?filter=role%20eq%20%22consultation%22");
  BOOST_TEST(site.ask("DELETE /Habilitations/" + first.at("/Resources/0/id").get<std::string>())
                 .status() == 204);
  const Answer refused = site.ask(path, until(days_from_now(20)));
  BOOST_TEST(refused.status() == 403);
  BOOST_TEST(names_reason(refused, "req-missing-prerequisite"));
  BOOST_TEST(site.ask(path, until(days_from_now(5))).status() == 200);
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_cannot_be_granted) {
  Establishment site;
  const std::string nobody = "3f0b8a52-0000-4000-8000-000000000000";
  const auto refused = [&](const std::string& body) {
    const Answer answer = site.ask("POST /Habilitations", body);
    BOOST_TEST(answer.status() == 400, body + " -> " + answer.response.body);
    BOOST_TEST(!answer.scim_type().empty());
  };
  refused(habilitation_body(nobody, "consultation"));
  refused(habilitation_body("*)(uid=*", "consultation"));
  refused(habilitation_body(site.structure, "consultation"));
  refused(habilitation_body(site.alice, "nope"));
  refused(habilitation_body(site.alice, "../consultation"));
  refused(habilitation_body(site.alice, ""));
  refused(habilitation_body(site.alice, "consultation", R"(,"until":"2001-01-01T00:00:00Z")"));
  refused(habilitation_body(site.alice, "consultation", R"(,"until":5)"));
  refused(habilitation_body(site.alice, "consultation", R"(,"colour":"x")"));
  std::string body = habilitation_body(site.alice, "consultation");
  body.replace(body.find(kSiret), 14, kOtherSiret);
  refused(body);
  body = habilitation_body(site.alice, "consultation");
  body.replace(body.find("soffi"), 5, "nowhere");
  refused(body);
  refused(habilitation_body("https://id.example.org/scim/v2/Users/", "consultation"));
  BOOST_TEST(site.ask("GET /Habilitations").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_CASE(habilitations_are_found) {
  Establishment site;
  site.habilitation(site.alice);
  const std::string saisie = site.habilitation(site.alice, "saisie");
  site.habilitation(site.bob);
  const auto found = [&](const std::string& filter) {
    return site.found("/Habilitations", filter);
  };
  BOOST_TEST(found(R"(person.value eq ")" + site.alice + '"') == 2);
  BOOST_TEST(found(R"(role eq "saisie" and application eq "soffi")") == 1);
  BOOST_TEST(found(R"(siret eq "73282932000074")") == 3);
  BOOST_TEST(found(R"(siret eq "35600000009075")") == 0);
  BOOST_TEST(found(R"(structure.value eq ")" + site.structure + '"') == 3);
  BOOST_TEST(found(R"(state eq "active")") == 3);
  BOOST_TEST(found(R"(id eq ")" + saisie + '"') == 1);
  BOOST_TEST(found(R"(until lt "2100-01-01T00:00:00Z" and since gt "2020-01-01T00:00:00Z")") == 3);
  BOOST_TEST(found(R"(person.display co "bob")") == 1);
  BOOST_TEST(site.ask("GET /Habilitations?count=1&startIndex=2&sortBy=role").at("/totalResults") ==
             3);
}

BOOST_AUTO_TEST_CASE(fifty_at_once_grant_it_once) {
  Establishment site;
  const auto counts = at_once(50, [&](int) {
    return site.ask("POST /Habilitations", habilitation_body(site.alice, "consultation"));
  });
  BOOST_TEST(counts.at(201) == 1);
  BOOST_TEST(counts.at(409) == 49);
  const std::string held = site.ask("GET /Habilitations").at("/Resources/0/id");
  const auto ended = at_once(20, [&](int) { return site.ask("DELETE /Habilitations/" + held); });
  BOOST_TEST(ended.at(204) == 1);
  BOOST_TEST(ended.at(404) == 19);
}

BOOST_AUTO_TEST_SUITE_END()
