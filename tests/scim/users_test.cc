// People: create, read, replace, delete (cases 21 to 47), passwords, versions (110 to 112, 120).
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const std::string kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

}  // namespace

BOOST_AUTO_TEST_SUITE(users)

BOOST_AUTO_TEST_CASE(a_new_person_is_answered_with_id_place_and_version) {
  Provider provider;
  const Answer made = provider.ask("POST /Users", user_body(R"("userName":"alice")"));
  BOOST_TEST(made.status() == 201);
  BOOST_TEST(made.at("/meta/location") == made.header("Location"));
  BOOST_TEST(made.header("Content-Location") == made.header("Location"));
  BOOST_TEST(made.header("Location").starts_with("https://id.example.org/scim/v2/Users/"));
  BOOST_TEST(made.at("/meta/version") == made.header("ETag"));
  BOOST_TEST(made.header("ETag").starts_with("W/\""));
  BOOST_TEST(made.at("/meta/resourceType") == "User");
  BOOST_TEST(made.at("/meta/created") == made.at("/meta/lastModified"));
  BOOST_TEST(made.at("/active") == true);
  BOOST_TEST(!made.json().contains("name"));
  const Answer read = provider.ask("GET /Users/" + made.at("/id").get<std::string>());
  BOOST_TEST(read.response.body == made.response.body);
}

BOOST_AUTO_TEST_CASE(creating_follows_the_schema) {
  Provider provider;
  const std::string urn = R"("schemas":["urn:ietf:params:scim:schemas:core:2.0:User"])";
  replay(
      provider,
      {{"POST /Users",
        user_body(
            R"("userName":"alice","id":"x","meta":{"created":"2000-01-01T00:00:00Z"},"groups":[{"value":"g"}])"),
        201,
        {{"/groups", "absent"}},
        "alice"},
       {"GET /Users/x", "", 404},
       {"POST /Users", R"({"userName":"b"})", 400, {{"/scimType", R"("invalidSyntax")"}}},
       {"POST /Users",
        R"({"schemas":[],"userName":"b"})",
        400,
        {{"/scimType", R"("invalidSyntax")"}}},
       {"POST /Users",
        R"({"schemas":["urn:nope"],"userName":"b"})",
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"POST /Users", "{" + urn + "}", 400, {{"/scimType", R"("invalidValue")"}}},
       {"POST /Users", user_body(R"("userName":"")"), 400, {{"/scimType", R"("invalidValue")"}}},
       {"POST /Users", user_body(R"("userName":null)"), 400, {{"/scimType", R"("invalidValue")"}}},
       {"POST /Users", user_body(R"("userName":123)"), 400, {{"/scimType", R"("invalidValue")"}}},
       {"POST /Users", user_body(R"("userName":"ALICE")"), 409, {{"/scimType", R"("uniqueness")"}}},
       {"POST /Users", user_body(R"("userName":"b","emails":{"value":"b@example.org"})"), 400},
       {"POST /Users", user_body(R"("userName":"b","name":"B")"), 400},
       {"POST /Users", user_body(R"("userName":"b","active":"yes")"), 400},
       {"POST /Users",
        user_body(R"("userName":"b","foo":1)"),
        400,
        {{"/scimType", R"("invalidSyntax")"}}},
       {"POST /Users",
        user_body(R"("userName":"b","name":{"foo":"x"})"),
        400,
        {{"/scimType", R"("invalidSyntax")"}}},
       {"POST /Users",
        user_body("\"userName\":\"a\xe2\x80\xae"
                  "b\""),
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"POST /Users",
        user_body(R"("userName":"a\nb")"),
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"GET /Users?count=0", "", 200, {{"/totalResults", "1"}}},
       {"POST /Users",
        user_body(R"("USERNAME":"carol","Emails":[{"VALUE":"c@example.org","Type":"work"}])"),
        201,
        {{"/userName", R"("carol")"},
         {"/emails/0", R"({"value":"c@example.org","type":"work"})"}}}});
}

