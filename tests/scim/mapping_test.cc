// What /Schemas promises comes back byte for byte; LDAP stays the truth for what LDAP holds.
#include <boost/test/unit_test.hpp>

#include "scim/schema.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim;
using namespace habilitd::scim::tests;

namespace {

const std::string kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

Json random_value(const scim::Attribute& attribute, int turn) {
  const std::string text =
      attribute.name + " \xc3\xa9t\xc3\xa9 \xe2\x82\xac \"q\" \\ " + std::to_string(turn);
  switch (attribute.type) {
    case Type::kBoolean:
      return turn % 2 == 0;
    case Type::kBinary:
      return "AQIDBA==";
    case Type::kReference:
      return "https://example.org/" + std::to_string(turn) + "?a=b&c";
    default:
      return text;
  }
}

// A value for each sub-attribute a client can set; mails must look like mails.
Json random_element(const scim::Attribute& attribute, int turn) {
  Json element = Json::object();
  for (const scim::Attribute& sub : attribute.sub) {
    if (sub.mutability != Mutability::kReadOnly) element[sub.name] = random_value(sub, turn);
  }
  if (attribute.name == "emails") element["value"] = "mail" + std::to_string(turn) + "@example.org";
  return element;
}

Json random_for(const scim::Attribute& attribute) {
  if (attribute.type != Type::kComplex) return random_value(attribute, 1);
  if (!attribute.multi_valued) return random_element(attribute, 1);
  return Json::array({random_element(attribute, 1), random_element(attribute, 2)});
}

template <class Use>
void each_settable(Use&& use) {
  const auto visit = [&](const Schema& schema, const std::string& prefix) {
    for (const scim::Attribute& attribute : schema.attributes) {
      const bool skip = attribute.mutability == Mutability::kReadOnly ||
                        attribute.name == "password" || attribute.name == "manager" ||
                        attribute.name == "userName";
      if (!skip) use(attribute, prefix);
    }
  };
  visit(user_type().core(), "");
  visit(user_type().extensions().front(), kEnterprise + ":");
}

std::string pointer(const scim::Attribute& attribute, const std::string& prefix) {
  return (prefix.empty() ? "" : "/" + kEnterprise) + "/" + attribute.name;
}

std::string operation(const char* op, const std::string& path, const Json& value) {
  return dump({{"op", op}, {"path", path}, {"value", value}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mapping)

BOOST_AUTO_TEST_CASE(every_advertised_attribute_is_added_replaced_and_removed_exactly) {
  Provider provider;
  const std::string a = provider.user("alice");
  each_settable([&](const scim::Attribute& attribute, const std::string& prefix) {
    const Json value = random_for(attribute);
    const std::string path = prefix + attribute.name, place = pointer(attribute, prefix);
    const Answer added = provider.ask("PATCH /Users/" + a, patch(operation("add", path, value)));
    BOOST_TEST(added.status() == 200, path << added.response.body);
    BOOST_TEST(added.at(place) == value,
               path << ": " << added.at(place) << " instead of " << value);
    Json other = value;
    if (other.is_array()) other.erase(0);
    if (other.is_string()) other = other.get<std::string>() + "2";
    const Answer replaced =
        provider.ask("PATCH /Users/" + a, patch(operation("replace", path, other)));
    BOOST_TEST(replaced.at(place) == other,
               path << ": " << replaced.at(place) << " instead of " << other);
    BOOST_TEST(provider.ask("GET /Users/" + a).at(place) == other);
    const Answer removed =
        provider.ask("PATCH /Users/" + a, patch(R"({"op":"remove","path":")" + path + "\"}"));
    BOOST_TEST(removed.status() == 200, path << removed.response.body);
    BOOST_TEST(removed.at(place).is_null(), path << removed.response.body);
  });
}

BOOST_AUTO_TEST_CASE(a_whole_person_survives_post_and_put) {
  Provider provider;
  Json person{{"schemas", {std::string(kUserUrn), kEnterprise}}, {"userName", "full"}};
  each_settable([&](const scim::Attribute& attribute, const std::string& prefix) {
    Json& object = prefix.empty() ? person : person[kEnterprise];
    object[attribute.name] = random_for(attribute);
  });
  Answer made = provider.ask("POST /Users", person);
  BOOST_TEST_REQUIRE(made.status() == 201, made.response.body);
  const auto compare = [&](const Answer& answer) {
    for (const auto& [key, value] : person.items())
      BOOST_TEST(answer.json().at(key) == value, key << answer.json().at(key));
  };
  compare(made);
  person["nickName"] = "changed";
  person["emails"].erase(0);
  compare(provider.ask("PUT /Users/" + made.at("/id").get<std::string>(), person));
}

BOOST_AUTO_TEST_CASE(people_of_an_older_directory_are_read_and_changed) {
  Provider provider;
  const std::string base = provider.slapd().layout().suffix.str();
  provider.load(
      "dn: uid=old,ou=people," + base +
      "\nobjectClass: inetOrgPerson\nuid: old\ncn: Old Timer\nsn: Timer\nmail: old@example.org\n"
      "mail: second@example.org\nmobile: +33 6 00 00 00 00\ntitle: One\ntitle: Two\nmanager: "
      "uid=old,ou=people," +
      base + "\n");
  const Answer list = provider.ask("GET /Users?filter=userName%20eq%20%22old%22");
  BOOST_TEST_REQUIRE(list.at("/totalResults") == 1);
  const std::string id = list.at("/Resources/0/id"), place = "/Users/" + id;
  const Answer read = provider.ask("GET " + place);
  BOOST_TEST(read.at("/name") == (Json{{"formatted", "Old Timer"}, {"familyName", "Timer"}}));
  BOOST_TEST(read.at("/active") == true);
  BOOST_TEST(read.at("/emails/0") ==
             (Json{{"value", "old@example.org"}, {"type", "work"}, {"primary", true}}));
  BOOST_TEST(read.at("/emails/1") == (Json{{"value", "second@example.org"}, {"type", "work"}}));
  BOOST_TEST(read.at("/phoneNumbers/0") ==
             (Json{{"value", "+33 6 00 00 00 00"}, {"type", "mobile"}}));
  BOOST_TEST(read.at("/" + kEnterprise + "/manager/value") == id);
  const Answer same =
      provider.ask("PATCH " + place, patch(R"({"op":"replace","path":"title","value":"One"})"));
  BOOST_TEST(same.response.body == read.response.body);
  const Answer off = provider.ask(
      "PATCH " + place,
      patch(
          R"({"op":"replace","path":"active","value":false},{"op":"add","path":"nickName","value":"N"})"));
  BOOST_TEST(off.status() == 200, off.response.body);
  BOOST_TEST(off.at("/active") == false);
  BOOST_TEST(off.at("/nickName") == "N");
  BOOST_TEST(off.at("/emails") == read.at("/emails"));
  const Answer renamed =
      provider.ask("PATCH " + place, patch(R"({"op":"replace","path":"userName","value":"new"})"));
  BOOST_TEST(renamed.status() == 400);
  BOOST_TEST(renamed.scim_type() == "mutability");
  const auto record = provider.directory().view()->by_id(*EntryUuid::parse(id));
  BOOST_TEST(record->values(ldap::Attr::kTitle).size() == 2U);
}

BOOST_AUTO_TEST_CASE(values_changed_in_the_directory_win_over_annotations) {
  Provider provider;
  const std::string a = provider.user(
      "alice",
      {{"emails",
        {{{"value", "a@example.org"}, {"type", "home"}, {"display", "A"}},
         {{"value", "b@example.org"}, {"type", "other"}, {"primary", true}}}},
       {"phoneNumbers",
        {{{"value", "01 23"}, {"type", "fax"}}, {{"value", "n\xc2\xb0 5"}, {"type", "work"}}}}});
  const std::string dn = provider.directory().view()->by_id(*EntryUuid::parse(a))->dn();
  provider.load("dn: " + dn +
                "\nchangetype: modify\ndelete: mail\nmail: b@example.org\n-\nadd: mail\nmail: "
                "c@example.org\n-\nreplace: telephoneNumber\ntelephoneNumber: 04 56\n");
  const Answer read = provider.ask("GET /Users/" + a);
  BOOST_TEST(read.at("/emails") ==
             (Json{{{"value", "a@example.org"}, {"type", "home"}, {"display", "A"}},
                   {{"value", "c@example.org"}, {"type", "work"}}}));
  BOOST_TEST(read.at("/phoneNumbers") == (Json{{{"value", "n\xc2\xb0 5"}, {"type", "work"}},
                                               {{"value", "04 56"}, {"type", "work"}}}));
}

BOOST_AUTO_TEST_CASE(derived_names_are_not_shown_and_follow) {
  Provider provider;
  const std::string a = provider.user("alice");
  const auto cn = [&] {
    return std::string(
        provider.directory().view()->by_id(*EntryUuid::parse(a))->first(ldap::Attr::kCn));
  };
  BOOST_TEST(cn() == "alice");
  BOOST_TEST(provider.ask("GET /Users/" + a).at("/name").is_null());
  const Answer named = provider.ask(
      "PATCH /Users/" + a,
      patch(R"({"op":"add","path":"name","value":{"givenName":"Alice","familyName":"Martin"}})"));
  BOOST_TEST(named.at("/name") == (Json{{"givenName", "Alice"}, {"familyName", "Martin"}}));
  BOOST_TEST(cn() == "Alice Martin");
}

BOOST_AUTO_TEST_CASE(a_broken_annotation_hides_nothing_else) {
  Provider provider;
  const std::string a = provider.user("alice", {{"nickName", "Al"}, {"title", "T"}});
  const std::string dn = provider.directory().view()->by_id(*EntryUuid::parse(a))->dn();
  provider.load("dn: " + dn +
                "\nchangetype: modify\nreplace: habScim\nhabScim: {\"nickName\":\"x\n");
  const Answer read = provider.ask("GET /Users/" + a);
  BOOST_TEST(read.status() == 200);
  BOOST_TEST(read.at("/title") == "T");
  BOOST_TEST(read.at("/nickName").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
