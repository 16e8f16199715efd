// Access requests: asked for, read and decided.
#include <boost/test/unit_test.hpp>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

std::string decision(const std::string& members) {
  return patch(R"({"op":"add","path":"decision","value":{)" + members + "}}");
}
const std::string kApprove = R"("value":"approve")";

}  // namespace

BOOST_AUTO_TEST_SUITE(access_requests)

BOOST_AUTO_TEST_CASE(a_request_is_asked_approved_and_becomes_a_habilitation) {
  Establishment site;
  replay(site,
         {{"POST /AccessRequests",
           request_body("${alice}", "consultation"),
           201,
           {{"/state", R"("pending")"},
            {"/person/value", R"("${alice}")"},
            {"/structure/display", R"("ACME")"},
            {"/requestedBy/display", R"("tests")"},
            {"/direct", "false"},
            {"/decision", "absent"},
            {"/history/0/type", R"("requested")"},
            {"/meta/resourceType", R"("AccessRequest")"}},
           "r"},
          {"POST /AccessRequests",
           request_body("${alice}", "consultation"),
           409,
           {{"/scimType", R"("uniqueness")"}}},
          {"GET /Habilitations/h-${r}", "", 404},
          {"GET /AccessRequests/${r}", "", 304, {}, {}, {"If-None-Match: ${r.etag}"}},
          {"PATCH /AccessRequests/${r}", decision(kApprove), 412, {}, {}, {"If-Match: W/\"r99\""}},
          {"PATCH /AccessRequests/${r}",
           decision(kApprove),
           200,
           {{"/state", R"("active")"}, {"/decision", "absent"}, {"/history/1/by", R"("tests")"}},
           {},
           {"If-Match: ${r.etag}"}},
          {"PATCH /AccessRequests/${r}", decision(kApprove), 409, {{"/scimType", "absent"}}},
          {"GET /Habilitations/h-${r}", "", 200, {{"/grantedBy/display", R"("tests")"}}},
          {"GET /Groups?filter=members.value%20eq%20%22${alice}%22",
           "",
           200,
           {{"/totalResults", "1"}}}},
         site.names());
}