BOOST_AUTO_TEST_CASE(names_that_look_like_filters_or_names_of_entries_are_only_text) {
  Provider provider;
  for (const char* name : {"*", ")(uid=*", "\\\\2a", ",ou=admins", "+cn=x", "#0403414243",
                           "o'malley", "a \\\"b\\\" c", "Zo\xc3\xa9"}) {
    const Answer made =
        provider.ask("POST /Users", user_body(std::string("\"userName\":\"") + name + "\""));
    BOOST_TEST(made.status() == 201, name << made.response.body);
    const std::string read =
        provider.ask("GET /Users/" + made.at("/id").get<std::string>()).at("/userName");
    BOOST_TEST(read == Json::parse(std::string("\"") + name + "\"").get<std::string>());
  }
  BOOST_TEST(provider.ask("GET /Users?count=0").at("/totalResults") == 9);
}

BOOST_AUTO_TEST_CASE(bad_mail_addresses_are_refused) {
  Provider provider;
  for (const char* mail :
       {"a@example.org\\r\\nBcc: x@example.org", "a@example.org, b@example.org", "-bp@example.org",
        "\\\"a b\\\"@example.org", "a", "a@b", "\xc3\xa9@example.org"}) {
    const Answer refused = provider.ask(
        "POST /Users",
        user_body("\"userName\":\"m\",\"emails\":[{\"value\":\"" + std::string(mail) + "\"}]"));
    BOOST_TEST(refused.status() == 400, mail);
    BOOST_TEST(refused.scim_type() == "invalidValue");
  }
  BOOST_TEST(provider.ask("GET /Users?count=0").at("/totalResults") == 0);
}

BOOST_AUTO_TEST_CASE(an_external_id_belongs_to_its_client_and_is_case_exact) {
  Provider provider;
  replay(provider,
         {{"POST /Users",
           user_body(R"("userName":"a","externalId":"ABC")"),
           201,
           {{"/externalId", R"("ABC")"}},
           "a"},
          {"POST /Users", user_body(R"("userName":"b","externalId":"abc")"), 201, {}, "b"},
          {"POST /Users", user_body(R"("userName":"c","externalId":"ABC")"), 201, {}, "c"},
          {"GET /Users?filter=externalId%20eq%20%22abc%22",
           "",
           200,
           {{"/totalResults", "1"}, {"/Resources/0/id", R"("${b}")"}}},
          {"GET /Users?filter=externalId%20eq%20%22ABC%22", "", 200, {{"/totalResults", "2"}}}});
  const std::string a =
      provider.ask("GET /Users?filter=userName%20eq%20%22a%22").at("/Resources/0/id");
  const EntryUuid first = provider.client().id;
  provider.client().id = EntryUuid::random();
  BOOST_TEST(provider.ask("GET /Users/" + a).at("/externalId").is_null());
  BOOST_TEST(provider.ask("GET /Users?filter=externalId%20eq%20%22ABC%22").at("/totalResults") ==
             0);
  BOOST_TEST(
      provider
          .ask("PATCH /Users/" + a, patch(R"({"op":"add","path":"externalId","value":"other"})"))
          .at("/externalId") == "other");
  provider.client().id = first;
  BOOST_TEST(provider.ask("GET /Users/" + a).at("/externalId") == "ABC");
}

