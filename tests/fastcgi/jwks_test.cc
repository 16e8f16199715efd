// The IAM's keys: which are taken, and how they are fetched, kept and given up. A real nginx serves
// them over HTTPS.
#include "fastcgi/jwks.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <thread>

#include "base/crypto.h"
#include "fastcgi/jwks_fetch.h"
#include "fastcgi/jwks_store.h"
#include "tests/fastcgi/jwks_server.h"
#include "tests/fastcgi/jwt_maker.h"
#include "tests/support/process.h"

namespace habilitd::fastcgi {
namespace {

using namespace std::chrono_literals;
using tests::JwksServer;
using tests::SigningKey;
namespace data = boost::unit_test::data;

class FakeClock : public Clock {
 public:
  Instant now() const override { return now_; }
  void pass(Duration time) { now_ += time; }

 private:
  Instant now_{std::chrono::hours(500000)};
};

// One server for the program; a proxy of the environment would stand between.
JwksServer& server() {
  ::setenv("no_proxy", "*", 1);
  static JwksServer server;
  return server;
}

const SigningKey& rsa() {
  static const SigningKey key = SigningKey::rsa();
  return key;
}
const SigningKey& ec() {
  static const SigningKey key = SigningKey::ec("P-256");
  return key;
}
const JwtAlgorithm& algorithm(const char* name) { return *find_jwt_algorithm(name); }

JwksSource source(const std::string& path = "/jwks") {
  return {server().uri(path), server().ca_file(), 3s, 256 * 1024};
}

std::string reason_of(const JwksSource& from) {
  const std::atomic<bool> stop = false;
  const auto text = fetch_jwks(from, stop);
  if (text) return "";
  BOOST_TEST((text.error().code == Errc::kUnavailable));
  BOOST_TEST(!text.error().detail.empty());
  return text.error().reason;
}

struct Row {
  const char* reason;  // empty: taken
  std::function<void(Json&)> change;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.reason; }

std::string verdict(const Json& key) {
  const auto parsed = Jwk::parse(key);
  return parsed ? "" : parsed.error().reason;
}

const std::vector<Row> kRsaRows{
    {"", [](Json&) {}},
    {"", [](Json& key) { key["use"] = "sig"; }},
    {"", [](Json& key) { key["key_ops"] = {"verify"}; }},
    {"", [](Json& key) { key["alg"] = "PS384"; }},
    {"", [](Json& key) { key["x5c"] = {"MIIB"}; }},
    {"", [](Json& key) { key.erase("kid"); }},
    // Some IAMs write a zero octet before the modulus.
    {"",
     [](Json& key) {
       key["n"] = to_base64url('\0' + *from_base64url(key["n"].get<std::string>()));
     }},
    {"jwk-type", [](Json& key) { key["kty"] = "oct"; }},
    {"jwk-type", [](Json& key) { key["kty"] = "OKP"; }},
    {"jwk-type", [](Json& key) { key["kty"] = "rsa"; }},
    {"jwk-type", [](Json& key) { key.erase("kty"); }},
    {"jwk-private", [](Json& key) { key["d"] = "AQAB"; }},
    {"jwk-private", [](Json& key) { key["k"] = "AQAB"; }},
    {"jwk-use", [](Json& key) { key["use"] = "enc"; }},
    {"jwk-use", [](Json& key) { key["key_ops"] = {"wrapKey"}; }},
    {"jwk-use", [](Json& key) { key["key_ops"] = "verify"; }},
    {"jwk-alg", [](Json& key) { key["alg"] = "HS256"; }},
    {"jwk-alg", [](Json& key) { key["alg"] = "ES256"; }},
    {"jwk-alg", [](Json& key) { key["alg"] = "RSA-OAEP"; }},
    {"jwk-kid", [](Json& key) { key["kid"] = 7; }},
    {"jwk-kid", [](Json& key) { key["kid"] = std::string(257, 'k'); }},
    {"jwk-rsa-size", [](Json& key) { key.erase("n"); }},
    {"jwk-rsa-size", [](Json& key) { key["n"] = "not base64!"; }},
    {"jwk-rsa-size", [](Json& key) { key["n"] = to_base64url(std::string(1025, '\xff')); }},
    {"jwk-rsa-exponent", [](Json& key) { key["e"] = "AQ"; }},    // 1
    {"jwk-rsa-exponent", [](Json& key) { key["e"] = "AQAA"; }},  // 65536
    {"jwk-rsa-exponent", [](Json& key) { key["e"] = "AA"; }},
    {"jwk-rsa-exponent", [](Json& key) { key["e"] = to_base64url(std::string(9, '\1')); }},
};

const std::vector<Row> kEcRows{
    {"", [](Json&) {}},
    {"jwk-curve", [](Json& key) { key["crv"] = "secp256k1"; }},
    {"jwk-curve", [](Json& key) { key.erase("crv"); }},
    {"jwk-coordinates", [](Json& key) { key["crv"] = "P-384"; }},
    {"jwk-coordinates", [](Json& key) { key["x"] = "AQAB"; }},
    {"jwk-point", [](Json& key) { key["x"] = key["y"]; }},
    {"jwk-point", [](Json& key) { key["x"] = key["y"] = to_base64url(std::string(32, '\0')); }},
};

// A log in a file; it must outlive everybody who writes.
struct LogFile {
  LogFile()
      : folder(tests::temporary_folder("habilitd-jwks-log")),
        fd(::open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}
  ~LogFile() {
    ::close(fd);
    std::filesystem::remove_all(folder);
  }
  std::string folder;
  int fd;
};

// A store whose thread is not started: the test says when it works.
struct Kept {
  Kept() : log(file.fd), store({source(), 10min, 24h}, clock, log, metrics) {
    server().serve({rsa().jwk("one")});
  }
  bool has(const char* kid) const {
    const auto keys = store.current();
    return keys && keys->find(kid, algorithm("RS256")).key;
  }
  // One pass after so long; true when it asked the server.
  bool asks_after(Duration time) {
    const std::string before = fetches();
    clock.pass(time);
    store.pass();
    return fetches() != before;
  }
  std::string fetches() const {
    const std::string text = metrics.text(), name = "# TYPE habilitd_jwks_fetches_total";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? "" : text.substr(at, text.find('#', at + 1) - at);
  }
  std::string logged() const { return tests::read_file(file.folder + "/log"); }

