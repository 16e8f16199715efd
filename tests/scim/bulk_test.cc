// /Bulk (RFC 7644 section 3.7; cases 121 to 131).
#include <boost/test/unit_test.hpp>

#include "scim/bulk_plan.h"
#include "scim/bulk_references.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim;
using namespace habilitd::scim::tests;

namespace {

const std::string kUser = "urn:ietf:params:scim:schemas:core:2.0:User",
                  kGroup = "urn:ietf:params:scim:schemas:core:2.0:Group",
                  kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

Json post_user(const std::string& bulk_id, const std::string& name, Json more = Json::object()) {
  more["schemas"] = {kUser, kEnterprise};
  more["userName"] = name;
  return {{"method", "POST"}, {"path", "/Users"}, {"bulkId", bulk_id}, {"data", more}};
}

Json post_group(const std::string& bulk_id, const std::string& name,
                const std::vector<std::string>& members) {
  Json data{{"schemas", {kGroup}}, {"displayName", name}};
  for (const std::string& each : members) data["members"].push_back({{"value", each}});
  return {{"method", "POST"}, {"path", "/Groups"}, {"bulkId", bulk_id}, {"data", data}};
}

Json managed_by(const std::string& id) { return {{kEnterprise, {{"manager", {{"value", id}}}}}}; }

Json on(const char* method, const std::string& path, Json data = Json()) {
  Json operation{{"method", method}, {"path", path}};
  if (!data.is_null()) operation["data"] = std::move(data);
  return operation;
}

Json patch_data(const std::string& operations) { return Json::parse(patch(operations)); }

struct Bulk : Provider {
  Answer send(const Json& operations, Json more = Json::object()) {
    more["schemas"] = {"urn:ietf:params:scim:api:messages:2.0:BulkRequest"};
    more["Operations"] = operations;
    return ask("POST /Bulk", more);
  }
  // The statuses, in order; every answer has the shape of section 3.7.3.
  std::string statuses(const Answer& answer) {
    BOOST_REQUIRE_MESSAGE(answer.status() == 200, answer.response.body);
    BOOST_TEST(answer.at("/schemas/0") == "urn:ietf:params:scim:api:messages:2.0:BulkResponse");
    std::string all;
    for (const Json& each : answer.at("/Operations")) {
      BOOST_REQUIRE(each.at("status").is_string());
      const std::string status = each.at("status");
      all += status + ' ';
      const bool good = status < "300";
      BOOST_TEST(each.contains("response") == !good);
      if (good) {
        BOOST_TEST(each.at("location").is_string());
      } else {
        BOOST_TEST(each.at("response").at("status") == status);
      }
      if (!good && each.value("method", "") == "POST") BOOST_TEST(!each.contains("location"));
    }
    return all;
  }
  static std::string id_of(const Answer& answer, std::size_t operation) {
    const std::string location =
        answer.at("/Operations/" + std::to_string(operation) + "/location").get<std::string>();
    return location.substr(location.rfind('/') + 1);
  }
  std::string manager_of(const std::string& id) {
    const Json manager = ask("GET /Users/" + id).at("/" + kEnterprise + "/manager/value");
    return manager.is_string() ? manager.get<std::string>() : std::string();
  }
  Json members_of(const std::string& id) { return ask("GET /Groups/" + id).at("/members"); }
  long long people() { return ask("GET /Users?count=0").at("/totalResults").get<long long>(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk)

BOOST_AUTO_TEST_CASE(what_is_needed_is_planned_first_and_circles_are_closed_at_their_end) {
  const auto order = [](const std::vector<std::vector<std::size_t>>& needs) {
    std::string text;
    for (const BulkStep& step : plan_bulk(needs).steps) {
      text += std::to_string(step.operation) + (step.links ? "+" : "") + ' ';
    }
    return text;
  };
  BOOST_TEST(order({{}, {}, {}}) == "0 1 2 ");
  BOOST_TEST(order({{2}, {}, {1}}) == "1 2 0 ");
  BOOST_TEST(order({{1}, {0}}) == "1 0 1+ ");
  BOOST_TEST(order({{0}}) == "0 0+ ");
  BOOST_TEST(order({{1}, {2}, {0, 1}}) == "2 1 0 2+ ");
  std::vector<std::vector<std::size_t>> chain(100000);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) chain[i] = {i + 1};
  BOOST_TEST(plan_bulk(chain).steps.front().operation == chain.size() - 1);
}

BOOST_AUTO_TEST_CASE(references_stand_in_values_uris_and_filters) {
  Json data = Json::parse(R"({"a":"bulkId:x","b":[{"$ref":"https://h/Users/bulkId:y"}],
    "Operations":[{"path":"members[value eq \"bulkId:z\"]","value":"a bulkId:no"}],
    "c":"say \"bulkId:no\"", "bulkId:no":1})");
  BOOST_TEST(references_in(data) == (std::set<std::string>{"x", "y", "z"}),
             boost::test_tools::per_element());
  each_reference(data, [](const std::string& id) { return id + id; });
  BOOST_TEST(data.at("a") == "xx");
  BOOST_TEST(data.at("b").at(0).at("$ref") == "https://h/Users/yy");
  BOOST_TEST(data.at("Operations").at(0).at("path") == "members[value eq \"zz\"]");
}

BOOST_AUTO_TEST_CASE(a_group_is_made_with_people_made_beside_it_in_any_order) {
  Bulk bulk;
  const Answer answer =
      bulk.send({post_group("g", "Forward", {"bulkId:u2", "bulkId:u1"}), post_user("u1", "one"),
                 post_user("u2", "two"), post_group("h", "Backward", {"bulkId:u1"})});
  BOOST_TEST(bulk.statuses(answer) == "201 201 201 201 ");
  BOOST_TEST(answer.at("/Operations/0/bulkId") == "g");
  BOOST_TEST(answer.at("/Operations/1/method") == "POST");
  BOOST_TEST(bulk.members_of(Bulk::id_of(answer, 0)).size() == 2U);
  BOOST_TEST(bulk.members_of(Bulk::id_of(answer, 3)).at(0).at("value") == Bulk::id_of(answer, 1));
  // As the version was before there were groups.
  const Answer one =
      bulk.ask("GET /Users/" + Bulk::id_of(answer, 1) + "?excludedAttributes=groups");
  BOOST_TEST(answer.at("/Operations/1/version") == one.header("ETag"));
  BOOST_TEST(answer.at("/Operations/1/location") == one.header("Location"));
}

BOOST_AUTO_TEST_CASE(managers_may_be_chained_at_any_depth) {
  Bulk bulk;
  Json operations = Json::array();
  for (int i = 0; i < 30; ++i) {
    operations.push_back(post_user(std::to_string(i), "p" + std::to_string(i),
                                   managed_by("bulkId:" + std::to_string(i + 1))));
  }
  operations.push_back(post_user("30", "boss"));
  const Answer answer = bulk.send(operations);
  for (std::size_t i = 0; i < 30; ++i) {
    BOOST_TEST(bulk.manager_of(Bulk::id_of(answer, i)) == Bulk::id_of(answer, i + 1));
  }
}

BOOST_AUTO_TEST_CASE(circles_are_made_and_then_linked) {
  Bulk bulk;
  const Answer groups = bulk.send(
      {post_group("a", "Group A", {"bulkId:b"}), post_group("b", "Group B", {"bulkId:a"})});
  BOOST_TEST(bulk.statuses(groups) == "201 201 ");
  const std::string a = Bulk::id_of(groups, 0), b = Bulk::id_of(groups, 1);
  BOOST_TEST(bulk.members_of(a).at(0).at("value") == b);
  BOOST_TEST(bulk.members_of(b).at(0).at("value") == a);
  BOOST_TEST(groups.at("/Operations/1/version") == bulk.ask("GET /Groups/" + b).header("ETag"));
  const Answer people = bulk.send({post_user("x", "x", managed_by("bulkId:y")),
                                   post_user("y", "y", managed_by("bulkId:z")),
                                   post_user("z", "z", managed_by("bulkId:x")),
                                   post_user("self", "self", managed_by("bulkId:self"))});
  BOOST_TEST(bulk.statuses(people) == "201 201 201 201 ");
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(bulk.manager_of(Bulk::id_of(people, i)) == Bulk::id_of(people, (i + 1) % 3));
  }
  BOOST_TEST(bulk.manager_of(Bulk::id_of(people, 3)) == Bulk::id_of(people, 3));
}