BOOST_AUTO_TEST_CASE(put_replaces_what_a_client_can_set) {
  Provider provider;
  const std::string full = user_body(
      R"("userName":"alice","title":"Head","nickName":"Al","active":false,"emails":[{"value":"a@example.org","type":"work"}])");
  replay(
      provider,
      {{"POST /Users", full, 201, {{"/active", "false"}}, "a"},
       {"PUT /Users/3f0b8a52-0000-4000-8000-000000000000", full, 404},
       {"PUT /Users/${a}",
        user_body(R"("userName":"alice","nickName":null,"emails":[])"),
        200,
        {{"/title", "absent"},
         {"/nickName", "absent"},
         {"/emails", "absent"},
         {"/active", "false"}}},
       {"GET /Users?filter=emails%20pr%20or%20nickName%20pr", "", 200, {{"/totalResults", "0"}}},
       {"PUT /Users/${a}",
        user_body(
            R"("userName":"alice","active":true,"id":"x","meta":{"created":"x"},"groups":[{"value":"x"}])"),
        200,
        {{"/active", "true"}, {"/id", R"("${a}")"}, {"/groups", "absent"}}},
       {"POST /Users", user_body(R"("userName":"bob")"), 201, {}, "b"},
       {"PUT /Users/${b}",
        user_body(R"("userName":"Alice")"),
        409,
        {{"/scimType", R"("uniqueness")"}}},
       {"PATCH /Users/${b}",
        patch(R"({"op":"replace","path":"userName","value":"alice"})"),
        409,
        {{"/scimType", R"("uniqueness")"}}},
       {"PUT /Users/${b}",
        user_body(R"("userName":"robert")"),
        200,
        {{"/userName", R"("robert")"}, {"/id", R"("${b}")"}}},
       {"PUT /Users/${b}",
        user_body(R"("title":"x")"),
        400,
        {{"/scimType", R"("invalidValue")"}}}});
}

BOOST_AUTO_TEST_CASE(a_deleted_person_is_gone_and_her_name_is_free) {
  Provider provider;
  const std::string alice = provider.user("alice");
  BOOST_TEST(provider.ask("DELETE /Users/" + alice).status() == 204);
  for (const char* method : {"DELETE", "GET"})
    BOOST_TEST(provider.ask(method + (" /Users/" + alice)).status() == 404);
  BOOST_TEST(provider.ask("PUT /Users/" + alice, user_body(R"("userName":"alice")")).status() ==
             404);
  BOOST_TEST(
      provider.ask("PATCH /Users/" + alice, patch(R"({"op":"add","path":"title","value":"x"})"))
          .status() == 404);
  BOOST_TEST(provider.user("alice") != alice);
}

BOOST_AUTO_TEST_CASE(a_change_that_changes_nothing_leaves_the_version_alone) {
  Provider provider;
  const std::string a = provider.user(
      "alice", {{"emails", {{{"value", "a@example.org"}, {"type", "home"}}}}, {"nickName", "Al"}});
  const std::string before = provider.ask("GET /Users/" + a).response.body;
  for (const char* operation :
       {R"({"op":"add","path":"emails","value":[{"value":"a@example.org","type":"home"}]})",
        R"({"op":"replace","path":"nickName","value":"Al"})", R"({"op":"remove","path":"title"})",
        R"({"op":"remove","path":"emails[type eq \"work\"]"})",
        R"({"op":"replace","path":"title","value":"x"},{"op":"remove","path":"title"})"}) {
    const Answer same = provider.ask("PATCH /Users/" + a, patch(operation));
    BOOST_TEST(same.status() == 200);
    BOOST_TEST(same.response.body == before);
  }
}