BOOST_AUTO_TEST_CASE(a_refusal_needs_a_reason) {
  Establishment site;
  auto names = site.names();
  names["r"] = site.request(site.alice);
  replay(site,
         {{"PATCH /AccessRequests/${r}",
           decision(R"("value":"refuse")"),
           400,
           {{"/scimType", R"("invalidValue")"}}},
          {"PATCH /AccessRequests/${r}",
           patch(R"({"op":"replace","path":"decision.value","value":"refuse"},)"
                 R"({"op":"replace","path":"decision.reason","value":"Not of this service"})"),
           200,
           {{"/state", R"("refused")"}, {"/history/1/reason", R"("Not of this service")"}}},
          {"PATCH /AccessRequests/${r}", decision(kApprove), 409}},
         names);
  BOOST_TEST(site.ask("GET /Habilitations").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_CASE(put_decides_and_nothing_else_can_change) {
  Establishment site;
  auto names = site.names();
  names["r"] = site.request(site.alice);
  const std::string id = R"(PUT /AccessRequests/${r})";
  replay(site,
         {{id, request_body("${bob}", "consultation"), 400, {{"/scimType", R"("mutability")"}}},
          {id, request_body("${alice}", "saisie"), 400, {{"/scimType", R"("mutability")"}}},
          {id,
           request_body("${alice}", "consultation", R"(,"state":"active")"),
           200,
           {{"/state", R"("pending")"}}},
          {"PATCH /AccessRequests/${r}",
           patch(R"({"op":"replace","path":"state","value":"active"})"),
           400,
           {{"/scimType", R"("mutability")"}}},
          {"PATCH /AccessRequests/${r}",
           patch(R"({"op":"replace","path":"justification","value":"Another reason"})"),
           400,
           {{"/scimType", R"("mutability")"}}},
          {"PATCH /AccessRequests/${r}", decision(R"("value":"grant")"), 400},
          {"PATCH /AccessRequests/${r}", decision(R"("reason":"because")"), 400},
          {"PATCH /AccessRequests/${r}", decision(R"("value":"approve","until":"x")"), 400},
          {id,
           request_body("${alice}", "consultation", R"(,"decision":{"value":"cancel"})"),
           200,
           {{"/state", R"("cancelled")"}}}},
         names);
}

BOOST_AUTO_TEST_CASE(a_record_is_never_deleted) {
  Establishment site;
  const std::string request = site.request(site.alice);
  const Answer refused = site.ask("DELETE /AccessRequests/" + request);
  BOOST_TEST(refused.status() == 405);
  BOOST_TEST(refused.header("Allow") == "GET, HEAD, PUT, PATCH, OPTIONS");
  BOOST_TEST(site.ask("OPTIONS /AccessRequests").header("Allow") == "GET, HEAD, POST, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_client_decides_only_what_its_token_says) {
  Establishment site;
  const std::string request = site.request(site.alice);
  const std::string path = "PATCH /AccessRequests/" + request;
  site.client().scopes.erase("grant:*");
  BOOST_TEST(site.ask(path, decision(kApprove)).status() == 403);
  // A client that did not ask either.
  site.client().id = EntryUuid::random();
  const Answer refused = site.ask(path, decision(kApprove));
  BOOST_TEST(refused.status() == 403);
  BOOST_TEST(refused.at("/detail").get<std::string>().find("not-an-approver") != std::string::npos);
  BOOST_TEST(site.ask("POST /AccessRequests", request_body(site.bob, "consultation")).status() ==
             403);
  BOOST_TEST(site.ask("GET /AccessRequests/" + request).at("/state") == "pending");
  site.client().scopes = {"users:write", "groups:write", "requests:read", "grant:*"};
  BOOST_TEST(site.ask(path, decision(kApprove)).status() == 403);
  BOOST_TEST(site.ask("GET /AccessRequests").at("/totalResults") == 1);
  site.client().scopes = {"users:write", "groups:write", "grant:*"};
  BOOST_TEST(site.ask("GET /AccessRequests").status() == 403);
}

BOOST_AUTO_TEST_CASE(the_policy_is_asked_again_at_the_decision) {
  Establishment site;
  const std::string first = site.habilitation(site.alice);
  const std::string request = site.request(site.alice, "saisie");
  BOOST_TEST(site.ask("DELETE /Habilitations/" + first).status() == 204);
  const Answer refused = site.ask("PATCH /AccessRequests/" + request, decision(kApprove));
  BOOST_TEST(refused.status() == 403);
  BOOST_TEST(refused.at("/detail").get<std::string>().find("req-missing-prerequisite") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_manager_role_passes_its_stages) {
  Establishment site;
  const std::string request = site.request(site.alice, "gestionnaire");
  const std::string path = "PATCH /AccessRequests/" + request;
  const Answer first = site.ask(path, decision(kApprove));
  BOOST_TEST(first.status() == 200);
  BOOST_TEST(first.at("/state") == "pending");
  // The second voice is somebody else's.
  BOOST_TEST(site.ask(path, decision(kApprove)).status() == 403);
}

BOOST_AUTO_TEST_CASE(bad_questions_are_refused) {
  Establishment site;
  const auto status = [&](const std::string& body) {
    return site.ask("POST /AccessRequests", body).status();
  };
  std::string body = request_body(site.alice, "consultation");
  const std::string text = "Needed for the files of ACME";
  const auto justified = [&](const std::string& words) {
    std::string changed = body;
    return changed.replace(changed.find(text), text.size(), words);
  };
  BOOST_TEST(status(justified("short")) == 400);
  BOOST_TEST(status(justified(std::string(600, 'x'))) == 400);
  BOOST_TEST(status(justified("with a \\u202e turned text")) == 400);
  BOOST_TEST(status(justified("two\\nlines are fine")) == 201);
  BOOST_TEST(status(request_body("3f0b8a52-0000-4000-8000-000000000000", "consultation")) == 400);
  BOOST_TEST(status(request_body(site.bob, "saisie")) == 403);
  BOOST_TEST(status(request_body(site.bob, "consultation", R"(,"until":"2001-01-01T00:00:00Z")")) ==
             400);
}

BOOST_AUTO_TEST_CASE(requests_are_found) {
  Establishment site;
  site.request(site.alice);
  const std::string other = site.request(site.bob);
  site.ask("PATCH /AccessRequests/" + other,
           decision(R"("value":"refuse","reason":"Not of this service")"));
  const auto found = [&](const std::string& filter) {
    return site.found("/AccessRequests", filter);
  };
  BOOST_TEST(found(R"(state eq "pending")") == 1);
  BOOST_TEST(found(R"(state eq "pending" or state eq "refused")") == 2);
  BOOST_TEST(found(R"(person.value eq ")" + site.bob + '"') == 1);
  BOOST_TEST(found(R"(application eq "soffi" and role eq "consultation")") == 2);
  BOOST_TEST(found(R"(siret eq "73282932000074" and direct eq false)") == 2);
  BOOST_TEST(found(R"(meta.created gt "2020-01-01T00:00:00Z")") == 2);
  BOOST_TEST(found(R"(due pr)") == 1);
  BOOST_TEST(found(R"(history[type eq "refused" and reason co "service"])") == 1);
  BOOST_TEST(found(R"(decision.value eq "refuse")") <= 0);
  BOOST_TEST(found(R"(state eq "nothing")") == 0);
}

BOOST_AUTO_TEST_CASE(fifty_decisions_at_once_are_one) {
  Establishment site;
  const std::string path = "PATCH /AccessRequests/" + site.request(site.alice);
  const auto counts = at_once(50, [&](int i) {
    return site.ask(path, i % 2 == 0
                              ? decision(kApprove)
                              : decision(R"("value":"refuse","reason":"Not of this service")"));
  });
  BOOST_TEST(counts.at(200) == 1);
  BOOST_TEST(counts.at(409) == 49);
  const int active = site.found("/AccessRequests", R"(state eq "active")");
  BOOST_TEST(site.ask("GET /Habilitations").at("/totalResults") == active);
}

BOOST_AUTO_TEST_SUITE_END()
