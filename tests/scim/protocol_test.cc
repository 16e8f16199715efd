// The protocol itself: discovery, methods, media types, authentication, bodies (cases 1 to 18).
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "scim/schema.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const char* const kAlice =
    R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"alice"})";
constexpr const char* kForm = "Content-Type: application/x-www-form-urlencoded";

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol)

BOOST_AUTO_TEST_CASE(the_service_says_what_it_can_do_to_anybody) {
  Provider provider;
  provider.anonymous(true);
  const Answer answer = provider.ask("GET /ServiceProviderConfig");
  BOOST_TEST(answer.status() == 200);
  BOOST_TEST(answer.header("Content-Type") == "application/scim+json; charset=utf-8");
  BOOST_TEST(!answer.at("/authenticationSchemes").empty());
  for (const char* feature : {"patch", "bulk", "filter", "changePassword", "sort", "etag"}) {
    BOOST_TEST(answer.at(std::string("/") + feature + "/supported").is_boolean(), feature);
  }
  for (const char* number : {"/bulk/maxOperations", "/bulk/maxPayloadSize", "/filter/maxResults"}) {
    BOOST_TEST(answer.at(number).is_number_integer(), number);
  }
}

BOOST_AUTO_TEST_CASE(nobody_gets_in_without_a_token) {
  Provider provider;
  provider.anonymous(true);
  for (const char* line :
       {"GET /Users", "POST /Users", "GET /Schemas", "GET /nope", "DELETE /Groups/x",
        "POST /Users/.search", "GET /Me", "OPTIONS /Users"}) {
    const Answer answer = provider.ask(line);
    BOOST_TEST(answer.status() == 401, line);
    BOOST_TEST(answer.at("/status") == "401");
    BOOST_TEST(answer.at("/detail").is_string());
    BOOST_TEST(answer.header("WWW-Authenticate").starts_with("Bearer realm="));
  }
}

BOOST_AUTO_TEST_CASE(a_scope_is_needed_before_anything_is_looked_at) {
  Provider provider;
  const std::string alice = provider.user("alice");
  struct Row {
    std::string scope, line;
    int status;
  };
  const Row rows[] = {{"users:read", "GET /Users", 200},
                      {"users:read", "GET /Users/" + alice, 200},
                      {"users:read", "HEAD /Users/" + alice, 200},
                      {"users:read", "POST /Users", 403},
                      {"users:read", "PUT /Users/" + alice, 403},
                      {"users:read", "PATCH /Users/nope", 403},
                      {"users:read", "DELETE /Users/nope", 403},
                      {"users:read", "GET /Groups", 403},
                      {"users:read", "POST /Groups/.search", 403},
                      {"groups:read", "GET /Users", 403},
                      {"groups:read", "POST /Users/.search", 403},
                      {"groups:read", "GET /Groups", 200},
                      {"groups:read", "POST /Groups", 403},
                      {"groups:write", "GET /Groups", 200},
                      {"groups:write", "GET /Users/" + alice, 403},
                      {"decisions", "GET /Users", 403},
                      {"decisions", "GET /Schemas", 200}};
  for (const Row& row : rows) {
    provider.client().scopes = {row.scope};
    const Answer answer = provider.ask(row.line);
    BOOST_TEST(answer.status() == row.status, row.scope << " " << row.line);
  }
}

