// Events for clients that listen (RFC 8417, 8936, 9967), and asynchronous requests.
#include "workflow/events.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "base/crypto.h"
#include "scim/async.h"
#include "scim/async_job.h"
#include "tests/scim/provider.h"
#include "workflow/tokens.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

const std::string kProv = "urn:ietf:params:scim:event:prov:";
const std::string kAsync = "urn:ietf:params:scim:event:misc:asyncresp";

// The claims of a SET that is not signed.
Json claims_of(const std::string& token) {
  const std::size_t first = token.find('.'), second = token.find('.', first + 1);
  BOOST_REQUIRE(second != std::string::npos);
  const auto header = from_base64url(token.substr(0, first));
  BOOST_TEST(Json::parse(*header) == Json({{"typ", "secevent+jwt"}, {"alg", "none"}}));
  BOOST_TEST(token.substr(second + 1).empty());
  return Json::parse(*from_base64url(token.substr(first + 1, second - first - 1)));
}

struct Feeds : Provider {
  Feeds() : writer(client()) {
    one = listener("one");
    two = listener("two");
  }
  workflow::Client listener(const std::string& name, workflow::Client said = {}) {
    said.name = name;
    said.scopes = {"users:write", "groups:write", "events:read", "grant:*"};
    SystemClock clock;
    const auto secret = workflow::create_token(directory(), said, clock);
    BOOST_REQUIRE(secret.ok());
    const auto view = directory().view();
    auto found = workflow::find_client(*view, secret->reveal(), clock.now());
    BOOST_REQUIRE(found.ok());
    return *found;
  }
  Answer poll(const workflow::Client& who, Json body = Json::object()) {
    if (!body.contains("returnImmediately")) body["returnImmediately"] = true;
    const workflow::Client before = client();
    client() = who;
    Answer answer = ask("POST /Events", body);
    client() = before;
    return answer;
  }
  // The claims of all events that wait, oldest first.
  std::vector<Json> waiting(const workflow::Client& who) {
    const Answer answer = poll(who);
    BOOST_REQUIRE_MESSAGE(answer.status() == 200, answer.response.body);
    std::vector<Json> all;
    const Json sets = answer.at("/sets");
    for (const auto& [jti, token] : sets.items()) {
      all.push_back(claims_of(token.get<std::string>()));
      BOOST_TEST(all.back()["jti"] == Json(jti));
    }
    return all;
  }
  Json ids(const workflow::Client& who) {
    Json list = Json::array();
    for (const Json& event : waiting(who)) list.push_back(event["jti"]);
    return list;
  }
  std::size_t kept() { return directory().view()->all(ldap::Kind::kEvent).size(); }

  workflow::Client writer, one, two;
};

const std::string kBase = "https://id.example.org/scim/v2";

Answer wait_for_outcome(Feeds& feeds, const std::string& location) {
  BOOST_REQUIRE(location.starts_with(kBase));
  Answer answer = feeds.ask("GET " + location.substr(kBase.size()));
  for (int i = 0; i < 200 && answer.status() == 202; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    answer = feeds.ask("GET " + location.substr(kBase.size()));
  }
  return answer;
}

// An accepted request that makes a person.
scim::AsyncJob job(const workflow::Client& client, const std::string& name) {
  scim::AsyncJob made;
  made.txn = to_hex(random_bytes(16));
  made.client = client;
  made.request.method_text = "POST";
  made.request.method = Method::kPost;
  made.request.body =
      user_body("\"userName\":\"" + name + R"(","emails":[{"value":"x@example.net"}])");
  made.segments = {"Users"};
  return made;
}

// As if its client had been told 202 years ago, and nobody renewed the claim of who does it.
void make_old(Feeds& feeds, const std::vector<std::string>& names) {
  std::string ldif;
  for (const std::string& dn : names) {
    ldif += "dn: " + dn +
            "\nchangetype: modify\nreplace: habCreated\nhabCreated: 20200101000000Z\n-\n"
            "replace: habExpires\nhabExpires: 20200101000000Z\n\n";
  }
  feeds.load(ldif);
}