BOOST_AUTO_TEST_CASE(a_patch_happens_whole_or_not_at_all) {
  Provider provider;
  const std::string a = provider.user("alice", {{"title", "Head"}});
  const std::string before = provider.ask("GET /Users/" + a).response.body;
  const Answer refused = provider.ask(
      "PATCH /Users/" + a,
      patch(
          R"({"op":"replace","path":"title","value":"x"},{"op":"replace","path":"emails[type eq \"w\"].value","value":"y"})"));
  BOOST_TEST(refused.status() == 400);
  BOOST_TEST(refused.scim_type() == "noTarget");
  BOOST_TEST(provider.ask("GET /Users/" + a).response.body == before);
}

BOOST_AUTO_TEST_CASE(a_version_guards_every_write) {
  Provider provider;
  const std::string change = patch(R"({"op":"replace","path":"title","value":"x"})");
  replay(
      provider,
      {{"POST /Users", user_body(R"("userName":"alice")"), 201, {}, "a"},
       {"GET /Users/${a}", "", 304, {}, "", {"If-None-Match: ${a.etag}"}},
       {"GET /Users/${a}", "", 304, {}, "", {"If-None-Match: *"}},
       {"GET /Users/${a}", "", 200, {}, "", {"If-None-Match: W/\"other\""}},
       {"PATCH /Users/${a}", change, 412, {}, "", {"If-Match: W/\"stale\""}},
       {"PUT /Users/${a}", user_body(R"("userName":"x")"), 412, {}, "", {"If-Match: W/\"stale\""}},
       {"DELETE /Users/${a}", "", 412, {}, "", {"If-Match: W/\"stale\""}},
       {"GET /Users/${a}", "", 200, {{"/userName", R"("alice")"}, {"/title", "absent"}}},
       {"PATCH /Users/${a}", change, 200, {}, "b", {"If-Match: W/\"stale\", ${a.etag}"}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"replace","path":"title","value":"y"})"),
        412,
        {},
        "",
        {"If-Match: ${a.etag}"}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"replace","path":"title","value":"y"})"),
        200,
        {},
        "",
        {"If-Match: *"}},
       {"DELETE /Users/${a}", "", 204, {}, "", {"If-Match: *"}}});
}

BOOST_AUTO_TEST_CASE(of_two_writers_with_one_version_exactly_one_wins) {
  Provider provider;
  const std::string a = provider.user("alice");
  for (int round = 0; round < 10; ++round) {
    const std::string tag = provider.ask("GET /Users/" + a).header("ETag");
    std::atomic<int> won{0}, stale{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 2; ++i) {
      writers.emplace_back([&, i] {
        const std::string value = std::to_string(round) + "-" + std::to_string(i);
        const Answer answer = provider.ask(
            "PATCH /Users/" + a,
            patch("{\"op\":\"replace\",\"path\":\"title\",\"value\":\"" + value + "\"}"),
            {"If-Match: " + tag});
        if (answer.status() == 200) ++won;
        if (answer.status() == 412) ++stale;
      });
    }
    for (std::thread& writer : writers) writer.join();
    BOOST_TEST(won == 1);
    BOOST_TEST(stale == 1);
  }
}

