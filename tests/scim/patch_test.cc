// PATCH on trees (RFC 7644 section 3.5.2), without a directory.
#include "scim/patch.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "scim/normalise.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim;

namespace {

const char* const kPerson = R"({
  "userName":"alice","title":"Head","name":{"familyName":"Martin","givenName":"Alice"},
  "emails":[{"value":"a@example.org","type":"work","primary":true},
            {"value":"a@home.org","type":"home","display":"Home"}],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"DSI"}})";

struct Case {
  std::string operations;  // of the PatchOp
  std::string expected;  // an error's reason, or JSON Pointer=value pairs after it: "/title=\"x\""
  Dialect dialect = Dialect::kRfc;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.operations.substr(0, 90);
}

// "" when the result has what `expected` says, else what came out.
std::string run(const Case& example) {
  Tolerance tolerance(example.dialect);
  auto edits =
      parse_patch(user_type(), Json::parse(scim::tests::patch(example.operations)), tolerance);
  if (!edits) return edits.error().reason;
  Json tree = Json::parse(kPerson);
  for (const Edit& edit : *edits) {
    if (auto ok = apply_edit(user_type(), tree, edit, tolerance); !ok) return ok.error().reason;
  }
  return dump(tree);
}

bool holds(const std::string& outcome, const std::string& expected) {
  if (expected.empty() || expected.front() != '/') return outcome == expected;
  const std::size_t equals = expected.find('=');
  const Json::json_pointer pointer(expected.substr(0, equals));
  if (outcome.front() != '{') return false;
  const Json tree = Json::parse(outcome);
  const std::string value = expected.substr(equals + 1);
  if (value == "absent") return !tree.contains(pointer);
  return tree.contains(pointer) && tree.at(pointer) == Json::parse(value);
}

const char* const kTwo = R"([{"value":"a@example.org","type":"work","primary":true},
            {"value":"a@home.org","type":"home","display":"Home"}])";

#define ENT "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define ENTPATH "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