std::unique_ptr<scim::Server> another_host(Feeds& feeds) {
  scim::Settings settings;
  settings.base_url = kBase;
  return std::make_unique<scim::Server>(feeds.services(), std::move(settings));
}

std::string status_of(Feeds& feeds, const scim::AsyncJob& of) {
  feeds.client() = of.client;
  const Answer outcome = wait_for_outcome(feeds, kBase + "/Events/" + of.txn);
  BOOST_REQUIRE_MESSAGE(outcome.status() == 200, outcome.status());
  return claims_of(outcome.response.body)["events"][kAsync]["status"].get<std::string>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(nothing_is_written_when_nobody_listens) {
  Provider provider;
  const std::string id = provider.user("alice");
  provider.ask("PATCH /Users/" + id, patch(R"({"op":"add","path":"title","value":"x"})"));
  provider.ask("DELETE /Users/" + id);
  BOOST_TEST(provider.directory().view()->all(ldap::Kind::kEvent).empty());
}

BOOST_AUTO_TEST_CASE(the_life_of_a_person_is_told_in_order_without_values) {
  Feeds feeds;
  const std::string id = feeds.user("alice", {{"title", "Chief"}, {"externalId", "A1"}});
  const std::string path = "/Users/" + id;
  feeds.ask("PATCH " + path, patch(R"({"op":"replace","path":"title","value":"Boss"})"));
  feeds.ask("PATCH " + path, patch(R"({"op":"replace","path":"title","value":"Boss"})"));  // no-op
  const Answer off =
      feeds.ask("PATCH " + path, patch(R"({"op":"replace","path":"active","value":false})"));
  feeds.ask("PUT " + path,
            user_body(R"("userName":"alice","active":true,"password":"long-enough-1")"));
  feeds.ask("DELETE " + path);
  feeds.ask("DELETE " + path);
  const auto told = feeds.waiting(feeds.one);
  BOOST_REQUIRE(told.size() == 5u);
  for (const Json& event : told) {
    BOOST_TEST(event["iss"] == Json("https://id.example.org"));
    BOOST_TEST(event["aud"][0] ==
               Json("https://id.example.org/scim/v2/Feeds/" + feeds.one.id.str()));
    BOOST_TEST(event["sub_id"] == Json({{"format", "scim"}, {"uri", path}}));
    BOOST_TEST(event["txn"].is_string());
    BOOST_TEST(!event.contains("sub"));
    BOOST_TEST(event.dump().find("Chief") == std::string::npos);
    BOOST_TEST(event.dump().find("long-enough") == std::string::npos);
  }
  const auto has = [](const Json& event, const std::string& attribute) {
    const Json& names = event["events"].front()["attributes"];
    return std::find(names.begin(), names.end(), Json(attribute)) != names.end();
  };
  BOOST_TEST(told[0]["events"].contains(kProv + "create:notice"));
  BOOST_TEST(has(told[0], "title"));
  BOOST_TEST(told[1]["events"] == Json({{kProv + "patch:notice",
                                         {{"attributes", {"title"}},
                                          {"version", told[1]["events"].front()["version"]}}}}));
  BOOST_TEST(told[2]["events"][kProv + "patch:notice"]["version"] == Json(off.header("ETag")));
  BOOST_TEST(told[2]["events"][kProv + "deactivate"] == Json::object());
  BOOST_TEST(told[3]["events"].contains(kProv + "activate"));
  const Json put = told[3]["events"][kProv + "put:notice"]["attributes"];
  for (const char* name : {"active", "title", "password"}) {
    BOOST_TEST((std::find(put.begin(), put.end(), Json(name)) != put.end()), put.dump());
  }
  BOOST_TEST(told[4]["events"] == Json({{kProv + "delete", Json::object()}}));
}

BOOST_AUTO_TEST_CASE(a_group_and_its_members_are_told) {
  Feeds feeds;
  const std::string a = feeds.user("alice"), g = feeds.group("Staff");
  const std::string add =
      patch(R"({"op":"add","path":"members","value":[{"value":")" + a + "\"}]}");
  feeds.ask("PATCH /Groups/" + g, add);
  feeds.ask("PATCH /Groups/" + g, add);
  feeds.ask("DELETE /Groups/" + g);
  const auto told = feeds.waiting(feeds.two);
  BOOST_REQUIRE(told.size() == 4u);
  BOOST_TEST(told[1]["sub_id"]["uri"] == Json("/Groups/" + g));
  BOOST_TEST(told[2]["events"][kProv + "patch:notice"]["attributes"] == Json::array({"members"}));
  BOOST_TEST(told[3]["events"].contains(kProv + "delete"));
}

