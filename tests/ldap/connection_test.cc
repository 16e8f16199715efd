// What a connection and a pool do when slapd is stopped, restarted or killed under them.
#include "ldap/connection.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "ldap/pool.h"
#include "tests/ldap/sample_tree.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

namespace data = boost::unit_test::data;
using tests::Slapd;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A slapd of its own: these tests stop it.
Slapd& fragile() {
  static Slapd one(Slapd::Options{"dc=example,dc=org", true, 64});
  return one;
}

struct Fragile {
  Fragile() {
    if (!slapd.running()) slapd.start();
    slapd.resume();
    slapd.clear();
    slapd.load(tests::kSampleTree);
    endpoint = slapd.endpoint();
    quick = slapd.endpoint();
    quick.deadline = 1s;
  }
  ~Fragile() {
    if (slapd.running()) slapd.resume();
  }

  Slapd& slapd = fragile();
  Endpoint endpoint;
  Endpoint quick;  // for tests in which nothing answers
  Dn person = *Dn::parse("habKey=person,ou=people,dc=example,dc=org");
  Dn request = *Dn::parse("habKey=request,ou=requests,dc=example,dc=org");
};

Connection open_as(const Endpoint& endpoint, const Credentials& who) {
  auto connection = Connection::open(endpoint);
  BOOST_REQUIRE(connection);
  BOOST_REQUIRE(connection->bind(who.name, who.password));
  return *std::move(connection);
}

std::chrono::milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
}

BOOST_FIXTURE_TEST_SUITE(connection, Fragile)

BOOST_AUTO_TEST_CASE(each_identity_is_who_it_says) {
  auto reader = open_as(endpoint, slapd.reader());
  BOOST_TEST(*reader.who_am_i() == "dn:cn=habilitd-reader,ou=services,dc=example,dc=org");
  auto tcp = open_as(slapd.tcp_endpoint(), slapd.decisions());
  BOOST_TEST(*tcp.who_am_i() == "dn:cn=habilitd-decisions,ou=services,dc=example,dc=org");
}

BOOST_AUTO_TEST_CASE(an_empty_password_never_signs_in) {
  auto connection = *Connection::open(endpoint);
  for (const std::string& password :
       {std::string(), std::string("\0x", 2), std::string("x\0", 2)}) {
    const auto bound = connection.bind(person, Secret(password));
    BOOST_REQUIRE(!bound);
    BOOST_TEST((bound.error().code == Errc::kUnauthenticated));
  }
  BOOST_TEST(!connection.bind(Dn(), Secret("something")));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_told_from_a_dead_directory) {
  auto connection = *Connection::open(endpoint);
  const auto bound = connection.bind(person, Secret("wrong"));
  BOOST_REQUIRE(!bound);
  BOOST_TEST((bound.error().code == Errc::kUnauthenticated));
  slapd.stop();
  auto dead = *Connection::open(endpoint);
  BOOST_TEST((dead.bind(person, Secret("wrong")).error().code == Errc::kUnavailable));
}

const std::vector<std::string> kBadUris{"", "http://localhost", "ldap://a ldap://b",
                                        "ldap://a,ldap://b", "ldapi"};

BOOST_DATA_TEST_CASE(anything_but_one_uri_is_refused, data::make(kBadUris), uri) {
  BOOST_TEST(!Connection::open({uri, false, {}}));
}

BOOST_AUTO_TEST_CASE(a_refused_starttls_sends_nothing_more) {
  Endpoint endpoint_with_tls = slapd.tcp_endpoint();
  endpoint_with_tls.start_tls = true;
  const auto connection = Connection::open(endpoint_with_tls);
  BOOST_REQUIRE(!connection);
  BOOST_TEST((connection.error().code == Errc::kUnavailable));
  BOOST_TEST(connection.error().reason == "directory-tls");
}

BOOST_AUTO_TEST_CASE(a_stopped_server_is_given_up_at_the_deadline) {
  auto reader = open_as(quick, slapd.reader());
  slapd.pause();
  const auto start = steady_clock::now();
  const auto found = reader.read(person, {"cn"});
  BOOST_TEST(since(start).count() >= 990);
  BOOST_TEST(since(start).count() < 2500);
  BOOST_REQUIRE(!found);
  BOOST_TEST((found.error().code == Errc::kUnavailable));
  BOOST_TEST(reader.broken());
}