#define MANAGED \
  R"({"op":"add","path":")" ENTPATH R"(:manager","value":{"value":"old","$ref":"/Users/old"}},)"
#define TITLE R"({"op":"add","path":"title","value":"X"})"

const Case kCases[] = {
    // Single values
    {R"({"op":"replace","path":"title","value":"X"})", R"(/title="X")"},
    {R"({"op":"add","path":"TITLE","value":"X"})", R"(/title="X")"},
    {R"({"op":"remove","path":"title"})", "/title=absent"},
    {R"({"op":"replace","path":"title","value":null})", "/title=absent"},
    {R"({"op":"replace","path":"title","value":""})", "/title=absent"},
    {R"({"op":"remove","path":"title"},{"op":"add","path":"title","value":"1"},{"op":"replace","path":"title","value":"2"})",
     R"(/title="2")"},
    // Complex values merge
    {R"({"op":"replace","path":"name","value":{"givenName":"Eve"}})",
     R"(/name={"familyName":"Martin","givenName":"Eve"})"},
    {R"({"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName","value":"Durand"})",
     R"(/name/familyName="Durand")"},
    {R"({"op":"remove","path":"name.givenName"})", R"(/name={"familyName":"Martin"})"},
    {R"({"op":"remove","path":"name.givenName"},{"op":"remove","path":"name.familyName"})",
     "/name=absent"},
    // Several values
    {R"({"op":"add","path":"emails","value":{"value":"b@example.org"}})",
     R"(/emails/2={"value":"b@example.org"})"},
    {R"({"op":"add","path":"emails","value":[{"value":"b@example.org"},{"value":"c@example.org"}]})",
     R"(/emails/3/value="c@example.org")"},
    {R"({"op":"add","path":"emails","value":[{"value":"a@example.org","type":"work","primary":true}]})",
     std::string("/emails=") + kTwo},
    {R"({"op":"add","path":"emails","value":[{"value":"a@home.org"}]})",
     std::string("/emails=") + kTwo},
    {R"({"op":"add","path":"emails","value":{"value":"b@example.org","primary":true}})",
     "/emails/0/primary=false"},
    {R"({"op":"replace","path":"emails","value":[{"value":"z@example.org"}]})",
     R"(/emails=[{"value":"z@example.org"}])"},
    {R"({"op":"replace","path":"emails","value":[]})", "/emails=absent"},
    {R"({"op":"remove","path":"emails"})", "/emails=absent"},
    {R"({"op":"replace","path":"emails","value":[{"value":"x","primary":true},{"value":"y","primary":true}]})",
     "invalidValue"},
    // The same type and value: the same entry
    {R"({"op":"add","path":"emails","value":{"value":"a@home.org","type":"home","display":"New"}})",
     R"(/emails/1={"value":"a@home.org","type":"home","display":"New"})"},
    {R"({"op":"add","path":"emails","value":{"value":"a@home.org","type":"home","display":"New"}})",
     "/emails/2=absent"},
    {R"({"op":"add","path":"emails","value":{"value":"a@home.org","type":"home","primary":true}})",
     R"(/emails=[{"value":"a@example.org","type":"work","primary":false},)"
     R"({"value":"a@home.org","type":"home","display":"Home","primary":true}])"},
    {R"({"op":"add","path":"emails","value":{"value":"a@home.org","type":"other"}})",
     R"(/emails/2={"value":"a@home.org","type":"other"})"},
    {R"({"op":"add","path":"emails","value":[{"value":"n","type":"x"},{"value":"n","type":"x","display":"N"}]})",
     R"(/emails/2={"value":"n","type":"x","display":"N"})"},
    {R"({"op":"add","path":"addresses","value":{"type":"work","locality":"Lyon"}},)"
     R"({"op":"add","path":"addresses","value":{"type":"work","locality":"Brest"}})",
     R"(/addresses/1/locality="Brest")"},
    // A list is stored as it was given
    {R"({"op":"replace","path":"emails","value":[{"value":"x","type":"work"},{"value":"x"}]})",
     R"(/emails=[{"value":"x","type":"work"},{"value":"x"}])"},
    {R"({"op":"replace","path":"emails","value":[{"value":"x"},{"value":"x"}]})",
     R"(/emails=[{"value":"x"}])"},
    // Value filters
    {R"({"op":"replace","path":"emails[type eq \"home\"].primary","value":true})",
     "/emails/0/primary=false"},
    {R"({"op":"replace","path":"emails[type eq \"home\"].primary","value":true})",
     "/emails/1/primary=true"},
    {R"({"op":"replace","path":"emails[type eq \"work\"].value","value":"w@example.org"})",
     R"(/emails/0/value="w@example.org")"},
    {R"({"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"w@example.org"}})",
     R"(/emails/0={"value":"w@example.org"})"},
    {R"({"op":"add","path":"emails[type eq \"work\"]","value":{"display":"W"}})",
     R"(/emails/0/display="W")"},
    {R"({"op":"remove","path":"emails[type eq \"home\"].display"})", "/emails/1/display=absent"},
    {R"({"op":"remove","path":"emails[type eq \"home\"]"})", "/emails/1=absent"},
    {R"({"op":"remove","path":"emails[type pr]"})", "/emails=absent"},
    {R"({"op":"remove","path":"emails[type eq \"zzz\"]"})", std::string("/emails=") + kTwo},
    {R"({"op":"replace","path":"emails[type eq \"zzz\"].value","value":"z@example.org"})",
     "noTarget"},
    {R"({"op":"replace","path":"emails[type eq \"zzz\"].value","value":"z@example.org"})",
     R"(/emails/2={"value":"z@example.org","type":"zzz"})", Dialect::kEntra},
    {R"({"op":"replace","path":"emails[type sw \"zzz\"].value","value":"z@example.org"})",
     "noTarget", Dialect::kEntra},
    {R"({"op":"add","path":"emails[type eq \"other\"].value","value":"o@example.org"})",
     R"(/emails/2={"value":"o@example.org","type":"other"})"},
    {R"({"op":"add","path":"emails[type eq \"other\"].value","value":"o@example.org"})", "noTarget",
     Dialect::kStrict},
    {R"({"op":"add","path":"roles[primary eq \"True\"].value","value":"r"})",
     R"(/roles=[{"value":"r","primary":true}])", Dialect::kEntra},
    {R"({"op":"remove","path":"emails","value":[{"value":"a@home.org"}]})", "/emails/1=absent"},
    {R"({"op":"remove","path":"emails","value":[{"value":"a@home.org"}]})", "invalidSyntax",
     Dialect::kStrict},
    {R"({"op":"replace","path":"emails.type","value":"other"})", R"(/emails/1/type="other")"},
    // Extension
    {R"({"op":"add","path":")" ENTPATH R"(:employeeNumber","value":"42"})",
     R"()" ENT R"(/employeeNumber="42")"},
    {R"({"op":"add","path":")" ENTPATH R"(","value":{"costCenter":"c","department":"D"}})",
     ENT R"(={"costCenter":"c","department":"D"})"},
    {R"({"op":"remove","path":")" ENTPATH R"("})", ENT "=absent"},
    {R"({"op":"remove","path":")" ENTPATH R"(:department"})", ENT "=absent"},
    {R"({"op":"replace","path":")" ENTPATH R"(:manager","value":"id"})", "invalidValue"},
    {R"({"op":"replace","path":")" ENTPATH R"(:manager","value":"id"})",
     ENT R"(/manager={"value":"id"})", Dialect::kEntra},
    {R"({"op":"add","path":")" ENTPATH R"(:manager","value":{"$ref":null,"value":"id"}})",
     ENT R"(/manager={"value":"id"})"},
    {R"({"op":"replace","path":")" ENTPATH R"(:manager","value":""})", ENT "/manager=absent",
     Dialect::kEntra},
    {R"({"op":"remove","path":"urn:habilitd:scim:schemas:extension:User"})", "mutability"},
    // A link is its value and its $ref at once
    {MANAGED R"({"op":"replace","path":")" ENTPATH R"(:manager","value":{"$ref":"/Users/new"}})",
     ENT R"(/manager={"$ref":"/Users/new"})"},
    {MANAGED R"({"op":"add","path":")" ENTPATH R"(:manager","value":{"value":"new"}})",
     ENT R"(/manager={"value":"new"})"},
    {MANAGED R"({"op":"replace","path":")" ENTPATH R"(:manager","value":{"value":"old"}})",
     ENT R"(/manager={"value":"old","$ref":"/Users/old"})"},
    {MANAGED R"({"op":"replace","path":")" ENTPATH R"(:manager.value","value":"new"})",
     ENT R"(/manager={"value":"new"})"},
    {MANAGED R"({"op":"replace","path":")" ENTPATH R"(:manager.value","value":"old"})",
     ENT R"(/manager={"value":"old","$ref":"/Users/old"})"},
    {MANAGED R"({"op":"remove","path":")" ENTPATH R"(:manager.value"})", ENT "/manager=absent"},
    {MANAGED R"({"op":"replace","path":")" ENTPATH R"(:manager.value","value":""})",
     ENT "/manager=absent"},
    {MANAGED R"({"op":"replace","path":")" ENTPATH R"(:manager.value","value":null})",
     ENT "/manager=absent"},
    // Without a path
    {R"({"op":"replace","value":{"title":"X","displayName":"Y"}})", R"(/displayName="Y")"},
    {R"({"op":"add","value":{")" ENTPATH R"(":{"department":"X"}}})", ENT R"(/department="X")"},
    {R"({"op":"replace","value":{"title":"X"}})", "noTarget", Dialect::kStrict},
    {R"({"op":"replace","value":{"name.givenName":"Eve",")" ENTPATH R"(:department":"X"}})",
     "invalidSyntax"},
    {R"({"op":"replace","value":{"name.givenName":"Eve",")" ENTPATH R"(:department":"X"}})",
     R"(/name={"familyName":"Martin","givenName":"Eve"})", Dialect::kEntra},
    {R"({"op":"replace","value":{"id":"x","displayName":"Y"}})", R"(/displayName="Y")",
     Dialect::kOkta},
    {R"({"op":"replace","value":{"id":"x","displayName":"Y"}})", "mutability"},
    {R"({"op":"replace","value":{"nope":1}})", "invalidSyntax"},
    {R"({"op":"replace","value":{"nope":1,"title":"X"}})", R"(/title="X")", Dialect::kEntra},
    {R"({"op":"replace","value":"x"})", "invalidSyntax"},
    // Forms of op and value
    {R"({"op":"Replace","path":"title","value":"X"})", R"(/title="X")"},
    {R"({"op":"Replace","path":"title","value":"X"})", "invalidSyntax", Dialect::kStrict},
    {R"({"op":"replace","path":"active","value":"False"})", "/active=false", Dialect::kEntra},
    {R"({"op":"replace","path":"active","value":"False"})", "invalidValue"},
    {R"({"op":"replace","path":"title","value":"X","name":"n"})", R"(/title="X")"},
    {R"({"op":"replace","path":"title","value":"X","name":"n"})", "invalidSyntax",
     Dialect::kStrict},
    {R"({"op":"add","path":"EMAILS[TYPE eq \"work\"].Value","value":"w@example.org"})",
     R"(/emails/0/value="w@example.org")"},
    // What nobody knows, in a path with brackets
    {R"({"op":"add","path":"badges[type eq \"work\"].value","value":"x"},)" TITLE, R"(/title="X")",
     Dialect::kEntra},
    {R"({"op":"replace","path":"emails[type eq \"work\"].nope","value":"x"},)" TITLE,
     R"(/title="X")", Dialect::kEntra},
    {R"({"op":"remove","path":"emails[nope eq \"x\" and type pr].value"},)" TITLE, R"(/title="X")",
     Dialect::kEntra},
    {R"({"op":"add","value":{"badges[type eq \"work\"].value":"x","title":"X"}})", R"(/title="X")",
     Dialect::kEntra},
    {R"({"op":"replace","path":"roles[primary eq \"True\"].nope","value":"x"},)" TITLE,
     R"(/title="X")", Dialect::kEntra},
    {R"({"op":"add","path":"badges[type eq \"work\"].value","value":"x"})", "invalidPath"},
    {R"({"op":"replace","path":"emails[type eq \"work\"].nope","value":"x"})", "invalidPath"},
    {R"({"op":"add","path":"badges[type eq \"work\".value","value":"x"})", "invalidPath",
     Dialect::kEntra},
    {R"({"op":"add","path":"badges[type eq].value","value":"x"})", "invalidPath", Dialect::kEntra},
    {R"({"op":"add","path":"emails[type eq].nope","value":"x"})", "invalidFilter", Dialect::kEntra},
    {R"({"op":"add","path":"emails[nope eq].value","value":"x"})", "invalidFilter",
     Dialect::kEntra},
    {R"({"op":"add","path":"emails[type eq \"work\"]nope","value":"x"})", "invalidPath",
     Dialect::kEntra},
    {R"({"op":"add","path":"emails[type eq \"work\"].","value":"x"})", "invalidPath",
     Dialect::kEntra},
    {R"({"op":"add","path":"bad..ges[type eq \"work\"].value","value":"x"})", "invalidPath",
     Dialect::kEntra},
    {R"({"op":"add","path":"a[type pr] or b[type pr].value","value":"x"})", "invalidPath",
     Dialect::kEntra},
    {R"({"op":"add","path":"name[givenName pr].familyName","value":"x"})", "invalidPath",
     Dialect::kEntra},
    // Refused
    {R"({"op":"remove","path":"password"})", "mutability"},
    {"", "invalidSyntax"},
    {R"({"op":"move","path":"title"})", "invalidSyntax"},
    {R"({"path":"title","value":"x"})", "invalidSyntax"},
    {R"({"op":"add","path":"title"})", "invalidSyntax"},
    {R"({"op":"remove"})", "noTarget"},
    {R"({"op":"remove","value":{"title":"x"}})", "noTarget"},
    {R"({"op":"remove","path":"userName"})", "mutability"},
    {R"({"op":"replace","path":"userName","value":null})", "invalidValue"},
    {R"({"op":"replace","path":"id","value":"x"})", "mutability"},
    {R"({"op":"replace","path":"meta.created","value":"x"})", "mutability"},
    {R"({"op":"add","path":"groups","value":[{"value":"x"}]})", "mutability"},
    {R"({"op":"replace","path":"title","value":1})", "invalidValue"},
    {R"({"op":"replace","path":"title","value":{"a":1}})", "invalidValue"},
    {R"({"op":"replace","path":"name","value":"x"})", "invalidValue"},
    {R"({"op":"replace","path":"emails[0]","value":{}})", "invalidFilter"},
    {R"({"op":"replace","path":"emails[type eq]","value":{}})", "invalidFilter"},
    {R"({"op":"replace","path":"name..x","value":"x"})", "invalidPath"},
    {R"({"op":"replace","path":5,"value":"x"})", "invalidPath"},
    {R"({"op":"replace","path":"nope","value":"x"})", "invalidPath"},
    {R"({"op":"add","path":"nope","value":"x"},{"op":"add","path":"title","value":"X"})",
     R"(/title="X")", Dialect::kEntra},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(unit)

