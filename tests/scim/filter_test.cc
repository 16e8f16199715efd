// The filter grammar, its types and its matching (RFC 7644 section 3.4.2.2).
#include "scim/filter.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/json.h"
#include "scim/json_reader.h"

using namespace habilitd;
using namespace habilitd::scim;

namespace {

const char* const kPeople = R"json([
 {"id":"1","userName":"alice","title":"Head","active":true,"externalId":"ABC","userType":"Employee",
  "displayName":"say \"hi\" \\ ok","meta":{"created":"2026-03-08T10:00:00Z"},
  "schemas":["urn:ietf:params:scim:schemas:core:2.0:User",
             "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "name":{"familyName":"Zoé"},
  "emails":[{"value":"alice@example.com","type":"work","primary":true},
            {"value":"alice@home.org","type":"home"}],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
    {"department":"DSI","manager":{"value":"id-2"}}},
 {"id":"2","userName":"Bob","active":false,"externalId":"abc","userType":"Intern",
  "displayName":"O'Malley","meta":{"created":"2026-03-08T12:00:00+01:00"},
  "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
  "emails":[{"value":"bob@example.org","type":"work"}],
  "groups":[{"value":"g","display":"G"}]},
 {"id":"3","userName":"carol","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}
])json";

// The ids that match, or the error's reason.
std::string outcome(const std::string& text, Dialect dialect = Dialect::kRfc) {
  Tolerance tolerance(dialect);
  FilterContext context{user_type(), &tolerance, false, {100000, 48, 2000}};
  auto filter = parse_filter(text, context);
  if (!filter) return filter.error().reason;
  const Json people = Json::parse(kPeople);
  std::string found;
  for (const Json& person : people) {
    if (matches(*filter, JsonReader(user_type(), person)))
      found += person.at("id").get<std::string>();
  }
  return found;
}

struct Case {
  std::string filter, expected;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.filter.substr(0, 80); }

const std::string kEnterprise(kEnterpriseUrn);
const Case kCases[] = {
    {R"(userName Eq "ALICE")", "1"},
    {R"(USERNAME eq "alice")", "1"},
    {R"(userName eq"alice")", "1"},
    {R"(urn:ietf:params:scim:schemas:core:2.0:User:userName sw "al")", "1"},
    {R"(userName co "")", "123"},
    {R"(userName ew "OB")", "2"},
    {R"(userName gt "alice")", "23"},
    {R"(userName le "BOB")", "12"},
    {R"(title pr or userType eq "Intern" and active eq true)", "1"},
    {R"((title pr or userType eq "Intern") and active eq false)", "2"},
    {R"(not (userName eq "bob") and title pr)", "1"},
    {R"(not(active eq true))", "23"},
    {R"(NOT (active eq true) AND userName pr)", "23"},
    {R"(userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org"))",
     "3"},
    {R"(emails[type eq "work" and value co "@example.com"])", "1"},
    {R"(emails[type eq "home" and value co "@example.com"])", ""},
    {R"(emails.type eq "home" and emails.value co "@example.com")", "1"},
    {R"(emails[type eq "work"].value eq "BOB@example.org")", "2"},
    {R"(emails[not (type eq "work")])", "1"},
    {R"(emails[primary eq true])", "1"},
    {R"(emails pr)", "12"},
    {R"(name pr)", "1"},
    {"name.familyName eq \"ZO\xc3\x89\"", "1"},
    {R"(name.familyName eq "zo\u00e9")", "1"},
    {"name.familyName co \"\xc3\x89\"", "1"},
    {R"(displayName eq "o'malley")", "2"},
    {R"(displayName eq "say \"hi\" \\ ok")", "1"},
    {R"(externalId eq "ABC")", "1"},
    {R"(externalId eq "abc")", "2"},
    {R"(id eq "3")", "3"},
    {R"(title eq null)", "23"},
    {R"(title ne null)", "1"},
    {R"(not (title pr))", "23"},
    {R"(title ne "x")", "123"},
    {"schemas eq \"" + kEnterprise + "\"", "1"},
    {kEnterprise + R"(:manager.value eq "id-2")", "1"},
    {kEnterprise + R"(:manager eq "id-2")", "1"},
    {kEnterprise + R"(:department sw "d")", "1"},
    {R"(groups.value eq "g")", "2"},
    {R"(groups eq "g")", "2"},
    {R"(meta.created eq "2026-03-08T11:00:00Z")", "2"},
    {R"(meta.created lt "2026-03-08T10:30:00.5Z")", "1"},
    {R"(userName eq "a\" or \"1\" eq \"1")", ""},
    // Refused
    {R"(emails[ims[type eq "x"]])", "invalidFilter"},
    {R"(displayName eq "x)", "invalidFilter"},
    {R"(userName eq bob)", "invalidFilter"},
    {R"(userName regex "x")", "invalidFilter"},
    {R"(userName eq)", "invalidFilter"},
    {R"(userName)", "invalidFilter"},
    {R"((title pr)", "invalidFilter"},
    {R"(title pr))", "invalidFilter"},
    {R"(title pr userName pr)", "invalidFilter"},
    {"", "invalidFilter"},
    {" ", "invalidFilter"},
    {R"(nope eq "x")", "invalidFilter"},
    {R"(name.nope eq "x")", "invalidFilter"},
    {R"(emails[nope eq "x"])", "invalidFilter"},
    {R"(userName[type eq "x"])", "invalidFilter"},
    {R"(emails[type eq "x")", "invalidFilter"},
    {R"(emails[])", "invalidFilter"},
    {R"(active gt true)", "invalidFilter"},
    {R"(active eq "yes")", "invalidFilter"},
    {R"(active eq "True")", "invalidFilter"},
    {R"(active co true)", "invalidFilter"},
    {R"(userName eq true)", "invalidFilter"},
    {R"(userName eq 1)", "invalidFilter"},
    {R"(userName gt null)", "invalidFilter"},
    {R"(x509Certificates.value gt "a")", "invalidFilter"},
    {R"(meta.created gt "yesterday")", "invalidFilter"},
    {R"(meta.created co "2026")", "invalidFilter"},
    {R"(password eq "x")", "invalidFilter"},
    {R"(password pr)", "invalidFilter"},
    {R"(name eq "x")", "invalidFilter"},
    {R"(not title pr)", "invalidFilter"},
    {R"(userName eq "\ud800")", "invalidFilter"},
    {R"(userName eq "\x")", "invalidFilter"},
    {"userName eq \"\xff\"", "invalidFilter"},
    {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", "invalidFilter"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(unit)

BOOST_DATA_TEST_CASE(a_filter_selects_exactly_the_people_it_names,
                     boost::unit_test::data::make(kCases), example) {
  BOOST_TEST(outcome(example.filter) == example.expected);
}

BOOST_AUTO_TEST_CASE(string_booleans_are_understood_from_entra_only) {
  BOOST_TEST(outcome(R"(active eq "True")", Dialect::kEntra) == "1");
  BOOST_TEST(outcome(R"(active eq "True")", Dialect::kStrict) == "invalidFilter");
}

BOOST_AUTO_TEST_CASE(limits_answer_instead_of_overflowing) {
  std::string terms = R"(userName eq "alice")";
  for (int i = 0; i < 1000; ++i) terms += R"( or id eq "9")";
  BOOST_TEST(outcome(terms) == "1");
  for (int i = 0; i < 1500; ++i) terms += R"( or id eq "9")";
  BOOST_TEST(outcome(terms) == "tooMany");
  BOOST_TEST(outcome(std::string(40, '(') + "title pr" + std::string(40, ')')) == "1");
  BOOST_TEST(outcome(std::string(200, '(') + "title pr" + std::string(200, ')')) ==
             "invalidFilter");
  BOOST_TEST(outcome("userName eq \"" + std::string(100000, 'x') + "\"") == "tooMany");
}

BOOST_AUTO_TEST_CASE(an_unknown_attribute_is_false_at_the_root) {
  FilterContext context{group_type(), nullptr, true, {}};
  const Json group = Json::parse(R"({"id":"1","displayName":"x"})");
  const JsonReader reader(group_type(), group);
  for (const char* filter :
       {R"(userName eq "x")", R"(nope pr)", R"(emails[type eq "x"])", R"(members[nope eq "x"])"}) {
    auto parsed = parse_filter(filter, context);
    BOOST_TEST_REQUIRE(parsed.ok());
    BOOST_TEST(!matches(*parsed, reader));
  }
  auto either = parse_filter(R"(userName eq "x" or displayName eq "X")", context);
  BOOST_TEST_REQUIRE(either.ok());
  BOOST_TEST(matches(*either, reader));
}

BOOST_AUTO_TEST_CASE(patch_paths_name_attributes_sub_attributes_and_elements) {
  const FilterContext context{user_type(), nullptr, false, {}};
  auto path = parse_patch_path(R"(emails[type eq "work"].value)", context);
  BOOST_TEST_REQUIRE(path.ok());
  BOOST_TEST(path->path.attribute->name == "emails");
  BOOST_TEST(path->path.sub->name == "value");
  BOOST_TEST(path->filter.has_value());
  auto extension = parse_patch_path(kEnterpriseUrn, context);
  BOOST_TEST_REQUIRE(extension.ok());
  BOOST_TEST(extension->path.schema->id == std::string(kEnterpriseUrn));
  BOOST_TEST(!extension->path.attribute);
  auto full =
      parse_patch_path("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", context);
  BOOST_TEST_REQUIRE(full.ok());
  BOOST_TEST(full->path.sub->name == "familyName");
  for (const char* bad : {"name..x", "nope", "", "emails[type eq \"a\"]x",
                          "name[givenName eq \"a\"]", "emails.value.x"}) {
    auto refused = parse_patch_path(bad, context);
    BOOST_TEST_REQUIRE(!refused.ok());
    BOOST_TEST(refused.error().reason == "invalidPath");
  }
  for (const char* bad : {"emails[0]", "emails[type eq]", "emails[value eq \"a\""}) {
    auto refused = parse_patch_path(bad, context);
    BOOST_TEST_REQUIRE(!refused.ok());
    BOOST_TEST(refused.error().reason == "invalidFilter");
  }
}

BOOST_AUTO_TEST_SUITE_END()