BOOST_AUTO_TEST_CASE(discovery_cannot_be_filtered_paged_or_written) {
  Provider provider;
  BOOST_TEST(provider.ask("GET /Schemas?filter=id%20eq%20%22x%22").status() == 403);
  BOOST_TEST(provider.ask("GET /ResourceTypes?filter=id%20eq%20%22x%22").status() == 403);
  const Answer all = provider.ask("GET /Schemas?startIndex=50&count=1");
  BOOST_TEST(all.at("/totalResults") == all.at("/Resources").size());
  BOOST_TEST(all.at("/Resources").size() == 7U);
  BOOST_TEST(provider.ask("GET /ResourceTypes/User").at("/endpoint") == "/Users");
  BOOST_TEST(provider.ask("GET /ResourceTypes/nope").status() == 404);
  const Answer schema = provider.ask("GET /Schemas/urn:ietf:params:scim:schemas:core:2.0:User");
  BOOST_TEST(schema.at("/name") == "User");
  for (const char* place : {"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"}) {
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
      const Answer refused = provider.ask(std::string(method) + " " + place, "{}");
      BOOST_TEST(refused.status() == 405);
      BOOST_TEST(refused.header("Allow") == "GET, HEAD, OPTIONS");
      BOOST_TEST(refused.at("/status") == "405");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_answers_with_an_error_body) {
  Provider provider;
  for (const char* path :
       {"/3f0b8a52-0000-4000-8000-000000000000", "/Users/a/b/c", "/nope", "/users", "/Me/x",
        "/Bulk/x", "/Users/3f0b8a52-0000-4000-8000-000000000000", "/Users/x.scim",
        "/Schemas/nope"}) {
    const Answer answer = provider.ask(std::string("GET ") + path);
    BOOST_TEST(answer.status() == 404, path);
    BOOST_TEST(answer.at("/schemas/0") == "urn:ietf:params:scim:api:messages:2.0:Error");
    BOOST_TEST(answer.at("/status") == "404");
  }
  const std::string alice = provider.user("alice");
  std::string shouted = alice;
  for (char& c : shouted) c = static_cast<char>(std::toupper(c));
  BOOST_TEST(provider.ask("GET /Users/" + shouted).status() == 404);
  BOOST_TEST(provider.ask("GET /Groups/" + alice).status() == 404);
}

BOOST_AUTO_TEST_CASE(methods_that_a_place_lacks_name_those_it_has) {
  Provider provider;
  BOOST_TEST(provider.ask("DELETE /Users").header("Allow") == "GET, HEAD, POST, OPTIONS");
  BOOST_TEST(provider.ask("POST /Users/x", "{}").header("Allow") ==
             "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
  BOOST_TEST(provider.ask("GET /Users/.search").header("Allow") == "POST, OPTIONS");
  BOOST_TEST(provider.ask("FOO_BAR /Users").status() == 405);
  BOOST_TEST(provider.ask("OPTIONS /Users").status() == 204);
}

BOOST_AUTO_TEST_CASE(media_types_are_json_and_never_anything_else) {
  Provider provider;
  int n = 0;
  for (const char* type :
       {"application/scim+json; charset=utf-8", "application/json", "APPLICATION/SCIM+JSON", ""}) {
    const std::string body = user_body("\"userName\":\"u" + std::to_string(n++) + "\"");
    BOOST_TEST(
        provider.ask("POST /Users", body, {std::string("Content-Type: ") + type}).status() == 201,
        type);
  }
  BOOST_TEST(provider.ask("POST /Users", kAlice, {"Content-Type: text/xml"}).status() == 415);
  BOOST_TEST(provider.ask("POST /Users", kAlice, {kForm}).status() == 415);
  BOOST_TEST(provider.ask("POST /Users", kAlice, {"Content-Encoding: gzip"}).status() == 415);
  BOOST_TEST(provider.ask("GET /Users", "", {"Accept: application/json"}).status() == 200);
  BOOST_TEST(
      provider.ask("GET /Users", "", {"Accept: application/scim+json; charset=utf-8"}).status() ==
      200);
  BOOST_TEST(provider.ask("GET /Users", "", {"Accept: text/html, */*;q=0.1"}).status() == 200);
  BOOST_TEST(provider.ask("GET /Users", "", {"Accept: text/html"}).status() == 406);
  BOOST_TEST(provider.ask("GET /Users?unknownParam=1").status() == 200);
}

BOOST_AUTO_TEST_CASE(bodies_that_are_no_json_object_are_refused) {
  Provider provider;
  const std::string deep = std::string(10000, '[') + std::string(10000, ']');
  for (const std::string& body :
       {std::string("{\"userName\":\"\xff\"}"), std::string("{\"userName\":"), std::string("[]"),
        std::string("\"x\""), std::string(), deep, std::string(R"({"a":1,"A":2})"),
        user_body(R"("userName":"a\u0000b")"), user_body(R"("userName":"\ud800")")}) {
    const Answer answer = provider.ask("POST /Users", body);
    BOOST_TEST(answer.status() == 400, body.substr(0, 40));
    BOOST_TEST(answer.scim_type() == "invalidSyntax");
  }
  BOOST_TEST(provider.ask("POST /Users", std::string(50'000'000, 'x')).status() == 413);
  BOOST_TEST(
      provider.ask("POST /Users", user_body("\"userName\":\"" + std::string(300'000, 'x') + "\""))
          .status() == 413);
}

BOOST_AUTO_TEST_CASE(head_answers_like_get_without_a_body) {
  Provider provider;
  const std::string alice = provider.user("alice");
  const Answer get = provider.ask("GET /Users/" + alice),
               head = provider.ask("HEAD /Users/" + alice);
  BOOST_TEST(head.status() == 200);
  BOOST_TEST(head.response.body.empty());
  BOOST_TEST(head.header("ETag") == get.header("ETag"));
}

BOOST_AUTO_TEST_SUITE_END()
