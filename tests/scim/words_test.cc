// The small words: schema table, JSON slices, projection, quirks, versions, errors, merging of
// values.
#include <boost/test/unit_test.hpp>
#include <set>

#include "base/json.h"
#include "scim/dialect.h"
#include "scim/discovery.h"
#include "scim/errors.h"
#include "scim/json_reader.h"
#include "scim/json_slice.h"
#include "scim/json_text.h"
#include "scim/merged_values.h"
#include "scim/normalise.h"
#include "scim/projection.h"
#include "scim/render.h"
#include "scim/resource_reader.h"
#include "scim/version.h"

using namespace habilitd;
using namespace habilitd::scim;

BOOST_AUTO_TEST_SUITE(unit)

BOOST_AUTO_TEST_CASE(every_attribute_of_the_tables_is_found_under_its_names) {
  std::set<std::size_t> indexes;
  for (const ResourceType* type : resource_types()) {
    indexes.clear();
    const auto check = [&](const Schema& schema) {
      for (const scim::Attribute& attribute : schema.attributes) {
        BOOST_TEST(indexes.insert(attribute.index).second);
        const auto path = type->resolve(schema.id + ":" + attribute.name);
        BOOST_TEST_REQUIRE(path.has_value(), attribute.name);
        BOOST_TEST(path->attribute == &attribute);
        BOOST_TEST(!attribute.description.empty());
        for (const scim::Attribute& sub : attribute.sub) {
          BOOST_TEST(indexes.insert(sub.index).second);
          BOOST_TEST(type->resolve(schema.id + ":" + attribute.name + "." + sub.name)->sub == &sub);
        }
      }
    };
    check(type->core());
    for (const Schema& extension : type->extensions()) check(extension);
  }
  BOOST_TEST(!user_type().resolve("department").has_value());
  BOOST_TEST(user_type().resolve("ID")->attribute->name == "id");
}

BOOST_AUTO_TEST_CASE(a_slice_reads_what_a_parser_reads) {
  const std::string text =
      R"( {"a":"x\n\u00e9","b":[1,{"c":"}]"},"s"],"d":true,"e":{}, "f" : null } )";
  const auto all = JsonSlice::open(text);
  BOOST_TEST_REQUIRE(all.has_value());
  std::string kept;
  BOOST_TEST(all->member("a").string(kept) == "x\n\xc3\xa9");
  BOOST_TEST(all->member("d").is_true());
  BOOST_TEST(all->member("f").text() == "null");
  BOOST_TEST(all->member("g").is_nothing());
  std::vector<std::string> elements;
  all->member("b").each_element([&](JsonSlice each) { elements.emplace_back(each.text()); });
  BOOST_TEST(elements == (std::vector<std::string>{"1", R"({"c":"}]"})", "\"s\""}),
             boost::test_tools::per_element());
  for (const char* bad : {"", "{", "{\"a\"}", "{\"a\":}", "[1,]", "[1 2]", "\"a", "tru", "01", "1.",
                          "{\"a\":1}}", "\"\\x\"", "\"\\ud800\"", "{a:1}"}) {
    BOOST_TEST(!JsonSlice::open(bad).has_value(), bad);
  }
  BOOST_TEST(!JsonSlice::open(std::string(20, '[') + std::string(20, ']')).has_value());
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_and_read_back) {
  const std::string text = std::string("q\" b\\ n\n t\t e\x1f \xc3\xa9 \xf0\x9f\x98\x80");
  std::string out;
  append_json_string(out, text);
  BOOST_TEST(Json::parse(out) == text);
  BOOST_TEST(*unescape_json(out.substr(1, out.size() - 2)) == text);
  BOOST_TEST(*unescape_json(R"(\ud83d\ude00)") == "\xf0\x9f\x98\x80");
}

