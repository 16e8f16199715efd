// What Entra ID and Okta really send (case 119), replayed word for word.
#include <boost/test/unit_test.hpp>

#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const std::string kUser = "urn:ietf:params:scim:schemas:core:2.0:User";
const std::string kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const std::string kManager = kEnterprise + ":manager";

std::string entra_user(const std::string& name) {
  return R"({"schemas":[")" + kUser + R"(",")" + kEnterprise + R"("],"externalId":")" + name +
         R"(-ext","userName":")" + name +
         R"(@example.org","active":true,"displayName":"Displayed","emails":[{"primary":true,"type":"work","value":")" +
         name +
         R"(@example.org"}],"meta":{"resourceType":"User"},"name":{"formatted":"Given Family","familyName":"Family","givenName":"Given"},"roles":[]})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(providers)

BOOST_AUTO_TEST_CASE(entra_provisions_people) {
  Provider provider;
  provider.speak("entra");
  replay(
      provider,
      {{"GET /Users?filter=externalId%20eq%20%22nobody%22",
        "",
        200,
        {{"/totalResults", "0"}, {"/Resources", "[]"}}},
       {"POST /Users", entra_user("boss"), 201, {}, "boss"},
       {"POST /Users",
        entra_user("alice"),
        201,
        {{"/roles", "absent"}, {"/name/formatted", R"("Given Family")"}},
        "a"},
       {"POST /Users", entra_user("alice"), 409, {{"/scimType", R"("uniqueness")"}}},
       {"GET /Users?filter=userName%20eq%20%22ALICE@example.org%22",
        "",
        200,
        {{"/totalResults", "1"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Replace","path":"active","value":"False"})"),
        200,
        {{"/active", "false"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Replace","path":"active","value":"True"})"),
        200,
        {{"/active", "true"}}},
       {"PATCH /Users/${a}",
        patch(
            R"({"op":"Replace","path":"emails[type eq \"work\"].value","value":"new@example.org"},{"op":"Replace","path":"name.familyName","value":"New"})"),
        200,
        {{"/emails/0/value", R"("new@example.org")"}, {"/name/familyName", R"("New")"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Add","path":"emails[type eq \"other\"].value","value":"o@example.org"})"),
        200,
        {{"/emails/1", R"({"type":"other","value":"o@example.org"})"}}},
       {"PATCH /Users/${a}",
        patch(
            R"({"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+33 6 12 34 56 78"})"),
        200,
        {{"/phoneNumbers/0", R"({"type":"mobile","value":"+33 6 12 34 56 78"})"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Add","path":"roles[primary eq \"True\"].value","value":"reader"})"),
        200,
        {{"/roles/0", R"({"primary":true,"value":"reader"})"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Replace","value":{"displayName":"Other","name.givenName":"Eve",")" +
              kEnterprise + R"(:department":"DSI","unknown":"x"}})"),
        200,
        {{"/displayName", R"("Other")"},
         {"/name/givenName", R"("Eve")"},
         {"/" + kEnterprise + "/department", R"("DSI")"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Add","path":")" + kManager + R"(","value":"${boss}"})"),
        200,
        {{"/" + kEnterprise + "/manager/value", R"("${boss}")"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Replace","path":")" + kManager + R"(","value":""})"),
        200,
        {{"/" + kEnterprise + "/manager", "absent"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Add","path":")" + kManager +
              R"(","value":{"$ref":null,"value":"${boss}"}})"),
        200,
        {{"/" + kEnterprise + "/manager/value", R"("${boss}")"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Remove","path":")" + kManager + R"("})"),
        200,
        {{"/" + kEnterprise + "/manager", "absent"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"Add","path":"title","value":"T"},{"op":"Remove","path":"title"})"),
        200,
        {{"/title", "absent"}}},
       {"PATCH /Users/${a}",
        patch(R"({"name":"updateUser","op":"Replace","value":{"userName":"alice2@example.org"}})"),
        200,
        {{"/userName", R"("alice2@example.org")"}}},
       {"PATCH /Users/${a}",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"id":"${a}","externalId":"e","name":"n","Operations":[{"op":"Replace","path":"EMAILS[TYPE eq \"work\"].VALUE","value":"w@example.org"}]})",
        200,
        {{"/emails/0/value", R"("w@example.org")"}}},
       {"DELETE /Users/${a}", "", 204},
       {"DELETE /Users/${a}", "", 404}});
  const std::string counted = provider.metrics().text();
  for (const char* quirk :
       {"op-case", "string-boolean", "bare-manager", "replace-creates", "add-creates",
        "dotted-keys", "pathless", "extra-members", "unknown-attribute"}) {
    BOOST_TEST(counted.find("habilitd_scim_quirks_total{dialect=\"entra\",quirk=\"" +
                            std::string(quirk) + "\"}") != std::string::npos,
               quirk);
  }
  BOOST_TEST(provider.logged().find("scim.quirk") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(entra_provisions_groups) {
  Provider provider;
  provider.speak("entra");
  const std::string a = provider.user("alice"), b = provider.user("bob");
  replay(
      provider,
      {{"POST /Groups",
        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"g-ext","displayName":"Staff","meta":{"resourceType":"Group"}})",
        201,
        {},
        "g"},
       {"GET /Groups?excludedAttributes=members&filter=displayName%20eq%20%22staff%22",
        "",
        200,
        {{"/totalResults", "1"}, {"/Resources/0/members", "absent"}}},
       {"GET /Groups/${g}?excludedAttributes=members", "", 200, {{"/externalId", R"("g-ext")"}}},
       {"PATCH /Groups/${g}",
        patch(
            R"({"op":"Add","path":"members","value":[{"$ref":null,"value":"${a}"},{"$ref":null,"value":"${b}"}]})"),
        200,
        {{"/members/1/value", R"("${b}")"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"Remove","path":"members","value":[{"$ref":null,"value":"${b}"}]})"),
        200,
        {{"/members/0/value", R"("${a}")"}, {"/members/1", "absent"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"Replace","value":{"id":"${g}","displayName":"Crew"}})"),
        200,
        {{"/displayName", R"("Crew")"}, {"/members/0/value", R"("${a}")"}}},
       {"POST /Groups",
        group_body(R"("displayName":"crew")"),
        409,
        {{"/scimType", R"("uniqueness")"}}},
       {"DELETE /Groups/${g}", "", 204},
       {"DELETE /Groups/${g}", "", 404}},
      {{"a", a}, {"b", b}});
}

BOOST_AUTO_TEST_CASE(okta_provisions_people_and_groups) {
  Provider provider;
  provider.speak("okta");
  const std::vector<std::string> headers{"Content-Type: application/json",
                                         "Accept: application/scim+json; charset=utf-8"};
  const std::string person =
      R"("userName":"okta@example.org","name":{"givenName":"Okta","familyName":"User"},"emails":[{"primary":true,"value":"okta@example.org","type":"work"}],"displayName":"Okta User","locale":"en-US","externalId":"00u1","groups":[])";
  replay(
      provider,
      {{"GET /Users?count=1&startIndex=1", "", 200, {{"/totalResults", "0"}}, "", headers},
       {"GET /Users?filter=userName%20eq%20%22okta@example.org%22&startIndex=1&count=100",
        "",
        200,
        {{"/totalResults", "0"}},
        "",
        headers},
       {"POST /Users",
        user_body(person + R"(,"password":"a long enough password","active":true)"),
        201,
        {{"/locale", R"("en-US")"}},
        "u",
        headers},
       {"GET /Users?count=1&startIndex=1",
        "",
        200,
        {{"/Resources/0/name/givenName", R"("Okta")"},
         {"/Resources/0/emails/0/value", R"("okta@example.org")"}},
        "",
        headers},
       {"PUT /Users/${u}",
        user_body(R"("id":"${u}","meta":{"resourceType":"User"},)" + person),
        200,
        {{"/active", "true"}},
        "",
        headers},
       {"PUT /Users/${u}",
        user_body(person + R"(,"active":false)"),
        200,
        {{"/active", "false"}},
        "",
        headers},
       {"PUT /Users/${u}", user_body(person), 200, {{"/active", "false"}}, "", headers},
       {"PATCH /Users/${u}",
        patch(R"({"op":"replace","value":{"active":true}})"),
        200,
        {{"/active", "true"}},
        "",
        headers},
       {"POST /Groups",
        group_body(R"("displayName":"Okta Group","members":[])"),
        201,
        {},
        "g",
        headers},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"replace","value":{"id":"${g}","displayName":"Renamed"}})"),
        200,
        {{"/displayName", R"("Renamed")"}},
        "",
        headers},
       {"PATCH /Groups/${g}",
        patch(
            R"({"op":"add","path":"members","value":[{"value":"${u}","display":"okta@example.org"}]})"),
        200,
        {{"/members/0/value", R"("${u}")"}},
        "",
        headers},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"remove","path":"members[value eq \"${u}\"]"})"),
        200,
        {{"/members", "absent"}},
        "",
        headers},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"add","path":"members[value eq \"${u}\"]","value":{}})"),
        200,
        {{"/members/0/value", R"("${u}")"}},
        "",
        headers},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"replace","path":"members","value":[]})"),
        200,
        {{"/members", "absent"}},
        "",
        headers}});
}

BOOST_AUTO_TEST_CASE(the_default_dialect_takes_no_string_for_a_boolean) {
  Provider provider;
  const std::string a = provider.user("alice");
  const std::string disable = patch(R"({"op":"Replace","path":"active","value":"False"})");
  BOOST_TEST(provider.ask("PATCH /Users/" + a, disable).scim_type() == "invalidValue");
  provider.speak("strict");
  BOOST_TEST(provider.ask("PATCH /Users/" + a, disable).scim_type() == "invalidSyntax");
  BOOST_TEST(
      provider.ask("PATCH /Users/" + a, patch(R"({"op":"replace","value":{"active":false}})"))
          .scim_type() == "noTarget");
  provider.speak("okta");
  BOOST_TEST(provider.ask("PATCH /Users/" + a, disable).at("/active") == false);
}

BOOST_AUTO_TEST_SUITE_END()