BOOST_AUTO_TEST_CASE(each_client_is_told_its_own_external_id) {
  Feeds feeds;
  feeds.client() = feeds.one;
  feeds.user("alice", {{"externalId", "A1"}});
  BOOST_TEST(feeds.waiting(feeds.one)[0]["sub_id"]["externalId"] == Json("A1"));
  BOOST_TEST(!feeds.waiting(feeds.two)[0]["sub_id"].contains("externalId"));
}

BOOST_AUTO_TEST_CASE(what_one_acknowledges_still_waits_for_the_other) {
  Feeds feeds;
  for (const char* name : {"a", "b", "c"}) feeds.user(name);
  const Json all = feeds.ids(feeds.one);
  BOOST_REQUIRE(all.size() == 3u);
  BOOST_TEST(feeds.ids(feeds.one) == all);  // not acknowledged: offered again
  const Answer rest = feeds.poll(feeds.one, {{"ack", {all[0], all[1]}}, {"maxEvents", 1}});
  BOOST_TEST(rest.at("/sets").size() == 1u);
  BOOST_TEST(rest.at("/moreAvailable") == Json(false));
  BOOST_TEST(feeds.ids(feeds.two) == all);
  BOOST_TEST(feeds.kept() == 3u);
  // Refused is done with, too.
  feeds.poll(feeds.one, {{"setErrs", {{all[2], {{"err", "invalid_request"}}}}}});
  BOOST_TEST(feeds.ids(feeds.one).empty());
  feeds.poll(feeds.two, {{"ack", all}, {"maxEvents", 0}});
  BOOST_TEST(feeds.kept() == 0u);
}

BOOST_AUTO_TEST_CASE(a_page_holds_no_more_than_was_asked_for) {
  Feeds feeds;
  for (int i = 0; i < 5; ++i) feeds.user("user" + std::to_string(i));
  const Answer two = feeds.poll(feeds.one, {{"maxEvents", 2}});
  BOOST_TEST(two.at("/sets").size() == 2u);
  BOOST_TEST(two.at("/moreAvailable") == Json(true));
  BOOST_TEST(two.header("Content-Type") == "application/json");
  const Answer none = feeds.poll(feeds.one, {{"maxEvents", 0}, {"returnImmediately", false}});
  BOOST_TEST(none.at("/sets") == Json::object());
  BOOST_TEST(none.at("/moreAvailable") == Json(true));
  BOOST_TEST(feeds.poll(feeds.one, {{"maxEvents", 9223372036854775807LL}}).at("/sets").size() ==
             5u);
  BOOST_TEST(feeds.poll(feeds.one, {{"maxEvents", 18446744073709551615ULL}}).status() == 400);
}

