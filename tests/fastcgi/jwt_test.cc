// Every way a token of the IAM may be wrong, each with the check that must see it: a check that is
// taken away lets its row pass, or lets another check speak.
#include "fastcgi/jwt.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "fastcgi/jwt_claims.h"
#include "tests/fastcgi/jwt_maker.h"

namespace habilitd::fastcgi {
namespace {

using tests::SigningKey;
namespace data = boost::unit_test::data;

constexpr long long kNow = 1800000000;  // seconds since 1970
const Instant kInstant{std::chrono::seconds(kNow)};
const std::string kIssuer = "https://iam.example.org/realms/agents", kAudience = "habilitd";

// Made once: RSA keys take their time.
struct Iam {
  SigningKey rsa = SigningKey::rsa(), stranger = SigningKey::rsa(), p256 = SigningKey::ec("P-256"),
             p384 = SigningKey::ec("P-384"), p521 = SigningKey::ec("P-521"),
             other_p256 = SigningKey::ec("P-256");
  Jwks keys = *Jwks::parse(Json{{"keys",
                                 {rsa.jwk("rsa"), p256.jwk("p256"), p384.jwk("p384"),
                                  p521.jwk("p521"), other_p256.jwk("other")}}}
                               .dump());
  static const Iam& get() {
    static const Iam iam;
    return iam;
  }
};

const std::vector<std::string> kAll{"RS256", "RS384", "RS512", "PS256", "PS384",
                                    "PS512", "ES256", "ES384", "ES512"};

JwtRules rules() {
  JwtRules rules;
  rules.issuer = kIssuer;
  rules.audience = kAudience;
  rules.algorithms = kAll;
  rules.person_claim = "preferred_username";
  return rules;
}

Json header(const char* alg, const char* kid) { return {{"alg", alg}, {"kid", kid}}; }

Json payload() {
  return {{"iss", kIssuer},
          {"aud", kAudience},
          {"exp", kNow + 300},
          {"iat", kNow - 10},
          {"nbf", kNow - 10},
          {"client_id", "hr-system"},
          {"sub", "4711"},
          {"scope", "openid users:read users:write"},
          {"preferred_username", "a.person"}};
}

struct Outcome {
  std::string reason;  // empty: accepted
  bool kid_known = false;
  JwtClaims claims;
};

Outcome judge(const std::string& token, const JwtRules& with = rules(),
              const Jwks& keys = Iam::get().keys) {
  Outcome outcome;
  const auto opened = open_jwt(token, with.algorithms, keys, outcome.kid_known);
  if (!opened) {
    BOOST_TEST((opened.error().code == Errc::kUnauthenticated));
    outcome.reason = opened.error().reason;
    return outcome;
  }
  auto claims = check_claims(*opened, with, kInstant);
  if (claims) {
    outcome.claims = *std::move(claims);
  } else {
    BOOST_TEST((claims.error().code == Errc::kUnauthenticated));
    outcome.reason = claims.error().reason;
  }
  return outcome;
}

const SigningKey& key_for(std::string_view alg) {
  const Iam& iam = Iam::get();
  if (alg == "ES256") return iam.p256;
  if (alg == "ES384") return iam.p384;
  return alg == "ES512" ? iam.p521 : iam.rsa;
}
const char* kid_for(std::string_view alg) {
  if (alg == "ES256") return "p256";
  if (alg == "ES384") return "p384";
  return alg == "ES512" ? "p521" : "rsa";
}

// One hostile token: the clean one with a change, and what must be said of it.
struct Row {
  const char* what;
  const char* reason;
  std::function<std::string()> token;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.what; }

std::string with_header(const std::function<void(Json&)>& change) {
  Json head = header("RS256", "rsa");
  change(head);
  return token(head, payload(), Iam::get().rsa);
}
std::string with_claim(const char* name, const Json& value) {
  Json claims = payload();
  claims[name] = value;
  return token(header("RS256", "rsa"), claims, Iam::get().rsa);
}
std::string without_claim(const char* name) {
  Json claims = payload();
  claims.erase(name);
  return token(header("RS256", "rsa"), claims, Iam::get().rsa);
}
std::string with_payload(const std::string& text) {
  return tests::token_of_text(header("RS256", "rsa"), text, Iam::get().rsa);
}
// Unsigned, or with any signature at all.
std::string made_of(const Json& head, const std::string& signature) {
  return tests::compact(head.dump(), payload().dump(), signature);
}
std::string with_secret(const char* alg, const std::string& secret) {
  const std::string head = header(alg, "rsa").dump(), body = payload().dump();
  const Sha256 mac = hmac_sha256(secret, tests::signing_input(head, body));
  return tests::compact(head, body, std::string(mac.begin(), mac.end()));
}
std::string clean() { return token(header("RS256", "rsa"), payload(), Iam::get().rsa); }
std::string clean_es() { return token(header("ES256", "p256"), payload(), Iam::get().p256); }
std::string es_der() {
  const std::string head = header("ES256", "p256").dump(), body = payload().dump();
  return tests::compact(head, body,
                        Iam::get().p256.sign_der("ES256", tests::signing_input(head, body)));
}
// What the header offers instead of our keys is signed rightly by that key.
std::string by_stranger(const std::function<void(Json&)>& change) {
  Json head = header("RS256", "rsa");
  change(head);
  return token(head, payload(), Iam::get().stranger);
}

const std::vector<Row> kForms{
    {"nothing", "form", [] { return std::string(); }},
    {"one part", "form", [] { return std::string("abc"); }},
    {"two parts", "form", [] { return tests::signing_input("{}", "{}"); }},
    {"four parts", "form", [] { return clean() + ".e30"; }},
    {"a final dot", "form", [] { return clean() + "."; }},
    {"five parts, as encrypted tokens have", "form", [] { return clean() + ".e30.e30"; }},
    {"an empty signature", "form", [] { return made_of(header("RS256", "rsa"), ""); }},
    {"an empty payload", "form", [] { return "e30.." + to_base64url("x"); }},
    {"padding", "form", [] { return clean_es() + "=="; }},
    {"blanks", "form", [] { return " " + clean(); }},
    {"base64 instead of base64url", "form", [] { return std::string("e30.+/+/.e30"); }},
    {"stray bits in the last character", "form",
     [] {
       std::string token = clean_es();  // 64 bytes: two bits are left over
       token.back() = static_cast<char>(token.back() + 1);
       return token;
     }},
    {"truncated by a byte", "signature-form",
     [] {
       const std::string head = header("RS256", "rsa").dump(), body = payload().dump();
       const std::string good = Iam::get().rsa.sign("RS256", tests::signing_input(head, body));
       return tests::compact(head, body, good.substr(0, good.size() - 1));
     }},
    {"larger than 8 KiB", "size", [] { return with_claim("filler", std::string(8000, 'x')); }},
    {"a header that is no JSON", "header", [] { return tests::compact("{", "{}", "x"); }},
    {"a header that is no object", "header", [] { return tests::compact("[]", "{}", "x"); }},
    {"alg twice in the header", "header",
     [] { return tests::compact(R"({"alg":"none","alg":"RS256"})", payload().dump(), "x"); }},
    {"alg twice in two letter cases", "header",
     [] { return tests::compact(R"({"alg":"RS256","ALG":"none"})", payload().dump(), "x"); }},
    {"a header 100 deep", "header",
     [] { return tests::compact(std::string(100, '[') + std::string(100, ']'), "{}", "x"); }},
};

const std::vector<Row> kHeaders{
    {"no alg", "alg",
     [] {
       return made_of({{"kid", "rsa"}}, "x");
     }},
    {"alg none", "alg", [] { return made_of(header("none", "rsa"), "x"); }},
    {"alg NoNe", "alg", [] { return made_of(header("NoNe", "rsa"), "x"); }},
    {"alg that is a number", "alg",
     [] {
       return made_of({{"alg", 256}}, "x");
     }},
    {"alg in an array", "alg",
     [] {
       return made_of({{"alg", {"RS256"}}}, "x");
     }},
    {"alg in lower case", "alg", [] { return made_of(header("rs256", "rsa"), "x"); }},
    {"HS256 with the public key (PEM) as the secret", "alg",
     [] { return with_secret("HS256", Iam::get().rsa.pem()); }},
    {"HS256 with the modulus as the secret", "alg",
     [] {
       return with_secret("HS256",
                          *from_base64url(Iam::get().rsa.jwk("rsa")["n"].get<std::string>()));
     }},
    {"HS256 with the empty secret", "alg", [] { return with_secret("HS256", ""); }},
    {"RS256 with a key for ES256", "key",
     [] { return token(header("RS256", "p256"), payload(), Iam::get().rsa); }},
    {"ES256 with a key for RS256", "key",
     [] { return token(header("ES256", "rsa"), payload(), Iam::get().p256); }},
    {"ES256 with a key on P-384", "key",
     [] { return token(header("ES256", "p384"), payload(), Iam::get().p384); }},
    {"typ of another kind of token", "typ",
     [] { return with_header([](Json& head) { head["typ"] = "logout+jwt"; }); }},
    {"typ that is no text", "typ", [] { return with_header([](Json& head) { head["typ"] = 1; }); }},
    {"crit", "crit", [] { return with_header([](Json& head) { head["crit"] = {"exp"}; }); }},
    {"crit that libcjose understands", "crit",
     [] { return with_header([](Json& head) { head["crit"] = {"alg"}; }); }},
    {"b64 without base64 (RFC 7797)", "crit",
     [] {
       return with_header([](Json& head) {
         head["b64"] = false;
         head["crit"] = {"b64"};
       });
     }},
    {"no kid where several keys fit", "key",
     [] {
       return token({{"alg", "ES256"}}, payload(), Iam::get().p256);
     }},
};

const std::vector<Row> kKeys{
    {"kid of nobody", "kid", [] { return by_stranger([](Json& head) { head["kid"] = "x"; }); }},
    {"kid that is a number", "kid",
     [] { return with_header([](Json& head) { head["kid"] = 1; }); }},
    {"empty kid", "kid", [] { return with_header([](Json& head) { head["kid"] = ""; }); }},
    {"kid that climbs folders", "kid",
     [] { return with_header([](Json& head) { head["kid"] = "../../../../../../dev/null"; }); }},
    {"kid that is SQL", "kid",
     [] { return with_header([](Json& head) { head["kid"] = "x' UNION SELECT 'key' --"; }); }},
    {"kid that is an LDAP filter", "kid",
     [] { return with_header([](Json& head) { head["kid"] = "*)(objectClass=*"; }); }},
    {"kid of 7 kB", "kid",
     [] { return made_of(header("RS256", std::string(5000, 'k').c_str()), "x"); }},
    {"kid in another letter case", "kid",
     [] { return with_header([](Json& head) { head["kid"] = "RSA"; }); }},
    {"jwk brings its own key", "signature",
     [] { return by_stranger([](Json& head) { head["jwk"] = Iam::get().stranger.jwk("rsa"); }); }},
    {"jku names other keys", "signature",
     [] { return by_stranger([](Json& head) { head["jku"] = "https://evil.example.org/jwks"; }); }},
    {"x5u names a certificate", "signature",
     [] { return by_stranger([](Json& head) { head["x5u"] = "https://evil.example.org/x"; }); }},
    {"x5c brings a certificate", "signature",
     [] { return by_stranger([](Json& head) { head["x5c"] = {"MIIB"}; }); }},
};

const std::vector<Row> kSignatures{
    {"signed by somebody else", "signature", [] { return by_stranger([](Json&) {}); }},
    {"the signature of another payload", "signature",
     [] {
       const std::string good = clean(), other = with_claim("sub", "other");
       return other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'));
     }},
    {"PS256 in the header, RS256 in the signature", "signature",
     [] {
       const std::string head = header("PS256", "rsa").dump(), body = payload().dump();
       return tests::compact(head, body,
                             Iam::get().rsa.sign("RS256", tests::signing_input(head, body)));
     }},
    {"an RSA signature of zeros", "signature",
     [] { return made_of(header("RS256", "rsa"), std::string(256, '\0')); }},
    {"an RSA signature with a zero before it", "signature-form",
     [] {
       const std::string head = header("RS256", "rsa").dump(), body = payload().dump();
       return tests::compact(head, body,
                             '\0' + Iam::get().rsa.sign("RS256", tests::signing_input(head, body)));
     }},
    {"ES256 with r and s zero", "signature-form",
     [] { return made_of(header("ES256", "p256"), std::string(64, '\0')); }},
    {"ES256 with r zero", "signature-form",
     [] {
       return made_of(header("ES256", "p256"), std::string(32, '\0') + std::string(32, '\1'));
     }},
    {"ES256 with s zero", "signature-form",
     [] {
       return made_of(header("ES256", "p256"), std::string(32, '\1') + std::string(32, '\0'));
     }},
    {"ES256 in DER", "signature-form", [] { return es_der(); }},
    {"ES256 with widened halves", "signature-form",
     [] {
       const std::string head = header("ES256", "p256").dump(), body = payload().dump();
       const std::string good = Iam::get().p256.sign("ES256", tests::signing_input(head, body));
       return tests::compact(head, body, '\0' + good.substr(0, 32) + '\0' + good.substr(32));
     }},
    {"r = s = the order of the curve", "signature",
     [] {
       const std::string order = *from_base64url("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
       return made_of(header("ES256", "p256"), order + order);
     }},
};

const std::vector<Row> kClaims{
    {"a payload that is no object", "payload", [] { return with_payload("[]"); }},
    {"aud twice", "payload",
     [] {
       std::string text = payload().dump();
       text.insert(1, R"("aud":"someone-else",)");
       return with_payload(text);
     }},
    {"exp twice in two letter cases", "payload",
     [] {
       std::string text = payload().dump();
       text.insert(1, R"("EXP":1,)");
       return with_payload(text);
     }},
    {"bytes that are no UTF-8", "payload", [] { return with_payload("{\"iss\":\"\xff\"}"); }},
    {"exp that is infinite", "payload", [] { return with_payload(R"({"exp":1e400})"); }},
    {"no iss", "iss", [] { return without_claim("iss"); }},
    {"another iss", "iss", [] { return with_claim("iss", "https://evil.example.org"); }},
    {"iss with a slash more", "iss", [] { return with_claim("iss", kIssuer + "/"); }},
    {"iss in an array", "iss", [] { return with_claim("iss", Json::array({kIssuer})); }},
    {"no aud", "aud", [] { return without_claim("aud"); }},
    {"another aud", "aud", [] { return with_claim("aud", "mail"); }},
    {"aud that ours begins with", "aud", [] { return with_claim("aud", "habil"); }},
    {"aud that begins with ours", "aud", [] { return with_claim("aud", "habilitd.evil"); }},
    {"aud in another letter case", "aud", [] { return with_claim("aud", "Habilitd"); }},
    {"aud array without us", "aud",
     [] {
       return with_claim("aud", {"mail", "habilitd2"});
     }},
    {"aud array with more than texts", "aud",
     [] {
       return with_claim("aud", {"habilitd", 1});
     }},
    {"empty aud array", "aud", [] { return with_claim("aud", Json::array()); }},
    {"aud that is an object", "aud",
     [] {
       return with_claim("aud", {{"habilitd", "habilitd"}});
     }},
    {"no exp", "exp", [] { return without_claim("exp"); }},
    {"exp a text", "exp", [] { return with_claim("exp", std::to_string(kNow + 300)); }},
    {"exp true", "exp", [] { return with_claim("exp", true); }},
    {"exp in the year 10000", "exp", [] { return with_claim("exp", 253402300800); }},
    {"exp beyond every calendar", "exp", [] { return with_claim("exp", 1e300); }},
    {"expired, the skew included", "exp", [] { return with_claim("exp", kNow - 60); }},
    {"nbf in the future", "nbf", [] { return with_claim("nbf", kNow + 61); }},
    {"nbf a text", "nbf", [] { return with_claim("nbf", "0"); }},
    {"iat in the future", "iat", [] { return with_claim("iat", kNow + 61); }},
    {"iat null", "iat", [] { return with_claim("iat", nullptr); }},
    {"no client", "client", [] { return without_claim("client_id"); }},
    {"client a number", "client", [] { return with_claim("client_id", 7); }},
    {"client that cannot be shown", "client",
     [] {
       return with_claim("client_id",
                         "a\xe2\x80\xae"
                         "b");
     }},
    {"client of 256 bytes", "client",
     [] { return with_claim("client_id", std::string(256, 'c')); }},
    {"scope a number", "scope", [] { return with_claim("scope", 1); }},
    {"scope array with more than texts", "scope",
     [] {
       return with_claim("scope", {"users:read", 1});
     }},
    {"person a number", "person", [] { return with_claim("preferred_username", 1); }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(jwt)

BOOST_DATA_TEST_CASE(a_token_of_each_algorithm_is_accepted, data::make(kAll), alg) {
  const Outcome outcome = judge(token(header(alg.c_str(), kid_for(alg)), payload(), key_for(alg)));
  BOOST_TEST(outcome.reason == "");
  BOOST_TEST(outcome.kid_known);
  BOOST_TEST(outcome.claims.client == "hr-system");
  BOOST_TEST(outcome.claims.person == "a.person");
  BOOST_TEST(
      (outcome.claims.scopes == std::vector<std::string>{"openid", "users:read", "users:write"}));
}

BOOST_DATA_TEST_CASE(an_algorithm_that_is_not_in_the_list_is_refused, data::make(kAll), alg) {
  JwtRules with = rules();
  std::erase(with.algorithms, alg);
  const auto text = token(header(alg.c_str(), kid_for(alg)), payload(), key_for(alg));
  BOOST_TEST(judge(text, with).reason == "alg");
}

BOOST_AUTO_TEST_CASE(symmetric_algorithms_cannot_be_allowed_even_by_the_list) {
  JwtRules with = rules();
  with.algorithms = {"HS256", "none"};
  BOOST_TEST(judge(with_secret("HS256", Iam::get().rsa.pem()), with).reason == "alg");
  BOOST_TEST(judge(made_of(header("none", "rsa"), "x"), with).reason == "alg");
}

BOOST_DATA_TEST_CASE(a_token_of_a_wrong_form_is_refused, data::make(kForms), row) {
  BOOST_TEST(judge(row.token()).reason == row.reason);
}
BOOST_DATA_TEST_CASE(a_hostile_header_is_refused, data::make(kHeaders), row) {
  BOOST_TEST(judge(row.token()).reason == row.reason);
}
BOOST_DATA_TEST_CASE(only_the_configured_keys_count, data::make(kKeys), row) {
  const Outcome outcome = judge(row.token());
  BOOST_TEST(outcome.reason == row.reason);
  BOOST_TEST(outcome.kid_known == (outcome.reason != "kid"));
}
BOOST_DATA_TEST_CASE(a_forged_signature_is_refused, data::make(kSignatures), row) {
  BOOST_TEST(judge(row.token()).reason == row.reason);
}
BOOST_DATA_TEST_CASE(claims_that_do_not_hold_are_refused, data::make(kClaims), row) {
  BOOST_TEST(judge(row.token()).reason == row.reason);
}

BOOST_AUTO_TEST_CASE(one_bit_flipped_anywhere_in_the_signature_is_refused) {
  for (const char* alg : {"RS256", "PS256", "ES256", "ES512"}) {
    const std::string head = header(alg, kid_for(alg)).dump(), body = payload().dump();
    const std::string good = key_for(alg).sign(alg, tests::signing_input(head, body));
    for (std::size_t at = 0; at < good.size(); at += 5) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
      BOOST_TEST(judge(tests::compact(head, body, bad)).reason == "signature");
    }
  }
}

BOOST_AUTO_TEST_CASE(one_character_changed_anywhere_in_the_token_is_refused) {
  const std::string good = clean_es();
  BOOST_TEST(judge(good).reason == "");
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    BOOST_TEST(judge(bad).reason != "", "position " << at);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  const std::string good = clean();
  for (std::size_t size = 0; size < good.size(); size += 7) {
    BOOST_TEST(judge(good.substr(0, size)).reason != "");
  }
}

BOOST_AUTO_TEST_CASE(what_the_rfcs_allow_is_accepted) {
  for (const char* typ : {"JWT", "jwt", "at+jwt", "application/at+jwt"}) {
    BOOST_TEST(judge(with_header([&](Json& head) { head["typ"] = typ; })).reason == "");
  }
  const auto trusted = [](const char* name, const Json& value) {
    return judge(with_claim(name, value)).reason;
  };
  BOOST_TEST(trusted("aud", {"mail", kAudience}) == "");
  BOOST_TEST(trusted("exp", kNow - 59) == "");
  BOOST_TEST(trusted("exp", static_cast<double>(kNow) + 0.5) == "");
  BOOST_TEST(trusted("nbf", kNow + 60) == "");
  BOOST_TEST(trusted("iat", kNow + 60) == "");
  for (const char* optional : {"nbf", "iat", "scope", "preferred_username", "sub"}) {
    BOOST_TEST(judge(without_claim(optional)).reason == "", optional);
  }
}

BOOST_AUTO_TEST_CASE(keys_in_the_header_are_ignored_when_ours_signed) {
  const std::string text = with_header([](Json& head) {
    head["jwk"] = Iam::get().stranger.jwk("rsa");
    head["jku"] = "https://evil.example.org/jwks";
  });
  BOOST_TEST(judge(text).reason == "");
}

BOOST_AUTO_TEST_CASE(without_a_kid_the_only_key_that_fits_is_taken) {
  const Outcome outcome = judge(token({{"alg", "RS256"}}, payload(), Iam::get().rsa));
  BOOST_TEST(outcome.reason == "");
  BOOST_TEST(!outcome.kid_known);
}

BOOST_AUTO_TEST_CASE(a_smaller_skew_is_kept) {
  JwtRules with = rules();
  with.max_skew = Duration(0);
  BOOST_TEST(judge(with_claim("exp", kNow), with).reason == "exp");
  BOOST_TEST(judge(with_claim("exp", kNow + 1), with).reason == "");
  BOOST_TEST(judge(with_claim("nbf", kNow + 1), with).reason == "nbf");
}

BOOST_AUTO_TEST_CASE(scopes_may_be_an_array_and_stand_in_another_claim) {
  JwtRules with = rules();
  with.scope_claim = "permissions";
  const Outcome outcome = judge(with_claim("permissions", {"users:read", "decisions"}), with);
  BOOST_TEST((outcome.claims.scopes == std::vector<std::string>{"users:read", "decisions"}));
}

BOOST_AUTO_TEST_CASE(azp_names_the_client_where_its_claim_is_missing) {
  Json claims = payload();
  claims.erase("client_id");
  claims["azp"] = "portal-batch";
  BOOST_TEST(judge(token(header("RS256", "rsa"), claims, Iam::get().rsa)).claims.client ==
             "portal-batch");
}

BOOST_AUTO_TEST_CASE(no_person_is_taken_unless_a_claim_is_set) {
  JwtRules with = rules();
  with.person_claim = "";
  BOOST_TEST(judge(clean(), with).claims.person == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::fastcgi
