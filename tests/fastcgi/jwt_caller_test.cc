// From a bearer token of the IAM to a client of ours, on a real directory and a real key server.
#include "fastcgi/jwt_caller.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>
#include <thread>

#include "fastcgi/jwt_options.h"
#include "fastcgi/options.h"
#include "tests/fastcgi/jwks_server.h"
#include "tests/fastcgi/jwt_maker.h"
#include "tests/support/site.h"

namespace habilitd::fastcgi {
namespace {

using namespace std::chrono_literals;
using tests::SigningKey;
using PersonKey = JwtSettings::PersonKey;

constexpr const char* kPeople = R"(
dn: habKey=one,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: one
uid: Zoé.Person
cn: Zoe Person
sn: Person
mail: zoe@example.org

dn: habKey=two,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: two
uid: b.leaver
cn: B Leaver
sn: Leaver
mail: b.leaver@example.org
habActive: FALSE
)";

// The directory, the IAM, and who stands between.
class World {
 public:
  World() : site_(tests::Slapd::shared()) {
    ::setenv("no_proxy", "*", 1);
    tests::Slapd::shared().clear();
    tests::Slapd::shared().load(kPeople);
    workflow::Client entry;
    entry.name = "hr-system";
    entry.dialect = "entra";
    entry.scopes = {"decisions"};
    BOOST_REQUIRE(workflow::create_token(site_.directory(), entry, clock_).ok());
    site_.start();
    iam_.serve({key_.jwk("k1")});
    settings_.rules.issuer = "https://iam.example.org";
    settings_.rules.audience = "habilitd";
    settings_.rules.algorithms = {"ES256"};
    settings_.rules.person_claim = "sub";
    settings_.keys.source = {iam_.uri(), iam_.ca_file(), 3s, 256 * 1024};
  }

