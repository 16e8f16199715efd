// Paging by cursors (RFC 9865), and queries at the root (cases 80, 89; RFC 7644 section 3.4.2.1).
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <thread>

#include "base/url.h"
#include "scim/cursor.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim;
using namespace habilitd::scim::tests;

namespace {

const std::string kSearch = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"])";

std::string next_of(const Answer& page) {
  const Json next = page.at("/nextCursor");
  return next.is_string() ? next.get<std::string>() : std::string();
}

// All pages of "GET /Users?..." one after the other.
std::vector<Answer> walk(Provider& provider, const std::string& line) {
  std::vector<Answer> pages;
  std::string cursor;
  do {
    pages.push_back(provider.ask(line + "&cursor=" + cursor));
    BOOST_REQUIRE_MESSAGE(pages.back().status() == 200, pages.back().response.body);
    cursor = next_of(pages.back());
  } while (!cursor.empty());
  return pages;
}

std::string names(const std::vector<Answer>& pages) {
  std::string all;
  for (const Answer& page : pages) {
    for (const Json& each : page.at("/Resources")) all += each.at("userName").get<std::string>();
    all += '|';
  }
  return all;
}

// People a to e; c has no title.
struct FivePeople : Provider {
  FivePeople() {
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      ids[name] = user(name, name == std::string("c") ? Json::object() : Json{{"title", "T"}});
    }
  }
  std::map<std::string, std::string> ids;
};

Place some_place() { return {{false, 4.25, "na\xc3\xafve key"}, EntryUuid::random(), 2}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(cursors)

BOOST_AUTO_TEST_CASE(a_cursor_opens_for_its_query_and_its_count_until_it_expires) {
  const Secret secret("of the site");
  const Cursors cursors(secret, Duration(1000)), other_host(secret, Duration(1000)),
      stranger(Secret(), Duration(1000));
  const Instant now(Duration(1'700'000'000'000));
  const Place place = some_place();
  const std::string cursor = cursors.make(place, 10, "query", now);
  const auto opened = other_host.open(cursor, 10, "query", now + Duration(1000));
  BOOST_TEST_REQUIRE(opened.ok());
  BOOST_TEST(opened->id.str() == place.id.str());
  BOOST_TEST(opened->key.text == place.key.text);
  BOOST_TEST(opened->key.number == place.key.number);
  BOOST_TEST(!opened->key.missing);
  BOOST_TEST(opened->part == 2U);
  BOOST_TEST(cursors.open(cursor, 10, "query", now + Duration(1001)).error().reason ==
             "expiredCursor");
  BOOST_TEST(cursors.open(cursor, 11, "query", now).error().reason == "invalidCount");
  BOOST_TEST(cursors.open(cursor, 10, "other", now).error().reason == "invalidCursor");
  BOOST_TEST(stranger.open(cursor, 10, "query", now).error().reason == "invalidCursor");
  BOOST_TEST(cursors.open(std::string(5000, 'A'), 10, "query", now).error().reason ==
             "invalidCursor");
}

BOOST_AUTO_TEST_CASE(a_cursor_is_url_safe_and_short_whatever_is_sorted_by) {
  Provider provider;
  for (const char* name : {"a", "b"}) provider.user(name, {{"title", std::string(2000, 'x')}});
  const Answer page = provider.ask("GET /Users?count=1&sortBy=title&cursor=");
  const std::string cursor = next_of(page);
  BOOST_TEST(!cursor.empty());
  BOOST_TEST(cursor.size() < 600U);
  BOOST_TEST(encode_component(cursor) == cursor);
  BOOST_TEST(provider.ask("GET /Users?count=1&sortBy=title&cursor=" + cursor)
                 .at("/Resources/0/userName") == "b");
}

BOOST_AUTO_TEST_CASE(a_walk_by_cursors_ends_without_one) {
  FivePeople people;
  BOOST_TEST(names(walk(people, "GET /Users?count=2")) == "ab|cd|e|");
  BOOST_TEST(names(walk(people, "GET /Users?count=5")) == "abcde|");
  BOOST_TEST(names(walk(people, "GET /Users?count=2&sortBy=userName&sortOrder=descending")) ==
             "ed|cb|a|");
  BOOST_TEST(names(walk(people, "GET /Users?count=2&filter=title%20pr")) == "ab|de|");
  BOOST_TEST(names(walk(people, "GET /Users?count=3&filter=userName%20eq%20%22b%22")) == "b|");
  BOOST_TEST(names(walk(people, "GET /Users?count=4&sortBy=title")) == "abde|c|");
  const Answer first = people.ask("GET /Users?cursor&count=2");
  BOOST_TEST(first.at("/totalResults") == 5);
  BOOST_TEST(first.at("/itemsPerPage") == 2);
  BOOST_TEST(first.at("/startIndex").is_null());
  BOOST_TEST(first.at("/previousCursor").is_null());
  BOOST_TEST(people.ask("GET /Users?count=2").at("/nextCursor").is_null());
  const Answer none = people.ask("GET /Users?cursor=&count=0");
  BOOST_TEST(none.at("/totalResults") == 5);
  BOOST_TEST(none.at("/Resources").empty());
  BOOST_TEST(none.at("/nextCursor").is_null());
}

BOOST_AUTO_TEST_CASE(cursors_work_in_a_search_by_post) {
  FivePeople people;
  const std::string body = kSearch + R"(,"count":3,"filter":"userName pr","cursor":")";
  const Answer first = people.ask("POST /Users/.search", body + "\"}");
  BOOST_TEST(names({first}) == "abc|");
  const Answer second = people.ask("POST /Users/.search", body + next_of(first) + "\"}");
  BOOST_TEST(names({second}) == "de|");
  BOOST_TEST(next_of(second) == "");
}