  LogFile file;
  Log log;
  Metrics metrics;
  FakeClock clock;
  JwksStore store;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(jwks)

BOOST_DATA_TEST_CASE(an_rsa_key_is_taken_or_left_out, data::make(kRsaRows), row) {
  Json key = rsa().jwk("k");
  row.change(key);
  BOOST_TEST(verdict(key) == row.reason);
}

BOOST_DATA_TEST_CASE(an_ec_key_is_taken_or_left_out, data::make(kEcRows), row) {
  Json key = ec().jwk("k");
  row.change(key);
  BOOST_TEST(verdict(key) == row.reason);
}

BOOST_AUTO_TEST_CASE(rsa_keys_of_less_than_2048_bits_are_left_out) {
  BOOST_TEST(verdict(SigningKey::rsa(1024).jwk("k")) == "jwk-rsa-size");
  BOOST_TEST(verdict(SigningKey::rsa(2040).jwk("k")) == "jwk-rsa-size");
}

BOOST_AUTO_TEST_CASE(a_set_is_read_without_its_unusable_keys) {
  const Json set = {{"keys", {rsa().jwk("a"), {{"kty", "oct"}, {"k", "AQAB"}}, 7, ec().jwk("b")}}};
  const auto keys = Jwks::parse(set.dump());
  BOOST_REQUIRE(keys.ok());
  BOOST_TEST(keys->size() == 2u);
  BOOST_TEST(keys->ignored() == 2u);
  BOOST_TEST(keys->any_fits(algorithm("RS512")));
  BOOST_TEST(!keys->any_fits(algorithm("ES384")));
}

BOOST_DATA_TEST_CASE(what_is_no_key_set_is_refused,
                     data::make({"", "[]", "{}", "<html>", R"({"keys":{}})",
                                 R"({"keys":[],"keys":[]})"}),
                     text) {
  BOOST_TEST(!Jwks::parse(text).ok());
}

BOOST_AUTO_TEST_CASE(a_set_of_more_than_100_keys_is_refused) {
  Json set = {{"keys", Json::array()}};
  for (int i = 0; i < 100; ++i) set["keys"].push_back(7);
  BOOST_TEST(Jwks::parse(set.dump()).ok());
  set["keys"].push_back(7);
  BOOST_TEST(!Jwks::parse(set.dump()).ok());
}

BOOST_AUTO_TEST_CASE(one_kid_may_name_keys_of_several_kinds) {
  const auto keys = Jwks::parse(Json{{"keys", {rsa().jwk("a"), ec().jwk("a")}}}.dump());
  BOOST_TEST((keys->find("a", algorithm("ES256")).key->type() == KeyType::kP256));
  BOOST_TEST((keys->find("a", algorithm("RS256")).key->type() == KeyType::kRsa));
}

BOOST_AUTO_TEST_CASE(a_key_bound_to_an_algorithm_serves_no_other) {
  Json key = rsa().jwk("a");
  key["alg"] = "RS256";
  const auto keys = Jwks::parse(Json{{"keys", {key}}}.dump());
  BOOST_TEST(keys->find("a", algorithm("RS256")).key);
  BOOST_TEST(!keys->find("a", algorithm("PS256")).key);
  BOOST_TEST(keys->find("a", algorithm("PS256")).kid_known);
}

BOOST_AUTO_TEST_CASE(keys_are_fetched_over_https) {
  server().serve({rsa().jwk("one")});
  const std::atomic<bool> stop = false;
  const auto text = fetch_jwks(source(), stop);
  BOOST_REQUIRE(text.ok());
  BOOST_TEST(Jwks::parse(*text)->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_authority_is_not_trusted) {
  JwksSource from = source();
  from.ca_file = server().other_ca_file();
  BOOST_TEST(reason_of(from) == "jwks-certificate");
  from.ca_file = "";  // the system's
  BOOST_TEST(reason_of(from) == "jwks-certificate");
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name_is_not_trusted) {
  JwksSource from = source();
  from.uri.replace(from.uri.find("127.0.0.1"), 9, "localhost");
  BOOST_TEST(reason_of(from) == "jwks-certificate");
}

BOOST_AUTO_TEST_CASE(http_is_refused) {
  JwksSource from = source();
  from.uri = server().plain_uri();
  BOOST_TEST(reason_of(from) == "jwks-https-only");
  from.uri = "file://" + server().ca_file();
  BOOST_TEST(reason_of(from) == "jwks-https-only");
}

BOOST_AUTO_TEST_CASE(redirects_are_not_followed) {
  BOOST_TEST(reason_of(source("/moved")) == "jwks-status");
}

BOOST_AUTO_TEST_CASE(only_an_answer_of_200_counts) {
  BOOST_TEST(reason_of(source("/missing")) == "jwks-status");
}

BOOST_AUTO_TEST_CASE(an_answer_of_more_than_256_kib_is_refused) {
  server().serve(std::string(256 * 1024, ' '));
  BOOST_TEST(reason_of(source()) == "");
  server().serve(std::string(256 * 1024 + 1, ' '));
  BOOST_TEST(reason_of(source()) == "jwks-size");
}

BOOST_AUTO_TEST_CASE(a_file_of_authorities_that_is_not_there_is_named) {
  JwksSource from = source();
  from.ca_file = "/nonexistent/ca.pem";
  BOOST_TEST(reason_of(from) == "jwks-ca-file");
}

BOOST_AUTO_TEST_CASE(a_silent_server_is_left_after_the_time_out) {
  const tests::SilentServer silent;
  JwksSource from = source();
  from.uri = "https://127.0.0.1:" + std::to_string(silent.port()) + "/jwks";
  from.time_out = 300ms;
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(reason_of(from) == "jwks-time-out");
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 3s));
}

BOOST_AUTO_TEST_CASE(a_trickling_answer_is_left_after_the_time_out) {
  server().serve(std::string(64 * 1024, ' '));
  JwksSource from = source("/slow");
  from.time_out = 1s;
  BOOST_TEST(reason_of(from) == "jwks-time-out");
}

BOOST_AUTO_TEST_CASE(stopping_ends_a_fetch_that_hangs) {
  const tests::SilentServer silent;
  JwksSource from = source();
  from.uri = "https://127.0.0.1:" + std::to_string(silent.port()) + "/jwks";
  from.time_out = 60s;
  const FakeClock clock;
  Log log(-1);
  Metrics metrics;
  JwksStore store({from, 10min, 24h}, clock, log, metrics);
  store.start();
  std::this_thread::sleep_for(100ms);
  const auto begun = std::chrono::steady_clock::now();
  store.stop();
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 10s));
}