  ldap::Directory& directory() { return site_.directory(); }
  std::string logged() const { return site_.logged(); }
  JwtSettings& settings() { return settings_; }
  std::unique_ptr<JwtCallers> callers() {
    return std::make_unique<JwtCallers>(settings_, clock_, site_.log(), site_.metrics());
  }
  std::unique_ptr<JwtCallers> ready_callers() {
    auto made = callers();
    made->start();
    for (int i = 0; i < 1000; ++i) {
      const auto answer = made->find("a.b.c", directory());
      if (answer.error().code != Errc::kUnavailable) return made;
      std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("no keys: " + logged());
  }
  std::string token(const Json& changes = Json::object(), const char* kid = "k1") {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    Json claims = {{"iss", "https://iam.example.org"},
                   {"aud", "habilitd"},
                   {"exp", now + 300},
                   {"client_id", "hr-system"},
                   {"scope", "openid users:read grant:soffi.consultation admin"}};
    claims.update(changes);
    return tests::token({{"alg", "ES256"}, {"kid", kid}}, claims, key_);
  }
  std::string person_of(const std::string& sub, PersonKey key) {
    JwtClaims claims{"hr-system", {}, sub};
    settings_.person_key = key;
    const auto person = client_of(claims, settings_, *directory().view()).person;
    return person ? person->str() : "";
  }
  std::string id_of(const char* uid) {
    return directory().view()->find_one(ldap::Attr::kUid, uid, ldap::Kind::kPerson)->id().str();
  }

 private:
  tests::Site site_;
  SystemClock clock_;
  tests::JwksServer iam_;
  SigningKey key_ = SigningKey::ec("P-256");
  JwtSettings settings_;
};

JwtSettings settings_from(const std::string& text) {
  std::vector<Option> table;
  add_jwt_options(table);
  const auto settings = Settings::parse(text, "test.conf", table);
  BOOST_REQUIRE_MESSAGE(settings.ok(), text);
  return jwt_settings(*settings);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jwt_caller)

BOOST_AUTO_TEST_CASE(a_good_token_makes_a_client_with_our_scopes_and_the_dialect_of_its_name) {
  World world;
  const auto client = world.ready_callers()->find(world.token(), world.directory());
  BOOST_REQUIRE(client.ok());
  BOOST_TEST(client->name == "hr-system");
  BOOST_TEST(client->from_jwt);
  BOOST_TEST(client->dialect == "entra");
  BOOST_TEST(client->scopes.size() == 2u);  // decisions is the entry's, not the token's
  BOOST_TEST(client->may("users:read"));
  BOOST_TEST(client->may("grant:soffi.consultation"));
  BOOST_TEST(!client->person.has_value());
}

BOOST_AUTO_TEST_CASE(every_refusal_is_the_same_to_the_caller_and_tells_its_reason_to_the_log) {
  World world;
  const auto callers = world.ready_callers();
  for (const std::string& token :
       {world.token({{"aud", "x"}}), world.token({{"exp", 1}}), world.token(Json::object(), "x"),
        std::string("a.b.c"), std::string("..")}) {
    const auto client = callers->find(token, world.directory());
    BOOST_REQUIRE(!client.ok());
    BOOST_TEST((client.error().code == Errc::kUnauthenticated));
    BOOST_TEST(client.error().reason == "invalid-token");
    BOOST_TEST(client.error().detail == "");
  }
  BOOST_TEST(world.logged().find(R"("reason":"aud","kid_known":true)") != std::string::npos);
  BOOST_TEST(world.logged().find(R"("reason":"kid","kid_known":false)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_keys_nobody_is_accepted_and_the_caller_may_come_again) {
  World world;
  const auto client = world.callers()->find(world.token(), world.directory());
  BOOST_REQUIRE(!client.ok());
  BOOST_TEST((client.error().code == Errc::kUnavailable));
}

BOOST_AUTO_TEST_CASE(the_id_is_the_same_each_time_and_another_for_another_client_or_issuer) {
  World world;
  const auto view = world.directory().view();
  const auto id = [&](const char* name, const char* issuer) {
    JwtSettings settings = world.settings();
    settings.rules.issuer = issuer;
    return client_of({name, {}, ""}, settings, *view).id;
  };
  BOOST_TEST((id("a", "i") == id("a", "i")));
  BOOST_TEST((id("a", "i") != id("b", "i")));
  BOOST_TEST((id("a", "i") != id("a", "j")));
  BOOST_TEST(id("a", "i").str()[14] == '8');
}

BOOST_AUTO_TEST_CASE(a_name_that_only_resembles_a_token_has_no_dialect_of_its_own) {
  World world;
  const auto view = world.directory().view();
  BOOST_TEST(client_of({"HR-System", {}, ""}, world.settings(), *view).dialect == "rfc");
  BOOST_TEST(client_of({"unknown", {}, ""}, world.settings(), *view).dialect == "rfc");
}

BOOST_AUTO_TEST_CASE(a_client_without_an_entry_may_do_nothing_unless_the_site_says_otherwise) {
  World world;
  JwtSettings settings = settings_from("");
  settings.rules.issuer = "https://iam.example.org";
  const auto scopes_of = [&](const char* name) {
    const JwtClaims claims{name, {"users:read"}, ""};
    return client_of(claims, settings, *world.directory().view()).scopes.size();
  };
  BOOST_TEST(scopes_of("hr-system") == 1u);
  BOOST_TEST(scopes_of("unknown") == 0u);
  BOOST_REQUIRE(workflow::revoke_token(world.directory(), "hr-system").ok());
  BOOST_TEST(scopes_of("hr-system") == 0u);
  settings = settings_from("jwt.require_entry = no\n");
  BOOST_TEST(scopes_of("unknown") == 1u);
}

BOOST_AUTO_TEST_CASE(a_person_is_found_by_what_the_setting_says_and_by_nothing_else) {
  World world;
  const std::string one = world.id_of("Zoé.Person");
  BOOST_TEST(world.person_of("Zoé.Person", PersonKey::kUserName) == one);
  BOOST_TEST(world.person_of("zoé.PERSON", PersonKey::kUserName) == one);
  BOOST_TEST(world.person_of(one, PersonKey::kEntryUuid) == one);
  // Neither the other key, nor a mail address, nor a name that only folds alike.
  BOOST_TEST(world.person_of(one, PersonKey::kUserName) == "");
  BOOST_TEST(world.person_of("Zoé.Person", PersonKey::kEntryUuid) == "");
  BOOST_TEST(world.person_of("zoe@example.org", PersonKey::kUserName) == "");
  BOOST_TEST(world.person_of("zoÉ.person", PersonKey::kUserName) == "");
  BOOST_TEST(world.person_of("*", PersonKey::kUserName) == "");
}

BOOST_AUTO_TEST_CASE(nobody_acts_for_a_person_who_left) {
  World world;
  BOOST_TEST(world.person_of("b.leaver", PersonKey::kUserName) == "");
  BOOST_TEST(world.person_of(world.id_of("b.leaver"), PersonKey::kEntryUuid) == "");
}

BOOST_AUTO_TEST_CASE(our_own_tokens_are_never_taken_for_a_jwt) {
  BOOST_TEST(JwtCallers::is_jwt("a.b.c"));
  BOOST_TEST(!JwtCallers::is_jwt("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"));
}

BOOST_AUTO_TEST_CASE(no_issuer_means_no_jwt) { BOOST_TEST(!settings_from("").on()); }

BOOST_AUTO_TEST_CASE(settings_become_rules) {
  const JwtSettings settings = settings_from(
      "jwt.issuer = https://iam.example.org\njwt.audience = us\njwt.algorithms = PS256 , ES512\n"
      "jwt.jwks_uri = https://iam.example.org/certs\njwt.person_key = entry-uuid\n"
      "jwt.max_skew = 5s\njwt.refresh = 1min\njwt.keep = 2h\n");
  BOOST_TEST(settings.on());
  BOOST_TEST((settings.rules.algorithms == std::vector<std::string>{"PS256", "ES512"}));
  BOOST_TEST((settings.rules.max_skew == 5s && settings.keys.refresh == 1min));
  BOOST_TEST((settings.keys.keep == 2h && settings.person_key == PersonKey::kEntryUuid));
  BOOST_TEST(jwt_problems(settings).empty());
  BOOST_TEST(jwt_problems(settings_from("jwt.issuer = i\n")).size() == 2u);
  BOOST_TEST(jwt_problems(settings_from("jwt.keep = 1min\n")).empty());  // off
}

BOOST_DATA_TEST_CASE(a_setting_that_would_open_a_hole_is_refused,
                     boost::unit_test::data::make(
                         {"jwt.algorithms = HS256", "jwt.algorithms = RS256,none",
                          "jwt.algorithms = ", "jwt.algorithms = rs256", "jwt.max_skew = 61s",
                          "jwt.jwks_uri = http://iam.example.org/certs", "jwt.jwks_uri = https://",
                          "jwt.jwks_uri = https://a@iam.example.org/",
                          "jwt.jwks_uri = file:///etc/keys", "jwt.refresh = 1s", "jwt.keep = 8d",
                          "jwt.person_key = mail", "jwt.client_claim = "}),
                     line) {
  std::vector<Option> table;
  add_jwt_options(table);
  BOOST_TEST(!Settings::parse(line, "test.conf", table).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::fastcgi