BOOST_AUTO_TEST_CASE(parallel_changes_of_one_person_are_all_kept) {
  Provider provider;
  const std::string a = provider.user("alice");
  std::vector<std::thread> writers;
  std::atomic<int> fine{0};
  for (int i = 0; i < 6; ++i) {
    writers.emplace_back([&, i] {
      const Answer answer =
          provider.ask("PATCH /Users/" + a,
                       patch("{\"op\":\"add\",\"path\":\"roles\",\"value\":[{\"value\":\"r" +
                             std::to_string(i) + "\"}]}"));
      if (answer.status() == 200) ++fine;
    });
  }
  for (std::thread& writer : writers) writer.join();
  BOOST_TEST(fine == 6);
  BOOST_TEST(provider.ask("GET /Users/" + a).at("/roles").size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_password_goes_in_and_never_comes_out) {
  Provider provider;
  const std::string secret = "correct horse battery staple";
  const Answer made =
      provider.ask("POST /Users", user_body(R"("userName":"alice","password":")" + secret + "\""));
  BOOST_TEST(made.status() == 201);
  const std::string id = made.at("/id");
  BOOST_TEST(made.header("ETag") == provider.ask("GET /Users/" + id).header("ETag"));
  for (const std::string& line : {"GET /Users/" + id, std::string("GET /Users"),
                                  "GET /Users/" + id + "?attributes=password"}) {
    const Answer answer = provider.ask(line);
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.response.body.find("password") == std::string::npos);
  }
  const auto dn = provider.directory().view()->by_id(*EntryUuid::parse(id))->dn();
  const auto binds = [&](const std::string& password) {
    return provider.directory().check_password(*ldap::Dn::parse(dn), Secret(password)).ok();
  };
  BOOST_TEST(binds(secret));
  const Answer changed =
      provider.ask("PATCH /Users/" + id,
                   patch(R"({"op":"replace","path":"password","value":"another long password"})"));
  BOOST_TEST(changed.status() == 200);
  BOOST_TEST(changed.response.body.find("another long") == std::string::npos);
  BOOST_TEST(binds("another long password"));
  for (const char* bad : {"short", "{SSHA}0123456789012345678901234567"}) {
    const Answer refused = provider.ask(
        "PATCH /Users/" + id,
        patch(std::string(R"({"op":"replace","path":"password","value":")") + bad + "\"}"));
    BOOST_TEST(refused.status() == 400, bad);
    BOOST_TEST(refused.scim_type() == "invalidValue");
  }
  BOOST_TEST(
      provider.ask("POST /Users", user_body(R"("userName":"bob","password":"short")")).status() ==
      400);
  BOOST_TEST(provider.ask("GET /Users?filter=userName%20eq%20%22bob%22").at("/totalResults") == 0);
  BOOST_TEST(provider.logged().find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_manager_is_a_person_of_the_directory) {
  Provider provider;
  const std::string path = kEnterprise + ":manager";
  replay(
      provider,
      {{"POST /Users", user_body(R"("userName":"boss","displayName":"The Boss")"), 201, {}, "boss"},
       {"POST /Users",
        user_body(R"("userName":"alice",")" + kEnterprise + R"(":{"manager":{"value":"${boss}"}})"),
        201,
        {{"/" + kEnterprise + "/manager/displayName", "absent"},
         {"/" + kEnterprise + "/manager/$ref", R"("https://id.example.org/scim/v2/Users/${boss}")"},
         {"/schemas/1", "\"" + kEnterprise + "\""}},
        "a"},
       {"GET /Users/${a}?attributes=" + path,
        "",
        200,
        {{"/" + kEnterprise + "/manager/displayName", R"("The Boss")"}}},
       {"GET /Users?filter=" + path + ".value%20eq%20%22${boss}%22",
        "",
        200,
        {{"/totalResults", "1"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"replace","path":")" + path + R"(","value":{"value":"nope"}})"), 400},
       {"PATCH /Users/${a}",
        patch(R"({"op":"remove","path":")" + path + "\"}"),
        200,
        {{"/" + kEnterprise, "absent"}, {"/schemas/1", "absent"}}},
       {"PATCH /Users/${a}",
        patch(R"({"op":"replace","path":")" + kEnterprise + R"(","value":{"schemas":[")" +
              kEnterprise +
              R"("],"manager":{"$ref":"https://id.example.org/scim/v2/Users/${boss}"}}})"),
        200,
        {{"/" + kEnterprise + "/manager/value", R"("${boss}")"}}}});
}

BOOST_AUTO_TEST_CASE(answers_can_be_projected_and_left_out) {
  Provider provider;
  replay(provider,
         {{"POST /Users?attributes=userName",
           user_body(R"("userName":"alice","title":"T","name":{"familyName":"F","givenName":"G"})"),
           201,
           {{"/title", "absent"},
            {"/meta", "absent"},
            {"/userName", R"("alice")"},
            {"/schemas/0", R"("urn:ietf:params:scim:schemas:core:2.0:User")"}},
           "a"},
          {"GET /Users/${a}?attributes=name.familyName",
           "",
           200,
           {{"/name", R"({"familyName":"F"})"}, {"/userName", "absent"}}},
          {"GET /Users/${a}?excludedAttributes=id,schemas,name.givenName,title",
           "",
           200,
           {{"/id", R"("${a}")"}, {"/title", "absent"}, {"/name", R"({"familyName":"F"})"}}},
          {"GET /Users/${a}?attributes=title&excludedAttributes=name", "", 400},
          {"GET /Users/${a}?attributes=password,nope", "", 200, {{"/id", R"("${a}")"}}},
          {"PATCH /Users/${a}?attributes=title",
           patch(R"({"op":"replace","path":"title","value":"U"})"),
           200,
           {{"/title", R"("U")"}, {"/name", "absent"}},
           "",
           {"Prefer: return=minimal"}},
          {"PATCH /Users/${a}",
           patch(R"({"op":"replace","path":"title","value":"V"})"),
           204,
           {},
           "",
           {"Prefer: return=minimal"}}});
}