BOOST_DATA_TEST_CASE(an_operation_does_what_the_rfc_says, boost::unit_test::data::make(kCases),
                     example) {
  const std::string outcome = run(example);
  BOOST_TEST(holds(outcome, example.expected), outcome << " instead of " << example.expected);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_no_patch_is_refused) {
  for (const char* body :
       {"[]", "{}", R"({"schemas":["x"],"Operations":[{"op":"add","path":"title","value":"x"}]})",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]})",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{}})",
        R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[1]})"}) {
    Tolerance tolerance(Dialect::kRfc);
    auto edits = parse_patch(user_type(), Json::parse(body), tolerance);
    BOOST_TEST_REQUIRE(!edits.ok(), body);
    BOOST_TEST(edits.error().reason == "invalidSyntax");
  }
}

BOOST_AUTO_TEST_CASE(every_quirk_that_was_used_is_noted) {
  Tolerance tolerance(Dialect::kEntra);
  const Json body = Json::parse(scim::tests::patch(R"({"op":"Add","value":{"active":"True"}})"));
  BOOST_TEST_REQUIRE(parse_patch(user_type(), body, tolerance).ok());
  BOOST_TEST(tolerance.used(Quirk::kOpCase));
  BOOST_TEST(tolerance.used(Quirk::kPathless));
  BOOST_TEST(!tolerance.used(Quirk::kDottedKeys));
}

BOOST_AUTO_TEST_CASE(an_unknown_attribute_in_brackets_is_counted) {
  Tolerance tolerance(Dialect::kEntra);
  const Json body = Json::parse(
      scim::tests::patch(R"({"op":"add","path":"badges[type eq \"work\"].value","value":"x"})"));
  BOOST_TEST_REQUIRE(parse_patch(user_type(), body, tolerance).ok());
  BOOST_TEST(tolerance.used(Quirk::kUnknownAttribute));
}

BOOST_AUTO_TEST_SUITE_END()
