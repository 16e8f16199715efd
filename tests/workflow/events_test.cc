// Habilitations as events, whatever door they came through, and what is kept of events.
#include "workflow/events.h"

#include <boost/test/unit_test.hpp>

#include "tests/workflow/site.h"
#include "workflow/tokens.h"

namespace habilitd::workflow::tests {
namespace {

EntryUuid listener(Site& site, const std::string& name, Client said = {}) {
  said.name = name;
  said.scopes = {"events:read", "users:read", "groups:read"};
  const auto secret = create_token(*site.directory, said, site.clock);
  BOOST_REQUIRE(secret.ok());
  site.settle();
  const auto view = site.directory->view();
  const auto found = find_client(*view, secret->reveal(), site.clock.now());
  BOOST_REQUIRE(found.ok());
  return found->feed;
}

std::vector<WaitingEvent> waiting(Site& site, const EntryUuid& feed, std::size_t most = 100) {
  auto found = waiting_events(*site.services, feed, most);
  BOOST_REQUIRE(found.ok());
  return found->events;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(a_habilitation_is_told_when_it_begins_and_when_it_ends) {
  Site site;
  const EntryUuid feed = listener(site, "one");
  site.granted("u1");
  auto told = waiting(site, feed);
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST(told[0].uri == "/Users/" + site.id("u1").str());
  const Json granted = told[0].events[kGrantedEvent];
  BOOST_TEST(granted["application"] == Json("soffi"));
  BOOST_TEST(granted["role"] == Json("consultation"));
  BOOST_TEST(granted["structure"] == Json(kS1));
  BOOST_TEST(granted["group"].get<std::string>().starts_with("/Groups/"));
  const auto ended = revoke(*site.services, site.actor("m1"),
                            {site.id("u1"), "soffi", "consultation", Site::siret(kS1)},
                            {0, {}, "no longer needed", std::nullopt});
  BOOST_REQUIRE_EQUAL(reason_of(ended), "");
  told = waiting(site, feed);
  BOOST_REQUIRE(told.size() == 2u);
  BOOST_TEST(told[1].events.contains(kEndedEvent));
  BOOST_TEST(told[1].events.dump().find("no longer") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(habilitations_are_told_to_those_who_see_person_and_structure) {
  Site site;
  Client with_structure, without;
  with_structure.structures = {kS1};
  without.structures = {kS2};
  const EntryUuid one = listener(site, "one", with_structure), two = listener(site, "two", without);
  site.granted("u1");
  BOOST_TEST(waiting(site, one).size() == 1u);
  BOOST_TEST(waiting(site, two).empty());
}

BOOST_AUTO_TEST_CASE(a_token_that_is_over_gathers_no_events) {
  Site site;
  Client brief;
  brief.expires = site.clock.now() + Duration(1000);
  const EntryUuid feed = listener(site, "brief", brief);
  site.clock.move(Duration(2000));
  site.granted("u1");
  BOOST_TEST(waiting(site, feed).empty());
  BOOST_TEST(site.directory->view()->all(ldap::Kind::kEvent).empty());
}

BOOST_AUTO_TEST_CASE(events_go_when_their_time_is_over_and_not_before) {
  Site site;
  const EntryUuid feed = listener(site, "one");
  publish(*site.services, {{feed, {}}}, {"/Users/x", {{"urn:x", Json::object()}}, {}});
  site.clock.move(site.services->settings.events_retention - Duration(1000));
  BOOST_REQUIRE(sweep_events(*site.services, 10).ok());
  BOOST_TEST(waiting(site, feed).size() == 1u);
  site.clock.move(Duration(2000));
  BOOST_REQUIRE(sweep_events(*site.services, 10).ok());
  BOOST_TEST(waiting(site, feed).empty());
  BOOST_TEST(site.directory->view()->all(ldap::Kind::kEvent).empty());
}

BOOST_AUTO_TEST_CASE(events_are_offered_in_the_order_they_were_made) {
  Site site;
  const EntryUuid feed = listener(site, "one");
  for (int i = 0; i < 20; ++i) {
    publish(*site.services, {{feed, {}}},
            {"/Users/" + std::to_string(i), {{"urn:x", Json::object()}}, {}});
  }
  const auto first = waiting(site, feed, 7);
  BOOST_REQUIRE(first.size() == 7u);
  std::vector<std::string> jtis;
  for (int i = 0; i < 7; ++i) {
    BOOST_TEST(first[static_cast<std::size_t>(i)].uri == "/Users/" + std::to_string(i));
    jtis.push_back(first[static_cast<std::size_t>(i)].jti);
  }
  BOOST_REQUIRE(acknowledge(*site.services, feed, jtis).ok());
  BOOST_REQUIRE(acknowledge(*site.services, feed, jtis).ok());
  BOOST_TEST(waiting(site, feed, 1)[0].uri == "/Users/7");
  BOOST_TEST(waiting(site, feed).size() == 13u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow::tests