BOOST_AUTO_TEST_CASE(what_an_answer_shows_is_judged_before_anything_is_done) {
  Provider provider;
  const std::string a = provider.user("alice"), g = provider.group("g");
  const std::string both = "?attributes=title&excludedAttributes=name";
  const Json person = provider.ask("GET /Users/" + a).json(),
             group = provider.ask("GET /Groups/" + g).json();
  const std::string title = patch(R"({"op":"add","path":"title","value":"T"})");
  const std::string name = patch(R"({"op":"replace","path":"displayName","value":"h"})");
  const std::pair<std::string, std::string> writes[] = {
      {"POST /Users", user_body(R"("userName":"bob")")},
      {"PUT /Users/" + a, user_body(R"("userName":"alice","title":"T")")},
      {"PATCH /Users/" + a, title},
      {"POST /Groups", group_body(R"("displayName":"h")")},
      {"PUT /Groups/" + g, group_body(R"("displayName":"h")")},
      {"PATCH /Groups/" + g, name}};
  for (const auto& [line, body] : writes) {
    const Answer refused = provider.ask(line + both, body);
    BOOST_TEST(refused.status() == 400, line);
    BOOST_TEST(refused.scim_type() == "invalidValue");
  }
  BOOST_TEST(provider.ask("GET /Users?count=0").at("/totalResults") == 1);
  BOOST_TEST(provider.ask("GET /Groups?count=0").at("/totalResults") == 1);
  BOOST_TEST(provider.ask("GET /Users/" + a).json() == person);
  BOOST_TEST(provider.ask("GET /Groups/" + g).json() == group);
}

BOOST_AUTO_TEST_CASE(a_manager_is_exchanged_and_removed_by_either_part) {
  Provider provider;
  const std::string one = provider.user("one"), two = provider.user("two");
  const std::string path = kEnterprise + ":manager", place = "/" + kEnterprise + "/manager";
  const std::string a = provider.user("alice", {{kEnterprise, {{"manager", {{"value", one}}}}}});
  const auto change = [&](const std::string& op, const std::string& part, const Json& value) {
    return provider.ask("PATCH /Users/" + a,
                        patch(dump({{"op", op}, {"path", path + part}, {"value", value}})));
  };
  const std::string url = "https://id.example.org/scim/v2/Users/";
  BOOST_TEST(change("replace", "", {{"$ref", url + two}}).at(place + "/value") == two);
  BOOST_TEST(change("replace", ".value", one).at(place + "/$ref") == url + one);
  BOOST_TEST(change("remove", ".value", nullptr).at(place).is_null());
  BOOST_TEST(change("add", "", {{"value", two}}).at(place + "/$ref") == url + two);
  BOOST_TEST(change("replace", ".value", "").at(place).is_null());
  BOOST_TEST(provider.ask("GET /Users/" + a).at(place).is_null());
}

