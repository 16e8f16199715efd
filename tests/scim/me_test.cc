// /Me (RFC 7644 section 3.11; cases 132, 133), and methods of the endpoints beside the types.
#include <boost/test/unit_test.hpp>

#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

struct Person : Provider {
  Person() {
    id = user("alice", {{"title", "Head"},
                        {"userType", "Employee"},
                        {"roles", {{{"value", "editor"}}}},
                        {"emails", {{{"value", "alice@example.org"}, {"type", "work"}}}}});
    other = user("bob");
    client().person = EntryUuid::parse(id).value();
    client().scopes = {"me:write"};
  }
  std::string id, other;
};

std::string replace(const std::string& path, const std::string& value) {
  return patch(R"({"op":"replace","path":")" + path + R"(","value":)" + value + "}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(me)

BOOST_AUTO_TEST_CASE(a_person_sees_herself_at_me_under_her_permanent_address) {
  Person person;
  const std::string location = "https://id.example.org/scim/v2/Users/" + person.id;
  const Answer me = person.ask("GET /Me");
  BOOST_TEST(me.status() == 200);
  BOOST_TEST(me.at("/id") == person.id);
  BOOST_TEST(me.header("Location") == location);
  BOOST_TEST(me.header("Content-Location") == location);
  BOOST_TEST(me.at("/meta/location") == location);
  const std::string tag = me.header("ETag");
  BOOST_TEST(person.ask("GET /Me", "", {"If-None-Match: " + tag}).status() == 304);
  const Answer head = person.ask("HEAD /Me");
  BOOST_TEST(head.status() == 200);
  BOOST_TEST(head.response.body.empty());
  BOOST_TEST(head.header("ETag") == tag);
  BOOST_TEST(person.ask("GET /Me?attributes=userName").at("/title").is_null());
  BOOST_TEST(person.ask("GET /Users/" + person.id).status() == 403);
  BOOST_TEST(person.ask("GET /Users/" + person.other).status() == 403);
}

BOOST_AUTO_TEST_CASE(a_person_changes_how_she_is_called_and_reached_and_nothing_else) {
  Person person;
  for (const auto& [path, value] : {std::pair<std::string, std::string>{"nickName", "\"Al\""},
                                    {"displayName", "\"Alice\""},
                                    {"name.givenName", "\"Alice\""},
                                    {"preferredLanguage", "\"fr\""},
                                    {"phoneNumbers", R"([{"value":"+331","type":"work"}])"}}) {
    BOOST_TEST(person.ask("PATCH /Me", replace(path, value)).status() == 200, path);
  }
  BOOST_TEST(person.ask("GET /Me").at("/nickName") == "Al");
  const std::string manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
  for (const auto& [path, value] :
       {std::pair<std::string, std::string>{"active", "false"},
        {"userName", "\"root\""},
        {"externalId", "\"x\""},
        {"title", "\"Director\""},
        {"userType", "\"Admin\""},
        {"password", "\"correct horse battery\""},
        {"emails", R"([{"value":"root@example.org"}])"},
        {"roles", R"([{"value":"admin"}])"},
        {"entitlements", R"([{"value":"all"}])"},
        {"x509Certificates", R"([{"value":"AAAA"}])"},
        {manager, "{\"value\":\"" + person.other + "\"}"},
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "\"IT\""}}) {
    const Answer refused = person.ask("PATCH /Me", replace(path, value));
    BOOST_TEST(refused.status() == 403, path);
    BOOST_TEST(!refused.header("Location").empty());
  }
  BOOST_TEST(person.ask("PATCH /Me", patch(R"({"op":"remove","path":"roles"})")).status() == 403);
  const Answer groups = person.ask("PATCH /Me", replace("groups", "[]"));
  BOOST_TEST(groups.status() == 400);
  BOOST_TEST(groups.scim_type() == "mutability");
  BOOST_TEST(person.ask("GET /Me").at("/roles/0/value") == "editor");
  BOOST_TEST(
      person.ask("PATCH /Me", replace("nickName", "\"x\""), {"If-Match: W/\"1\""}).status() == 412);
}

BOOST_AUTO_TEST_CASE(a_put_of_oneself_keeps_what_it_leaves_out_and_is_not_ones_own) {
  Person person;
  const Answer put = person.ask("PUT /Me", user_body(R"("userName":"alice","nickName":"Al")"));
  BOOST_TEST(put.status() == 200, put.response.body);
  BOOST_TEST(put.at("/nickName") == "Al");
  BOOST_TEST(put.at("/title") == "Head");
  BOOST_TEST(put.at("/roles/0/value") == "editor");
  BOOST_TEST(put.at("/emails/0/value") == "alice@example.org");
  BOOST_TEST(person.ask("PUT /Me", user_body(R"("userName":"root")")).status() == 403);
  BOOST_TEST(person.ask("PUT /Me", user_body(R"("userName":"alice","active":false)")).status() ==
             403);
  BOOST_TEST(person.ask("GET /Me").at("/active") == true);
}

BOOST_AUTO_TEST_CASE(who_is_nobody_and_who_may_not_is_told_so) {
  Person person;
  for (const char* scope : {"decisions", "groups:write"}) {
    person.client().scopes = {scope};
    BOOST_TEST(person.ask("GET /Me").status() == 403, scope);
  }
  for (const char* scope : {"me:read", "users:read"}) {
    person.client().scopes = {scope};
    BOOST_TEST(person.ask("GET /Me").status() == 200, scope);
    BOOST_TEST(person.ask("PATCH /Me", replace("nickName", "\"x\"")).status() == 403, scope);
  }
  person.client().scopes = {"me:write"};
  BOOST_TEST(person.ask("DELETE /Me").status() == 403);
  BOOST_TEST(person.ask("POST /Me", user_body(R"("userName":"x")")).status() == 501);
  person.client().person = std::nullopt;
  for (const char* method : {"GET", "PATCH", "PUT", "DELETE", "POST"}) {
    const Answer answer = person.ask(std::string(method) + " /Me", "{}");
    BOOST_TEST(answer.status() == 501, method);
    BOOST_TEST(answer.at("/status") == "501");
  }
}

BOOST_AUTO_TEST_CASE(endpoints_name_the_methods_they_have) {
  Person person;
  const std::map<std::string, std::string> allowed{{"/Me", "GET, HEAD, PUT, PATCH, OPTIONS"},
                                                   {"/Bulk", "POST, OPTIONS"},
                                                   {"/.search", "POST, OPTIONS"},
                                                   {"/Users/.search", "POST, OPTIONS"},
                                                   {"/", "GET, HEAD, OPTIONS"}};
  for (const auto& [place, methods] : allowed) {
    const Answer options = person.ask("OPTIONS " + place);
    BOOST_TEST(options.status() == 204, place);
    BOOST_TEST(options.header("Allow") == methods);
    for (const char* method : {"GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"}) {
      if (place == "/Me" || methods.find(method) != std::string::npos) continue;
      const Answer refused = person.ask(std::string(method) + " " + place, "{}");
      BOOST_TEST(refused.status() == 405, method << " " << place);
      BOOST_TEST(refused.header("Allow") == methods);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