BOOST_AUTO_TEST_CASE(wrong_cursors_and_counts_are_refused_by_name) {
  FivePeople people;
  const std::string list = "GET /Users?count=2&cursor=";
  const std::string cursor = next_of(people.ask(list));
  const auto refused = [&](const std::string& line) {
    const Answer answer = people.ask(line);
    BOOST_TEST(answer.status() == 400, line);
    return answer.scim_type();
  };
  BOOST_TEST(refused(list + "nonsense") == "invalidCursor");
  BOOST_TEST(refused(list + cursor + "A") == "invalidCursor");
  BOOST_TEST(refused("GET /Users?count=2&sortBy=userName&cursor=" + cursor) == "invalidCursor");
  BOOST_TEST(refused("GET /Users?count=2&filter=title%20pr&cursor=" + cursor) == "invalidCursor");
  BOOST_TEST(refused("GET /Groups?count=2&cursor=" + cursor) == "invalidCursor");
  BOOST_TEST(refused("GET /Users?count=3&cursor=" + cursor) == "invalidCount");
  BOOST_TEST(refused("GET /Users?cursor=" + cursor) == "invalidCount");
  BOOST_TEST(refused("GET /Users?count=1001&cursor=") == "invalidCount");
  BOOST_TEST(refused("GET /Users?count=x&cursor=") == "invalidCount");
  BOOST_TEST(refused(list + "&startIndex=1") == "invalidValue");
  BOOST_TEST(people.ask("GET /Users?count=-1&cursor=").at("/Resources").empty());
  people.client().id = EntryUuid::random();
  BOOST_TEST(refused(list + cursor) == "invalidCursor");
}

BOOST_AUTO_TEST_CASE(the_service_says_how_it_pages) {
  Provider provider;
  const Answer config = provider.ask("GET /ServiceProviderConfig");
  BOOST_TEST(config.at("/pagination/cursor") == true);
  BOOST_TEST(config.at("/pagination/index") == true);
  BOOST_TEST(config.at("/pagination/defaultPaginationMethod") == "index");
  BOOST_TEST(config.at("/pagination/defaultPageSize") == 100);
  BOOST_TEST(config.at("/pagination/maxPageSize") == 1000);
  BOOST_TEST(config.at("/pagination/cursorTimeout") == 3600);
}