BOOST_AUTO_TEST_CASE(hostile_polls_do_nothing) {
  Feeds feeds;
  feeds.user("alice");
  const Json mine = feeds.ids(feeds.one);
  for (const char* body : {R"({"maxEvents":-1})", R"({"maxEvents":"x"})", R"({"maxEvents":1.5})",
                           R"({"ack":"x"})", R"({"ack":[1]})", R"({"ack":{}})", R"({"setErrs":[]})",
                           R"({"returnImmediately":"no"})", "[]", "x", ""}) {
    feeds.client() = feeds.one;
    BOOST_TEST(feeds.ask("POST /Events", body).status() == 400, body);
  }
  Json many = Json::array();
  for (int i = 0; i < 1001; ++i) many.push_back("x");
  BOOST_TEST(feeds.poll(feeds.one, {{"ack", many}}).status() == 400);
  // Names of other entries, of nothing, and another client's events.
  const auto entry = feeds.two.id.str();
  for (const std::string& jti : {std::string("*"), std::string(")(objectClass=*"), entry,
                                 std::string(32, '0'), std::string(10'000, 'a')}) {
    BOOST_TEST(feeds.poll(feeds.one, {{"ack", {jti}}}).status() == 200);
  }
  workflow::Client three = feeds.listener("three");
  BOOST_TEST(feeds.poll(three, {{"ack", mine}}).at("/sets") == Json::object());
  BOOST_TEST(feeds.ids(feeds.one) == mine);
  BOOST_TEST(feeds.ids(feeds.two) == mine);
  BOOST_TEST(feeds.poll(feeds.writer).status() == 403);
  workflow::Client without_feed = feeds.one;
  without_feed.feed = {};
  BOOST_TEST(feeds.poll(without_feed).status() == 403);
  BOOST_TEST(feeds.ask("GET /Events").status() == 405);
  BOOST_TEST(feeds.ask("GET /Events/a/b").status() == 404);
  feeds.anonymous(true);
  BOOST_TEST(feeds.ask("POST /Events", "{}").status() == 401);
}

BOOST_AUTO_TEST_CASE(a_poll_may_wait_for_what_happens_next) {
  Feeds feeds;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    workflow::publish(feeds.services(), {{feeds.one.feed, {}}},
                      {"/Users/x", {{kProv + "delete", Json::object()}}, {}});
  });
  const auto begun = std::chrono::steady_clock::now();
  const Answer answer = feeds.poll(feeds.one, {{"returnImmediately", false}});
  const auto took = std::chrono::steady_clock::now() - begun;
  later.join();
  BOOST_TEST(answer.at("/sets").size() == 1u);
  BOOST_TEST((took < std::chrono::seconds(4)));
}