BOOST_AUTO_TEST_CASE(an_answer_shows_what_was_asked_for) {
  const Json person = Json::parse(
      R"({"schemas":["s"],"id":"1","userName":"a","title":"t","name":{"familyName":"f","givenName":"g"},
    "emails":[{"value":"m","type":"work"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d"}})");
  const auto shown = [&](const std::string& attributes, const std::string& excluded) {
    auto set = parse_projection(user_type(), split_names(attributes), split_names(excluded));
    if (!set) return set.error().reason;
    std::string out;
    render(out, user_type(), JsonReader(user_type(), person), *set);
    return out;
  };
  BOOST_TEST(shown("title", "") == R"({"schemas":["s"],"id":"1","title":"t"})");
  BOOST_TEST(shown("NAME.familyName,emails.type", "") ==
             R"({"schemas":["s"],"id":"1","name":{"familyName":"f"},"emails":[{"type":"work"}]})");
  BOOST_TEST(
      shown("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "") ==
      R"({"schemas":["s"],"id":"1","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d"}})");
  BOOST_TEST(shown("",
                   "id,schemas,name,emails.value,urn:ietf:params:scim:schemas:extension:enterprise:"
                   "2.0:User:department") ==
             R"({"schemas":["s"],"id":"1","userName":"a","title":"t","emails":[{"type":"work"}]})");
  BOOST_TEST(shown("nope,password", "") == R"({"schemas":["s"],"id":"1"})");
  BOOST_TEST(shown("a", "b") == "invalidValue");
}

BOOST_AUTO_TEST_CASE(each_quirk_has_its_dialects) {
  struct Row {
    Quirk quirk;
    const char* name;
    const char* dialects;  // r e o s
  };
  const Row rows[] = {{Quirk::kOpCase, "op-case", "reo"},
                      {Quirk::kStringBoolean, "string-boolean", "eo"},
                      {Quirk::kBareManager, "bare-manager", "e"},
                      {Quirk::kReplaceCreates, "replace-creates", "e"},
                      {Quirk::kAddCreates, "add-creates", "reo"},
                      {Quirk::kDottedKeys, "dotted-keys", "e"},
                      {Quirk::kPathless, "pathless", "reo"},
                      {Quirk::kPathlessReadOnly, "pathless-read-only", "eo"},
                      {Quirk::kRemoveByValue, "remove-by-value", "reo"},
                      {Quirk::kExtraMembers, "extra-members", "reo"},
                      {Quirk::kUnknownAttribute, "unknown-attribute", "e"},
                      {Quirk::kForeignSchema, "foreign-schema", "e"},
                      {Quirk::kSchemasMissing, "schemas-missing", "e"}};
  BOOST_TEST(std::size(rows) == kQuirkCount);
  for (const Row& row : rows) {
    BOOST_TEST(quirk_name(row.quirk) == row.name);
    std::string allowed;
    for (const Dialect dialect :
         {Dialect::kRfc, Dialect::kEntra, Dialect::kOkta, Dialect::kStrict}) {
      if (allows(dialect, row.quirk)) allowed += dialect_name(dialect).front();
    }
    BOOST_TEST(allowed == row.dialects, row.name);
  }
}

BOOST_AUTO_TEST_CASE(versions_differ_when_the_entry_changed_and_compare_weakly) {
  const std::string one = etag_of("20260308101914.123456Z#000000#000#000000");
  BOOST_TEST(one == "W/\"20260308101914123456--\"");
  BOOST_TEST(one != etag_of("20260308101914.123456Z#000001#000#000000"));
  BOOST_TEST(etag_of("20260308101914.123456Z#000010#000#000000") !=
             etag_of("20260308101914.123456Z#000001#000#000000"));
  BOOST_TEST(etag_of("20260308101914.123456Z#000000#001#000000") != one);
  BOOST_TEST(names_version(one.substr(2), one));
  BOOST_TEST(names_version("\"x\" , " + one, one));
  BOOST_TEST(names_version(" * ", one));
  BOOST_TEST(!names_version("\"x\"", one));
  BOOST_TEST(!names_version("", one));
}

BOOST_AUTO_TEST_CASE(errors_speak_scim_and_keep_insides_inside) {
  struct Row {
    Error error;
    int status;
    const char* type;
  };
  const Row rows[] = {{invalid("invalidFilter", "why"), 400, "invalidFilter"},
                      {invalid("json-depth", "secret"), 400, "invalidSyntax"},
                      {{Errc::kTooLarge, "json-size", "secret"}, 413, ""},
                      {{Errc::kConflict, "uniqueness", "secret", 19}, 409, "uniqueness"},
                      {{Errc::kConflict, "not-unique", "secret", 19}, 409, "uniqueness"},
                      {{Errc::kInvalid, "directory-schema", "secret", 21}, 400, "invalidValue"},
                      {{Errc::kInternal, "directory-error", "secret", 67}, 400, "mutability"},
                      {{Errc::kForbidden, "sod-exclusive", "secret"}, 403, ""},
                      {{Errc::kStale, "assertion-failed", "secret", 122}, 412, ""},
                      {{Errc::kUnavailable, "directory-lost", "secret"}, 503, ""},
                      {{Errc::kUnknownOutcome, "x", "secret"}, 503, ""},
                      {{Errc::kTooMany, "x", "secret"}, 429, ""},
                      {{Errc::kInternal, "x", "secret"}, 500, ""}};
  for (const Row& row : rows) {
    const Response response = error_response(row.error);
    const Json body = Json::parse(response.body);
    BOOST_TEST(response.status == row.status, row.error.reason);
    BOOST_TEST(body.at("status") == std::to_string(row.status));
    BOOST_TEST(body.value("scimType", "") == row.type, row.error.reason);
    BOOST_TEST(response.body.find("secret") == std::string::npos);
    BOOST_TEST((response.header("Retry-After") != nullptr) == (row.status == 503));
  }
  BOOST_TEST(error_response({Errc::kForbidden, "sod-exclusive", {}}).body.find("sod-exclusive") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(annotations_follow_the_values_of_the_directory) {
  const auto merged = [](const std::vector<LdapValue>& values, const char* notes) {
    const auto slice = JsonSlice::open(notes);
    std::vector<MergedValue> out;
    merge_values(ldap::Attr::kMail, values, slice ? *slice : JsonSlice(), true, out);
    std::string text;
    for (const MergedValue& each : out) {
      text += each.note.is_nothing() ? std::string(each.value) + (each.primary ? "*" : "")
                                     : std::string(each.note.text());
      text += ' ';
    }
    return text;
  };
  BOOST_TEST(merged({{"a@x", "work"}, {"b@x", "work"}}, "") == "a@x* b@x ");
  BOOST_TEST(merged({{"a@x", "work"}, {"b@x", "work"}}, R"([{"value":"B@x"}])") ==
             R"({"value":"B@x"} a@x )");
  BOOST_TEST(merged({}, R"([{"value":"a@x"}])") == "");
  BOOST_TEST(merged({}, "[{\"value\":\"\xc3\xa9@x\"}]") == "{\"value\":\"\xc3\xa9@x\"} ");
  BOOST_TEST(ldap_key(ldap::Attr::kTelephoneNumber, "01 23-45") ==
             ldap_key(ldap::Attr::kTelephoneNumber, "012345"));
  BOOST_TEST(!ldap_holds(ldap::Attr::kTelephoneNumber, "- -"));
}

BOOST_AUTO_TEST_SUITE_END()