BOOST_AUTO_TEST_CASE(connecting_to_a_stopped_server_ends_at_the_deadline) {
  slapd.pause();
  for (Endpoint to : {endpoint, slapd.tcp_endpoint()}) {
    to.deadline = 1s;
    const auto start = steady_clock::now();
    auto connection = *Connection::open(to);
    const Credentials who = slapd.reader();
    const auto bound = connection.bind(who.name, who.password);
    BOOST_REQUIRE(!bound);
    BOOST_TEST((bound.error().code == Errc::kUnavailable));
    BOOST_TEST(since(start).count() < 2500);
  }
}

BOOST_AUTO_TEST_CASE(a_write_without_an_answer_has_an_unknown_outcome) {
  auto decisions = open_as(quick, slapd.decisions());
  slapd.pause();
  const auto result = decisions.modify(request, {{Change::Op::kReplace, "habState", {"approved"}}});
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kUnknownOutcome));
  slapd.resume();
  // Here it was done after all: what the caller must find out by reading.
  std::string state = "pending";
  for (int i = 0; i < 400 && state == "pending"; ++i) {
    std::this_thread::sleep_for(5ms);
    auto reader = Connection::open(slapd.endpoint());
    BOOST_REQUIRE(reader->bind(slapd.reader().name, slapd.reader().password));
    state = reader->read(request, {"habState"})->first("habState");
  }
  BOOST_TEST(state == "approved");
}

BOOST_AUTO_TEST_CASE(a_broken_connection_never_becomes_an_anonymous_one) {
  auto reader = open_as(endpoint, slapd.reader());
  slapd.restart();
  BOOST_TEST(!reader.alive());
  BOOST_TEST((reader.read(person, {"cn"}).error().code == Errc::kUnavailable));
  // libldap would connect again here, without signing in, and answer "no such entry".
  BOOST_TEST((reader.read(person, {"cn"}).error().code == Errc::kUnavailable));
  BOOST_TEST((reader.who_am_i().error().code == Errc::kUnavailable));
}

BOOST_AUTO_TEST_CASE(a_pool_replaces_connections_after_a_restart) {
  Pool pool(endpoint, slapd.decisions(), 2);
  BOOST_REQUIRE((*pool.lease())->who_am_i());
  slapd.restart();
  auto lease = pool.lease();
  BOOST_REQUIRE(lease);
  BOOST_TEST((*lease)->modify(request, {{Change::Op::kReplace, "habState", {"approved"}}}).ok());
}

BOOST_AUTO_TEST_CASE(a_pool_says_when_the_directory_is_gone_and_recovers) {
  Pool pool(endpoint, slapd.reader(), 1);
  BOOST_REQUIRE((*pool.lease())->who_am_i());
  slapd.kill();
  for (int i = 0; i < 3; ++i) {
    const auto lease = pool.lease();
    BOOST_REQUIRE(!lease);
    BOOST_TEST((lease.error().code == Errc::kUnavailable));
  }
  slapd.start();
  BOOST_TEST(pool.lease().ok());
}

BOOST_AUTO_TEST_CASE(a_pool_lends_no_more_than_its_size) {
  Pool pool(quick, slapd.reader(), 1);
  auto held = pool.lease();
  BOOST_REQUIRE(held);
  const auto second = pool.lease();
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().reason == "directory-busy");
}

BOOST_AUTO_TEST_CASE(wrong_credentials_of_ours_are_no_fault_of_the_caller) {
  Pool pool(endpoint, {slapd.reader().name, Secret("wrong")}, 1);
  BOOST_TEST((pool.lease().error().code == Errc::kUnavailable));
}

BOOST_AUTO_TEST_CASE(a_read_only_directory_does_nothing_and_says_so) {
  slapd.configure(
      "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcReadOnly\n"
      "olcReadOnly: TRUE\n");
  auto decisions = open_as(endpoint, slapd.decisions());
  const auto result = decisions.modify(request, {{Change::Op::kReplace, "habState", {"approved"}}});
  slapd.configure(
      "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcReadOnly\n"
      "olcReadOnly: FALSE\n");
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kUnavailable));
  BOOST_TEST(decisions.read(request, {"habState"})->first("habState") == "pending");
}

BOOST_AUTO_TEST_CASE(more_than_the_size_limit_is_an_error_not_a_part) {
  auto reader = open_as(endpoint, slapd.reader());
  const auto found =
      reader.search(slapd.layout().people, Scope::kSubtree, Filter::any_entry(), {"1.1"}, 1);
  BOOST_REQUIRE(!found);
  BOOST_TEST((found.error().code == Errc::kTooLarge));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