// Others create, delete and rename all the while. Those who stay are met once; nobody is met twice.
BOOST_AUTO_TEST_CASE(a_walk_meets_everybody_once_whatever_others_do_meanwhile) {
  Provider provider;
  std::set<std::string> staying, renamed;
  for (int i = 0; i < 40; ++i) staying.insert(provider.user("stay" + std::to_string(i)));
  for (int i = 0; i < 8; ++i) renamed.insert(provider.user("name" + std::to_string(i)));
  std::atomic<bool> over{false};
  std::thread coming_and_going([&] {
    for (int i = 0; !over; ++i) {
      const std::string name = (i % 2 ? "aa" : "zz") + std::to_string(i);
      const Answer made = provider.ask("POST /Users", user_body("\"userName\":\"" + name + '"'));
      if (i % 3 != 0) provider.ask("DELETE /Users/" + made.at("/id").get<std::string>());
    }
  });
  std::thread renaming([&] {
    for (int i = 0; !over; ++i) {
      for (const std::string& id : renamed) {
        provider.ask("PATCH /Users/" + id, patch(R"({"op":"replace","path":"userName","value":")" +
                                                 std::string(i % 2 ? "a" : "z") + id + "\"}"));
      }
    }
  });
  const auto meet = [&](const std::string& line, std::set<std::string> expected, bool all_once) {
    std::map<std::string, int> met;
    for (const Answer& page : walk(provider, line)) {
      for (const Json& each : page.at("/Resources")) ++met[each.at("id").get<std::string>()];
    }
    for (const std::string& id : expected) BOOST_TEST(met[id] == 1);
    for (const auto& [id, times] : met) BOOST_TEST((times <= 1 || !all_once));
  };
  std::set<std::string> everybody = staying;
  everybody.insert(renamed.begin(), renamed.end());
  for (int i = 0; i < 4; ++i) {
    meet("GET /Users?count=3", everybody, true);
    meet("GET /Users?count=3&filter=active%20eq%20true", everybody, true);
    // Who is renamed meanwhile may be met twice, or not at all.
    meet("GET /Users?count=3&sortBy=userName", staying, false);
    meet("GET /Users?count=3&sortBy=meta.created&sortOrder=descending", everybody, true);
  }
  over = true;
  coming_and_going.join();
  renaming.join();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(root)

BOOST_AUTO_TEST_CASE(the_root_searches_everything_the_client_may_read) {
  FivePeople people;
  people.group("b", {people.ids["a"]});
  const auto found = [&](const std::string& query) {
    const Answer answer = people.ask("GET /?" + query);
    if (answer.status() != 200) return std::to_string(answer.status()) + answer.scim_type();
    BOOST_TEST(answer.at("/totalResults") == answer.at("/Resources").size());
    std::string all;
    for (const Json& each : answer.at("/Resources")) {
      const bool user = each.at("meta").at("resourceType") == "User";
      all += user ? each.at("userName").get<std::string>() + ","
                  : "(" + each.at("displayName").get<std::string>() + "),";
    }
    return all;
  };
  const auto filtered = [&](const std::string& filter) {
    return found("filter=" + encode_component(filter));
  };
  BOOST_TEST(found("") == "a,b,c,d,e,(b),");
  BOOST_TEST(filtered(R"(userName eq "b")") == "b,");
  BOOST_TEST(filtered(R"(displayName eq "b")") == "(b),");
  BOOST_TEST(filtered(R"(userName eq "b" or displayName eq "b")") == "b,(b),");
  BOOST_TEST(filtered(R"(meta.resourceType eq "Group")") == "(b),");
  BOOST_TEST(filtered(R"(nobody.has eq "this")") == "");
  BOOST_TEST(filtered(R"(not (title pr))") == "c,(b),");
  BOOST_TEST(filtered(R"(members.value eq ")" + people.ids["a"] + "\"") == "(b),");
  BOOST_TEST(filtered(R"(id eq ")" + people.ids["c"] + "\"") == "c,");
  BOOST_TEST(filtered("userName eq") == "400invalidFilter");
  BOOST_TEST(found("sortBy=displayName&filter=" + encode_component("title pr or members pr")) ==
             "(b),a,b,d,e,");
  BOOST_TEST(found("sortBy=nothing") == "400invalidPath");
  const Answer searched = people.ask(
      "POST /.search", kSearch + R"(,"filter":"meta.created pr","count":2,"cursor":""})");
  BOOST_TEST(searched.status() == 200);
  BOOST_TEST(searched.at("/totalResults") == 6);
  BOOST_TEST(!next_of(searched).empty());
  BOOST_TEST(people.ask("GET /?startIndex=5&count=2").at("/Resources/1/displayName") == "b");
  people.client().scopes = {"groups:read"};
  BOOST_TEST(found("") == "(b),");
  BOOST_TEST(filtered(R"(userName eq "b")") == "");
  people.client().scopes = {"decisions"};
  BOOST_TEST(found("") == "403");
  BOOST_TEST(people.ask("POST /.search", kSearch + "}").status() == 403);
}

BOOST_AUTO_TEST_CASE(a_walk_at_the_root_goes_from_type_to_type) {
  FivePeople people;
  for (const char* name : {"one", "two"}) people.group(name);
  std::set<std::string> met;
  for (const Answer& page : walk(people, "GET /?count=2")) {
    for (const Json& each : page.at("/Resources")) BOOST_TEST(met.insert(each.at("id")).second);
  }
  BOOST_TEST(met.size() == 7U);
}

BOOST_AUTO_TEST_SUITE_END()