BOOST_AUTO_TEST_CASE(a_restricted_client_hears_of_its_own_people_only) {
  Feeds feeds;
  workflow::Client agency;
  agency.mail_domains = {"example.fr"};
  agency = feeds.listener("agency", agency);
  const std::string own = feeds.user("own", {{"emails", {{{"value", "own@example.fr"}}}}});
  const std::string other = feeds.user("other", {{"emails", {{{"value", "x@example.net"}}}}});
  feeds.group("Staff", {own, other});
  feeds.ask("DELETE /Users/" + other);
  feeds.ask("DELETE /Users/" + own);
  const auto told = feeds.waiting(agency);
  BOOST_REQUIRE(told.size() == 2u);
  for (const Json& event : told) BOOST_TEST(event["sub_id"]["uri"] == Json("/Users/" + own));
  BOOST_TEST(feeds.waiting(feeds.one).size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_client_is_told_when_somebody_leaves_its_part) {
  Feeds feeds;
  workflow::Client agency, other;
  agency.mail_domains = {"example.fr"};
  other.mail_domains = {"example.net"};
  agency = feeds.listener("agency", agency);
  other = feeds.listener("other", other);
  const std::string id = feeds.user("mover", {{"emails", {{{"value", "m@example.fr"}}}}});
  feeds.ask(
      "PATCH /Users/" + id,
      patch(R"({"op":"replace","value":{"active":false,"emails":[{"value":"m@example.net"}]}})"));
  feeds.ask("PATCH /Users/" + id, patch(R"({"op":"replace","path":"title","value":"x"})"));
  const auto told = feeds.waiting(agency);
  BOOST_REQUIRE(told.size() == 2u);
  BOOST_TEST(told[1]["events"].contains(kProv + "deactivate"));
  BOOST_TEST(told[1]["sub_id"]["uri"] == Json("/Users/" + id));
  BOOST_TEST(told[1].dump().find("example.net") == std::string::npos);
  const auto gained = feeds.waiting(other);
  BOOST_REQUIRE(gained.size() == 2u);
  BOOST_TEST(gained[0]["jti"] == told[1]["jti"]);
  // Who sees it before and after is told once.
  BOOST_TEST(feeds.waiting(feeds.one).size() == 3u);
  const std::string again = feeds.user("putter", {{"emails", {{{"value", "p@example.fr"}}}}});
  feeds.ask("PUT /Users/" + again, user_body(R"("userName":"putter")"));
  BOOST_TEST(feeds.waiting(agency).size() == 4u);
}

BOOST_AUTO_TEST_CASE(events_outlive_the_program_and_old_ones_go) {
  Feeds feeds;
  feeds.user("alice");
  const Json mine = feeds.ids(feeds.one);
  BOOST_REQUIRE(workflow::sweep_events(feeds.services(), 100).ok());
  BOOST_TEST(feeds.ids(feeds.one) == mine);
  const std::string dn =
      "habKey=" + mine[0].get<std::string>() + ",ou=events," + feeds.slapd().layout().suffix.str();
  feeds.load("dn: " + dn +
             "\nchangetype: modify\nreplace: habCreated\nhabCreated: 20200101000000Z\n");
  BOOST_REQUIRE(workflow::sweep_events(feeds.services(), 100).ok());
  const Json left = feeds.ids(feeds.one);
  BOOST_TEST((std::find(left.begin(), left.end(), mine[0]) == left.end()));
}

BOOST_AUTO_TEST_CASE(an_asynchronous_request_is_accepted_done_and_told) {
  Feeds feeds;
  feeds.client() = feeds.one;
  const Answer accepted = feeds.ask("POST /Users", user_body(R"("userName":"alice")"),
                                    {"Prefer: respond-async", "Accept: text/html"});
  BOOST_TEST(accepted.status() == 202);
  BOOST_TEST(accepted.response.body.empty());
  BOOST_TEST(accepted.header("Preference-Applied") == "respond-async");
  const std::string txn = accepted.header("Set-Txn");
  BOOST_TEST(txn.size() == 32u);
  const Answer outcome = wait_for_outcome(feeds, accepted.header("Location"));
  BOOST_TEST(outcome.status() == 200);
  BOOST_TEST(outcome.header("Content-Type") == "application/secevent+jwt");
  const Json event = claims_of(outcome.response.body);
  BOOST_TEST(event["txn"] == Json(txn));
  const Json result = event["events"][kAsync];
  BOOST_TEST(result["method"] == Json("POST"));
  BOOST_TEST(result["status"] == Json("201"));
  const Answer alice = feeds.ask("GET /Users?filter=userName%20eq%20%22alice%22");
  BOOST_TEST(event["sub_id"]["uri"] ==
             Json("/Users/" + alice.at("/Resources/0/id").get<std::string>()));
  BOOST_TEST(result["version"] == alice.at("/Resources/0/meta/version"));
  // In the feed: what happened, for both; the completion for the one that asked.
  const auto mine = feeds.waiting(feeds.one);
  BOOST_TEST(mine.size() == 2u);
  for (const Json& each : mine) BOOST_TEST(each["txn"] == Json(txn));
  BOOST_TEST(feeds.waiting(feeds.two).size() == 1u);
  // Nobody else reads the outcome.
  feeds.client() = feeds.two;
  BOOST_TEST(feeds.ask("GET /Events/" + txn).status() == 404);
}

BOOST_AUTO_TEST_CASE(a_failed_asynchronous_request_says_why) {
  Feeds feeds;
  feeds.client() = feeds.one;
  feeds.user("alice");
  const std::string none = EntryUuid::random().str();
  const Answer taken =
      feeds.ask("POST /Users", user_body(R"("userName":"alice")"), {"Prefer: respond-async"});
  const Answer unknown = feeds.ask("DELETE /Users/" + none, "", {"Prefer: respond-async"});
  const Json one = claims_of(wait_for_outcome(feeds, taken.header("Location")).response.body);
  BOOST_TEST(one["events"][kAsync]["status"] == Json("409"));
  BOOST_TEST(one["events"][kAsync]["response"]["scimType"] == Json("uniqueness"));
  BOOST_TEST(one["sub_id"]["uri"] == Json("/Users"));
  const Json two = claims_of(wait_for_outcome(feeds, unknown.header("Location")).response.body);
  BOOST_TEST(two["events"][kAsync]["status"] == Json("404"));
  BOOST_TEST(two["sub_id"]["uri"] == Json("/Users/" + none));
}

BOOST_AUTO_TEST_CASE(what_must_not_be_kept_is_done_at_once) {
  Feeds feeds;
  feeds.client() = feeds.one;
  const std::vector<std::string> prefer{"Prefer: respond-async"};
  BOOST_TEST(feeds
                 .ask("POST /Users",
                      user_body(R"("userName":"a","pass\u0077ord":"long-enough-123")"), prefer)
                 .status() == 201);
  BOOST_TEST(
      feeds.ask("POST /Users", user_body(R"("userName":"b")"), {"Prefer: respond-async, wait=10"})
          .status() == 201);
  BOOST_TEST(feeds.ask("POST /Users", "{", prefer).status() == 400);
  BOOST_TEST(
      feeds
          .ask("POST /Users/.search",
               R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"count":0})",
               prefer)
          .status() == 200);
  BOOST_TEST(feeds.ask("GET /Users", "", prefer).status() == 200);
  feeds.client().scopes = {"users:read"};
  BOOST_TEST(feeds.ask("POST /Users", user_body(R"("userName":"c")"), prefer).status() == 403);
}

