// What a client may do, as its token entry keeps it, and how often it may ask.
#include <boost/test/unit_test.hpp>

#include "tests/workflow/site.h"
#include "workflow/client_limiter.h"
#include "workflow/client_settings.h"

namespace habilitd::workflow::tests {
namespace {

Client make(const std::string& name) {
  Client client;
  client.name = name;
  client.scopes = {"users:write", "events:read", "grant:soffi.consultation"};
  client.structures = {kS1};
  client.mail_domains = {"example.fr"};
  client.rate = {600, 20};
  return client;
}

Client found(Site& site, const Secret& secret) {
  site.settle();
  const auto view = site.directory->view();
  auto client = find_client(*view, secret.reveal(), site.clock.now());
  BOOST_REQUIRE(client.ok());
  return *client;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clients)

BOOST_AUTO_TEST_CASE(what_a_token_allows_is_kept_with_it) {
  Site site;
  const auto secret = create_token(*site.directory, make("agency"), site.clock);
  BOOST_REQUIRE(secret.ok());
  const Client client = found(site, *secret);
  BOOST_TEST((client.structures == make("agency").structures));
  BOOST_TEST((client.mail_domains == make("agency").mail_domains));
  BOOST_TEST((client.rate == RateLimit{600, 20}));
  BOOST_TEST(client.restricted());
  BOOST_TEST((client.feed == client.id));
}

BOOST_AUTO_TEST_CASE(an_edit_keeps_id_and_secret_and_changes_the_rest) {
  Site site;
  const auto secret = create_token(*site.directory, make("agency"), site.clock);
  const Client before = found(site, *secret);
  const auto edited = edit_token(*site.directory, "agency", [&](Client& client) {
    client.mail_domains = {"example.org"};
    client.structures.clear();
    client.rate = {};
    client.expires = site.clock.now() + Duration(3'600'000);
    return done();
  });
  BOOST_TEST(reason_of(edited) == "");
  const Client after = found(site, *secret);
  BOOST_TEST((after.id == before.id));
  BOOST_TEST((after.scopes == before.scopes));
  BOOST_TEST(after.structures.empty());
  BOOST_TEST(after.mail_domains.count("example.org") == 1u);
  BOOST_TEST((after.rate == RateLimit{}));
  BOOST_TEST(after.expires.has_value());
}

BOOST_AUTO_TEST_CASE(an_edit_that_makes_no_sense_changes_nothing) {
  Site site;
  const auto secret = create_token(*site.directory, make("agency"), site.clock);
  const auto edit = [&](const std::function<void(Client&)>& change) {
    return reason_of(edit_token(*site.directory, "agency", [&](Client& client) {
      change(client);
      return done();
    }));
  };
  BOOST_TEST(edit([](Client& c) { c.scopes.insert("root"); }) == "token-scope");
  BOOST_TEST(edit([](Client& c) { c.structures.insert("123"); }) == "token-structure");
  BOOST_TEST(edit([](Client& c) { c.mail_domains.insert("Example.fr"); }) == "token-domain");
  BOOST_TEST(edit([](Client& c) { c.mail_domains.insert("*"); }) == "token-domain");
  BOOST_TEST(edit([](Client& c) { c.rate = {-1, 0}; }) == "token-rate");
  BOOST_TEST(edit([](Client& c) { c.rate = {0, 5}; }) == "token-rate");
  BOOST_TEST(reason_of(edit_token(*site.directory, "nobody", [](Client&) { return done(); })) !=
             "");
  BOOST_TEST((found(site, *secret).rate == RateLimit{600, 20}));
}

BOOST_AUTO_TEST_CASE(a_restriction_that_cannot_be_read_is_no_licence) {
  for (const char* text :
       {R"({"scopes":["users:read"],"mail_domains":"example.fr"})",
        R"({"scopes":["users:read"],"structures":[7]})", R"({"scopes":["users:read"],"rate":"x"})",
        R"({"scopes":"users:read"})", R"({"structures":[]})", "[]", ""}) {
    Client client;
    BOOST_TEST(!decode_client(text, client), text);
  }
}

BOOST_AUTO_TEST_CASE(a_client_of_the_iam_is_held_to_the_entry_of_its_name) {
  Site site;
  BOOST_REQUIRE(create_token(*site.directory, make("agency"), site.clock).ok());
  site.settle();
  const auto view = site.directory->view();
  Client client;
  client.scopes = {"users:read"};
  client.name = "AGENCY";  // another spelling does not get away
  BOOST_TEST(apply_token_entry(*view, client));
  BOOST_TEST(client.restricted());
  BOOST_TEST(client.scopes.size() == 1u);
  BOOST_TEST(!client.feed.nil());
  client.name = "other";
  BOOST_TEST(!apply_token_entry(*view, client));
}

BOOST_AUTO_TEST_CASE(a_burst_is_let_through_and_then_the_rate) {
  ClientLimiter limiter({0, 0});
  Client client = make("agency");
  client.id = EntryUuid::random();
  client.rate = {60, 3};
  Instant now{Duration(1'000'000)};
  for (int i = 0; i < 3; ++i) BOOST_TEST(!limiter.admit(client, now));
  const auto refused = limiter.admit(client, now);
  BOOST_REQUIRE(refused.has_value());
  BOOST_TEST(refused->first);
  BOOST_TEST(refused->wait.count() == 1000);
  BOOST_TEST(!limiter.admit(client, now)->first);
  BOOST_TEST(limiter.admit(client, now + Duration(900)).has_value());
  BOOST_TEST(!limiter.admit(client, now + Duration(1000)));
  BOOST_TEST(limiter.admit(client, now + Duration(1000)).has_value());
  // A clock that goes back opens nothing, and closes nothing for good.
  BOOST_TEST(limiter.admit(client, now - Duration(60'000)).has_value());
  Client other = client;
  other.id = EntryUuid::random();
  BOOST_TEST(!limiter.admit(other, now));
}

BOOST_AUTO_TEST_CASE(a_client_without_a_rate_has_the_sites_or_none) {
  Client client = make("agency");
  client.rate = {};
  const Instant now{Duration(1'000'000)};
  ClientLimiter none({0, 0}), site({60, 1});
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(!none.admit(client, now));
  BOOST_TEST(!site.admit(client, now));
  BOOST_TEST(site.admit(client, now).has_value());
}

BOOST_AUTO_TEST_CASE(more_clients_than_fit_do_not_grow_the_table_nor_free_a_busy_one) {
  ClientLimiter limiter({0, 0});
  Client busy = make("busy");
  busy.id = EntryUuid::random();
  busy.rate = {60, 1};
  Instant now{Duration(1'000'000)};
  BOOST_TEST(!limiter.admit(busy, now));
  for (std::size_t i = 0; i < 3 * ClientLimiter::kMostClients; ++i) {
    Client one = busy;
    one.id = EntryUuid::random();
    BOOST_REQUIRE(!limiter.admit(one, now));
    if (i % 1000 == 0) {
      now += Duration(1);
      BOOST_REQUIRE(limiter.admit(busy, now).has_value());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow::tests
