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

void use(Site& site, const WorkflowSettings& settings) {
  site.services = std::make_unique<Services>(*site.directory, *site.catalogue, *site.audit,
                                             site.clock, site.log, site.metrics, settings);
}

void keep_at_most(Site& site, std::size_t events) {
  WorkflowSettings settings;
  settings.events_kept = events;
  use(site, settings);
}

void tell(Site& site, const std::vector<EntryUuid>& feeds, const std::string& uri) {
  Receivers receivers;
  for (const EntryUuid& feed : feeds) receivers.push_back({feed, {}});
  publish(*site.services, receivers, {uri, {{"urn:x", Json::object()}}, {}});
}

std::vector<std::string> uris(Site& site, const EntryUuid& feed) {
  std::vector<std::string> all;
  for (const WaitingEvent& event : waiting(site, feed)) all.push_back(event.uri);
  return all;
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
  BOOST_TEST(*sweep_events(*site.services, 10) == 0u);
  BOOST_TEST(waiting(site, feed).size() == 1u);
  site.clock.move(Duration(2000));
  BOOST_REQUIRE(sweep_events(*site.services, 10).ok());
  BOOST_TEST(waiting(site, feed).empty());
  BOOST_TEST(site.directory->view()->all(ldap::Kind::kEvent).empty());
}

BOOST_AUTO_TEST_CASE(a_feed_tells_of_what_the_program_made_with_a_jwt_too) {
  Site site;
  const std::string issuer = "https://iam.example.org";
  Client agency;
  agency.mail_domains = {"agency.example"};
  const EntryUuid feed = listener(site, "agency", agency), mine = jwt_client_id(issuer, "agency");
  const auto external = [&](const EntryUuid& client, const char* of) {
    const std::string id = client.str();
    site.ldif("dn: " + site.dn(of) +
              "\nchangetype: modify\nreplace: habSource\nhabSource: client:" + id +
              "\n-\nreplace: habExternalId\nhabExternalId: " + id + ":A1\n");
    site.settle();
    return receivers_of(*site.services, site.id(of));
  };
  BOOST_TEST(external(mine, "u1").empty());  // no JWT is accepted
  WorkflowSettings settings;
  settings.jwt_issuer = issuer;
  use(site, settings);
  for (const EntryUuid& id : {mine, feed}) {
    const Receivers told = external(id, "u1");
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST((told[0].feed == feed));
    BOOST_TEST(told[0].external_id == "A1");
  }
  BOOST_TEST(external(jwt_client_id(issuer, "another"), "u1").empty());
}

BOOST_AUTO_TEST_CASE(a_flood_costs_its_own_reader_and_nobody_else) {
  Site site;
  const EntryUuid quiet = EntryUuid::random(), flooded = EntryUuid::random();
  keep_at_most(site, 8);
  for (const char* uri : {"/Users/1", "/Users/2"}) tell(site, {quiet}, uri);
  tell(site, {quiet, flooded}, "/Users/both");
  for (int i = 0; i < 20; ++i) tell(site, {flooded}, "/Users/flood" + std::to_string(i));
  const auto swept = sweep_events(*site.services, 100);
  BOOST_REQUIRE(swept.ok());
  BOOST_TEST(*swept == 16u);  // 15 entries go; of the common one only the flooded feed is taken off
  BOOST_TEST(
      (uris(site, quiet) == std::vector<std::string>{"/Users/1", "/Users/2", "/Users/both"}));
  const auto left = uris(site, flooded);
  BOOST_REQUIRE(left.size() == 5u);
  BOOST_TEST(left.front() == "/Users/flood15");
  BOOST_TEST(site.directory->view()->all(ldap::Kind::kEvent).size() == 8u);
  BOOST_TEST(*sweep_events(*site.services, 100) == 0u);
}

BOOST_AUTO_TEST_CASE(a_pass_removes_no_more_than_it_may_and_says_so) {
  Site site;
  const EntryUuid feed = EntryUuid::random();
  keep_at_most(site, 2);
  for (int i = 0; i < 7; ++i) tell(site, {feed}, "/Users/" + std::to_string(i));
  BOOST_TEST(*sweep_events(*site.services, 3) == 3u);
  BOOST_TEST(*sweep_events(*site.services, 3) == 2u);
  BOOST_TEST((uris(site, feed) == std::vector<std::string>{"/Users/5", "/Users/6"}));
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