BOOST_AUTO_TEST_CASE(a_circle_that_cannot_be_closed_leaves_nothing_behind) {
  Bulk bulk;
  bulk.user("taken");
  const Answer answer = bulk.send({post_user("x", "taken", managed_by("bulkId:y")),
                                   post_user("y", "y", managed_by("bulkId:x")),
                                   post_group("g", "Itself", {"bulkId:g"})});
  BOOST_TEST(bulk.statuses(answer) == "409 409 400 ");
  BOOST_TEST(answer.at("/Operations/0/response/scimType") == "uniqueness");
  BOOST_TEST(bulk.people() == 1);
  BOOST_TEST(bulk.ask("GET /Groups?count=0").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_CASE(changes_and_deletions_may_name_what_is_made_beside_them) {
  Bulk bulk;
  const std::string old = bulk.user("old"), group = bulk.group("Team", {old});
  const Answer answer = bulk.send(
      {on("PATCH", "/Users/bulkId:u1", patch_data(R"({"op":"add","path":"title","value":"New"})")),
       post_user("u1", "one"), post_user("u2", "two"),
       on("PATCH", "/Groups/" + group,
          patch_data(R"({"op":"add","path":"members","value":[{"value":"bulkId:u1"},
                         {"value":"bulkId:u2"}]},
                        {"op":"remove","path":"members[value eq \"bulkId:u2\"]"})")),
       on("PUT", "/Users/" + old, {{"schemas", {kUser}}, {"userName", "older"}}),
       on("DELETE", "/Users/bulkId:u2")});
  BOOST_TEST(bulk.statuses(answer) == "204 201 201 204 200 204 ");
  const std::string one = Bulk::id_of(answer, 1);
  BOOST_TEST(bulk.ask("GET /Users/" + one).at("/title") == "New");
  BOOST_TEST(bulk.members_of(group).size() == 2U);
  BOOST_TEST(bulk.ask("GET /Users/" + old).at("/userName") == "older");
  BOOST_TEST(bulk.ask("GET /Users/" + Bulk::id_of(answer, 2)).status() == 404);
}

BOOST_AUTO_TEST_CASE(one_failure_stops_nobody_else) {
  Bulk bulk;
  const std::string id = bulk.user("old");
  const std::string tag = bulk.ask("GET /Users/" + id).header("ETag");
  BOOST_REQUIRE(bulk.ask("PATCH /Users/" + id, patch(R"({"op":"add","path":"title","value":"x"})"))
                    .status() == 200);
  Json stale = on("DELETE", "/Users/" + id);
  stale["version"] = tag;
  const Answer answer = bulk.send({post_group("g", "Lost", {"bulkId:nobody"}), post_user("bad", ""),
                                   post_group("h", "Lost too", {"bulkId:bad"}), stale,
                                   on("DELETE", "/Users/" + EntryUuid::random().str()),
                                   post_user("good", "good"), post_user("again", "GOOD")});
  BOOST_TEST(bulk.statuses(answer) == "400 400 409 412 404 201 409 ");
  BOOST_TEST(answer.at("/Operations/3/location") ==
             bulk.ask("GET /Users/" + id).header("Location"));
  BOOST_TEST(answer.at("/Operations/6/response/scimType") == "uniqueness");
}

BOOST_AUTO_TEST_CASE(fail_on_errors_is_the_number_of_errors_that_ends_it) {
  for (const auto& [most, expected] : {std::pair<int, std::string>{1, "201 400 "},
                                       {2, "201 400 201 400 "},
                                       {3, "201 400 201 400 201 "}}) {
    Bulk bulk;
    const Answer answer =
        bulk.send({post_user("1", "one"), post_user("2", ""), post_user("3", "three"),
                   post_user("4", ""), post_user("5", "five")},
                  {{"failOnErrors", most}});
    BOOST_TEST(bulk.statuses(answer) == expected);
    BOOST_TEST(bulk.people() == most);
  }
}

BOOST_AUTO_TEST_CASE(operations_that_are_none_are_refused_one_by_one) {
  Bulk bulk;
  const std::string id = bulk.user("old");
  Json no_id = post_user("x", "x"), number = post_user("y", "y");
  no_id.erase("bulkId");
  number["bulkId"] = 7;
  Json no_data = post_user("z", "z");
  no_data.erase("data");
  const Answer answer =
      bulk.send({no_id, number, no_data, "text", on("GET", "/Users/" + id),
                 on("PUT", "/Users", {{"a", 1}}), on("POST", "/Users/" + id, {{"a", 1}}),
                 on("POST", "/Bulk", {{"a", 1}}), on("PATCH", "/Me", {{"a", 1}}),
                 on("POST", "/Users/.search", {{"a", 1}}), on("POST", "/.search", {{"a", 1}}),
                 on("DELETE", "/Users?x=1"), on("DELETE", ""), on("POST", "/Nothing", {{"a", 1}}),
                 on("PATCH", "/Users/" + id, Json::array()), post_user("same", "first"),
                 post_user("same", "second"), on("POST", "/Schemas", {{"a", 1}})});
  BOOST_TEST(bulk.statuses(answer) ==
             "400 400 400 400 400 400 400 400 400 400 400 400 400 404 400 201 400 400 ");
  BOOST_TEST(bulk.people() == 2);
}

BOOST_AUTO_TEST_CASE(every_operation_needs_its_scope_and_that_is_asked_first) {
  Bulk bulk;
  const std::string id = bulk.user("old");
  bulk.client().scopes = {"users:read", "groups:write"};
  Json no_id = post_user("x", "x");
  no_id.erase("bulkId");
  const Answer answer =
      bulk.send({post_user("u", "new"), no_id, on("DELETE", "/Users/" + id),
                 on("PATCH", "/Users/" + id, Json::array()), post_group("g", "Team", {id})});
  BOOST_TEST(bulk.statuses(answer) == "403 403 403 403 201 ");
  BOOST_TEST(bulk.people() == 1);
  bulk.anonymous(true);
  BOOST_TEST(bulk.send({post_user("u", "new")}).status() == 401);
}

BOOST_AUTO_TEST_CASE(limits_are_told_and_kept_before_anything_runs) {
  Bulk bulk;
  const Answer config = bulk.ask("GET /ServiceProviderConfig");
  BOOST_TEST(config.at("/bulk/supported") == true);
  const auto most = config.at("/bulk/maxOperations").get<std::size_t>();
  Json operations = Json::array();
  for (std::size_t i = 0; i <= most; ++i) {
    operations.push_back(post_user(std::to_string(i), "u" + std::to_string(i)));
  }
  const Answer many = bulk.send(operations);
  BOOST_TEST(many.status() == 413);
  BOOST_TEST(many.at("/detail").get<std::string>().find("(" + std::to_string(most) + ")") !=
             std::string::npos);
  const auto largest = config.at("/bulk/maxPayloadSize").get<std::size_t>();
  const Answer large = bulk.ask("POST /Bulk", std::string(largest + 1, ' '));
  BOOST_TEST(large.status() == 413);
  BOOST_TEST(large.at("/detail").get<std::string>().find(std::to_string(largest)) !=
             std::string::npos);
  BOOST_TEST(bulk.people() == 0);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_none_is_refused_as_a_whole) {
  Bulk bulk;
  const std::string start = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"])";
  for (const std::string& body :
       {std::string("{}"), start + "}", start + R"(,"Operations":[]})",
        start + R"(,"Operations":{}})", start + R"(,"Operations":[1],"failOnErrors":0})",
        start + R"(,"Operations":[1],"failOnErrors":"1"})", std::string("[]")}) {
    BOOST_TEST(bulk.ask("POST /Bulk", body).status() == 400, body);
  }
}

BOOST_AUTO_TEST_CASE(many_creations_happen_once_each) {
  Bulk bulk;
  Json operations = Json::array();
  for (int i = 0; i < 300; ++i) {
    operations.push_back(post_user(std::to_string(i), "u" + std::to_string(i % 290)));
  }
  const Answer answer = bulk.send(operations);
  BOOST_TEST(bulk.people() == 290);
  for (std::size_t i = 0; i < 300; ++i) {
    BOOST_TEST(answer.at("/Operations/" + std::to_string(i) + "/status") ==
               (i < 290 ? "201" : "409"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