BOOST_AUTO_TEST_CASE(a_version_tells_of_the_groups_that_an_answer_shows) {
  Provider provider;
  const std::string a = provider.user("alice"), line = "GET /Users/" + a;
  const auto unchanged_since = [&](const Answer& before, const std::string& query = {}) {
    const Answer now = provider.ask(line + query, "", {"If-None-Match: " + before.header("ETag")});
    return now.status() == 304 && now.header("ETag") == before.header("ETag");
  };
  const Answer alone = provider.ask(line);
  BOOST_TEST(unchanged_since(alone));
  const std::string g = provider.group("g", {a});
  const Answer member = provider.ask(line);
  BOOST_TEST(!unchanged_since(alone));
  BOOST_TEST(unchanged_since(member));
  BOOST_TEST(member.at("/meta/version") == member.header("ETag"));
  BOOST_TEST(provider.ask("GET /Users").at("/Resources/0/meta/version") == member.header("ETag"));
  BOOST_TEST(unchanged_since(alone, "?excludedAttributes=groups"));
  provider.ask("PATCH /Groups/" + g, patch(R"({"op":"replace","path":"displayName","value":"h"})"));
  BOOST_TEST(!unchanged_since(member));
  const Answer renamed = provider.ask(line);
  provider.ask("DELETE /Groups/" + g);
  BOOST_TEST(!unchanged_since(renamed));
  BOOST_TEST(unchanged_since(alone));
}

BOOST_AUTO_TEST_CASE(a_write_is_compared_with_the_entry_alone) {
  Provider provider;
  const std::string a = provider.user("alice"), line = "PATCH /Users/" + a;
  const std::string alone = provider.ask("GET /Users/" + a).header("ETag");
  provider.group("g", {a});
  const std::string member = provider.ask("GET /Users/" + a).header("ETag");
  BOOST_TEST(member != alone);
  const auto change = [&](const std::string& title, const std::string& tag) {
    return provider
        .ask(line, patch(R"({"op":"add","path":"title","value":")" + title + "\"}"),
             {"If-Match: " + tag})
        .status();
  };
  BOOST_TEST(change("T", alone) == 200);
  BOOST_TEST(change("U", alone) == 412);
  BOOST_TEST(change("U", member) == 412);
  const std::string newest = provider.ask("GET /Users/" + a).header("ETag");
  BOOST_TEST(change("U", "\"x\", " + newest) == 200);
}

BOOST_AUTO_TEST_CASE(the_name_of_a_manager_makes_an_answer_new_each_time) {
  Provider provider;
  const std::string boss = provider.user("boss", {{"displayName", "B"}});
  const std::string a = provider.user("alice", {{kEnterprise, {{"manager", {{"value", boss}}}}}});
  const std::string line = "GET /Users/" + a, names = "?attributes=" + kEnterprise + ":manager";
  const std::string tag = provider.ask(line).header("ETag");
  BOOST_TEST(provider.ask(line, "", {"If-None-Match: " + tag}).status() == 304);
  BOOST_TEST(provider.ask(line + names, "", {"If-None-Match: " + tag}).status() == 200);
}

BOOST_AUTO_TEST_CASE(schemas_names_what_an_answer_holds) {
  Provider provider;
  const std::string a = provider.user("alice", {{kEnterprise, {{"department", "D"}}}});
  const Json core = Json::array({"urn:ietf:params:scim:schemas:core:2.0:User"});
  Json both = core;
  both.push_back(kEnterprise);
  const auto named = [&](const std::string& query) {
    return provider.ask("GET /Users/" + a + query).at("/schemas");
  };
  BOOST_TEST(named("") == both);
  BOOST_TEST(named("?attributes=" + kEnterprise + ":department") == both);
  BOOST_TEST(named("?attributes=userName") == core);
  BOOST_TEST(named("?attributes=" + kEnterprise + ":division") == core);
  BOOST_TEST(named("?excludedAttributes=" + kEnterprise) == core);
  const Answer listed = provider.ask("GET /Users?attributes=userName&filter=schemas%20eq%20%22" +
                                     kEnterprise + "%22");
  BOOST_TEST(listed.at("/totalResults") == 1);
  BOOST_TEST(listed.at("/Resources/0/schemas") == core);
}

BOOST_AUTO_TEST_SUITE_END()