BOOST_AUTO_TEST_CASE(a_request_that_a_crash_left_behind_is_done_by_the_clients_present_rights) {
  Feeds feeds;
  workflow::Client over = feeds.listener("over"), strict = feeds.listener("strict");
  workflow::Client jwt = strict, stranger = strict;  // vouched for by the IAM
  jwt.from_jwt = stranger.from_jwt = true;
  jwt.id = workflow::jwt_client_id("https://iam.example.org", "strict");
  stranger.id = EntryUuid::random();
  stranger.name = "stranger";
  const auto left = job(feeds.one, "left"), running = job(feeds.two, "running"),
             revoked = job(feeds.writer, "revoked"), expired = job(over, "expired"),
             limited = job(jwt, "limited"), unknown = job(stranger, "unknown");
  std::vector<std::string> names;
  for (const auto* each : {&left, &running, &revoked, &expired, &limited, &unknown}) {
    names.push_back(*scim::store_job(feeds.services(), *each));
  }
  BOOST_TEST(*scim::claim_job(feeds.services(), names[1], "gone"));
  BOOST_TEST(!*scim::claim_job(feeds.services(), names[1], "me"));
  BOOST_REQUIRE(workflow::edit_token(feeds.directory(), "over", [](workflow::Client& client) {
                  client.expires = *parse_rfc3339("2020-01-01T00:00:00Z");
                  return done();
                }).ok());
  BOOST_REQUIRE(workflow::edit_token(feeds.directory(), "strict", [](workflow::Client& client) {
                  client.mail_domains = {"example.fr"};
                  return done();
                }).ok());
  make_old(feeds, names);
  const auto next = another_host(feeds);  // the program starts again
  BOOST_TEST(status_of(feeds, left) == "201");
  BOOST_TEST(status_of(feeds, running) == "503");
  BOOST_TEST(status_of(feeds, revoked) == "401");
  BOOST_TEST(status_of(feeds, expired) == "401");
  BOOST_TEST(status_of(feeds, limited) == "403");
  const Answer outcome = feeds.ask("GET /Events/" + limited.txn);
  BOOST_TEST(claims_of(outcome.response.body)["aud"][0] ==
             Json(kBase + "/Feeds/" + strict.feed.str()));
  BOOST_TEST(status_of(feeds, unknown) == "401");
  feeds.client() = feeds.one;
  BOOST_TEST(feeds.ask("GET /Users").at("/totalResults") == Json(1));
}