BOOST_AUTO_TEST_CASE(the_thread_fetches_and_nobody_waits_for_it) {
  Kept kept;
  BOOST_TEST(!kept.store.current());
  kept.store.start();
  for (int i = 0; i < 1000 && !kept.store.current(); ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(kept.has("one"));
}

BOOST_AUTO_TEST_CASE(rotation_brings_the_new_key_and_ends_the_old_one) {
  Kept kept;
  BOOST_TEST(kept.asks_after(0s));
  BOOST_TEST(kept.has("one"));
  server().serve({rsa().jwk("two")});
  BOOST_TEST(!kept.asks_after(9min));
  BOOST_TEST(kept.has("one"));
  BOOST_TEST(kept.asks_after(1min));
  BOOST_TEST(!kept.has("one"));
  BOOST_TEST(kept.has("two"));
  server().serve({});  // all withdrawn
  BOOST_TEST(kept.asks_after(10min));
  BOOST_TEST(!kept.has("two"));
}

BOOST_AUTO_TEST_CASE(a_snapshot_outlives_the_rotation_for_who_holds_it) {
  Kept kept;
  kept.store.pass();
  const auto held = kept.store.current();
  server().serve({rsa().jwk("two")});
  kept.asks_after(10min);
  BOOST_TEST(held->find("one", algorithm("RS256")).key);
}

BOOST_AUTO_TEST_CASE(an_unknown_kid_brings_an_early_look_once_in_30_seconds) {
  Kept kept;
  kept.store.pass();
  server().serve({rsa().jwk("two")});
  BOOST_TEST(!kept.asks_after(29s));
  kept.store.want_refresh();
  BOOST_TEST(!kept.asks_after(0s));
  BOOST_TEST(kept.asks_after(1s));
  BOOST_TEST(kept.has("two"));
  for (int i = 0; i < 100; ++i) kept.store.want_refresh();
  BOOST_TEST(!kept.asks_after(29s));
  BOOST_TEST(kept.asks_after(1s));
  BOOST_TEST(!kept.asks_after(30s));  // nobody asked again
}

BOOST_AUTO_TEST_CASE(the_last_good_keys_live_on_for_a_bounded_time) {
  Kept kept;
  kept.store.pass();
  server().serve("<html>sorry</html>");
  BOOST_TEST(kept.asks_after(10min));
  BOOST_TEST(kept.has("one"));
  BOOST_TEST(kept.logged().find("jwks.failed") != std::string::npos);
  BOOST_TEST(kept.metrics.text().find("habilitd_jwks_fetches_total{result=\"failed\"} 1") !=
             std::string::npos);
  BOOST_TEST(!kept.asks_after(29s));
  BOOST_TEST(kept.asks_after(1s));  // sooner than the next refresh would be
  kept.clock.pass(23h + 49min);
  BOOST_TEST(kept.has("one"));
  kept.clock.pass(30s);
  BOOST_TEST(!kept.store.current());
  kept.store.pass();
  BOOST_TEST(kept.logged().find("jwks.expired") != std::string::npos);
  server().serve({rsa().jwk("three")});
  BOOST_TEST(kept.asks_after(5s));
  BOOST_TEST(kept.has("three"));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_does_not_stop_the_refresh) {
  Kept kept;
  kept.store.pass();
  BOOST_TEST(kept.asks_after(-1h));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::fastcgi