BOOST_AUTO_TEST_CASE(the_requests_of_one_client_are_done_in_their_order_by_whatever_host) {
  Feeds feeds;
  const auto first = job(feeds.one, "first"), second = job(feeds.one, "same"),
             third = job(feeds.one, "same"), other = job(feeds.two, "other");
  std::vector<std::string> names;
  for (const auto* each : {&first, &second, &third, &other}) {
    names.push_back(*scim::store_job(feeds.services(), *each));
  }
  make_old(feeds, names);
  // Another host is at the first one.
  BOOST_TEST(*scim::claim_job(feeds.services(), names[0], "another host"));
  const auto second_host = another_host(feeds), third_host = another_host(feeds);
  BOOST_TEST(status_of(feeds, other) == "201");
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto state_of = [&](const scim::AsyncJob& of) {
    const auto view = feeds.directory().view();
    return std::string(scim::find_job(*view, of.txn, of.client)->first(ldap::Attr::kHabState));
  };
  for (const auto* waits : {&second, &third}) BOOST_TEST(state_of(*waits) == "queued");
  BOOST_REQUIRE(scim::renew_job(feeds.services(), names[0]).ok());
  BOOST_REQUIRE(
      scim::complete_job(feeds.services(), names[0], first, "/Users", {{"status", "201"}}).ok());
  BOOST_TEST(!scim::renew_job(feeds.services(), names[0]).ok());
  BOOST_TEST(status_of(feeds, second) == "201");
  BOOST_TEST(status_of(feeds, third) == "409");
}

BOOST_AUTO_TEST_CASE(a_claim_whose_outcome_was_unknown_is_recognised) {
  Feeds feeds;
  const auto dn = *scim::store_job(feeds.services(), job(feeds.one, "alice"));
  BOOST_TEST(*scim::claim_job(feeds.services(), dn, "me"));
  BOOST_TEST(!*scim::claim_job(feeds.services(), dn, "me"));
  BOOST_TEST(*scim::claim_job(feeds.services(), dn, "me", true));
  BOOST_TEST(!*scim::claim_job(feeds.services(), dn, "you", true));
  const auto record = feeds.directory().view()->find_one(ldap::Attr::kHabKey, scim::job_key(dn),
                                                         ldap::Kind::kEvent);
  const Instant now = SystemClock().now();
  BOOST_TEST(!scim::is_abandoned(*record, now + Duration(25'000)));
  BOOST_TEST(scim::is_abandoned(*record, now + Duration(35'000)));
}

BOOST_AUTO_TEST_CASE(an_accepted_request_waits_while_the_directory_is_out_of_touch) {
  Feeds feeds;
  auto options = habilitd::tests::directory_options(feeds.slapd());
  options.mirror_wait = std::chrono::milliseconds(0);
  habilitd::tests::Site late(feeds.slapd(), std::move(options));  // its mirror is not there yet
  workflow::Services& with = feeds.services();
  workflow::Services services(late.directory(), with.catalogue, with.audit, with.clock, with.log,
                              with.metrics, {});
  std::atomic<int> done_jobs{0};
  scim::AsyncRequests requests(services, kBase, [&](const scim::AsyncJob&) {
    ++done_jobs;
    return Response{};
  });
  auto asked = job(feeds.one, "alice");
  asked.request.headers.prefer = "respond-async";
  const auto accepted = requests.accept(asked.request, asked.segments, asked.client);
  BOOST_REQUIRE((accepted && accepted->status == 202));
  asked.txn = *accepted->header("Set-Txn");
  std::this_thread::sleep_for(std::chrono::seconds(1));
  BOOST_TEST(done_jobs == 0);
  {
    const auto view = feeds.directory().view();
    BOOST_TEST(scim::find_job(*view, asked.txn, asked.client)->first(ldap::Attr::kHabState) ==
               "queued");
  }
  late.start();
  BOOST_TEST(status_of(feeds, asked) == "200");
  BOOST_TEST(done_jobs == 1);
}

BOOST_AUTO_TEST_CASE(the_configuration_says_what_can_be_had) {
  Provider provider;
  BOOST_TEST(provider.ask("GET /ServiceProviderConfig").at("/securityEvents").is_null());
  provider.anonymous(true);
  BOOST_TEST(provider.ask("GET /ServiceProviderConfig").at("/securityEvents").is_null());
  provider.anonymous(false);
  provider.client().scopes.insert("events:read");
  const Json events = provider.ask("GET /ServiceProviderConfig").at("/securityEvents");
  BOOST_TEST(events["asyncRequest"] == Json("request"));
  const Json& uris = events["eventUris"];
  for (const std::string& uri : {kProv + "create:notice", kProv + "delete", kAsync}) {
    BOOST_TEST((std::find(uris.begin(), uris.end(), Json(uri)) != uris.end()), uri);
  }
}

BOOST_AUTO_TEST_SUITE_END()
