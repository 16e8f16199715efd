#include "fastcgi/jwt_options.h"

#include <algorithm>
#include <functional>

#include "base/settings_values.h"
#include "base/text.h"
#include "fastcgi/jwt_algorithm.h"

namespace habilitd::fastcgi {
namespace {

using Check = std::function<Status(std::string_view)>;

Error expected(std::string what) { return invalid("setting-value", "must be " + std::move(what)); }

Status check_optional_text(std::string_view text) {
  if (text.empty() || is_presentable(text)) return done();
  return expected("empty or plain text");
}

Status check_claim(std::string_view text) {
  if (is_presentable(text)) return done();
  return expected("the name of a claim, such as scope");
}

// No user name in it, no fragment; libcurl is told of HTTPS alone as well.
Status check_https_address(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }) &&
      text.find_first_of("@#\"<>\\`") == std::string_view::npos;
  if (text.empty() || (plain && text.starts_with(kScheme) && text.size() > kScheme.size() &&
                       text[kScheme.size()] != '/')) {
    return done();
  }
  return expected("empty or an address that begins with https://");
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    words.emplace_back(trim(word));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return words;
}

Status check_algorithms(std::string_view text) {
  const auto words = words_in(text);
  const bool known = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return find_jwt_algorithm(word) != nullptr;
  });
  if (known && !words.empty()) return done();
  return expected("a list out of RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512");
}

Check check_between(const char* least, const char* most) {
  return [=](std::string_view text) -> Status {
    const auto value = milliseconds_in(text);
    if (value && *value >= *milliseconds_in(least) && *value <= *milliseconds_in(most)) {
      return done();
    }
    return expected(std::string("a duration from ") + least + " to " + most);
  };
}

void add_trust(std::vector<Option>& table) {
  table.push_back({"jwt.issuer", "", false,
                   "The IAM whose JSON Web Tokens programs may come with, as it stands in their "
                   "`iss`; empty: none, only our own tokens.",
                   check_optional_text});
  table.push_back({"jwt.audience", "", false,
                   "What `aud` must be or hold, exactly: our name at the IAM.",
                   check_optional_text});
  table.push_back({"jwt.jwks_uri", "", false,
                   "Where the IAM publishes its keys (JWKS). HTTPS only, redirects are not "
                   "followed.",
                   check_https_address});
  table.push_back({"jwt.algorithms", "RS256,ES256", false,
                   "Signature algorithms that are accepted, with commas. Symmetric ones and none "
                   "cannot be.",
                   check_algorithms});
  table.push_back({"jwt.ca_file", "", false,
                   "Certificates (PEM) that the certificate of jwt.jwks_uri must lead to; empty: "
                   "the system's.",
                   nullptr});
}

void add_times(std::vector<Option>& table) {
  table.push_back({"jwt.refresh", "10min", false,
                   "How often the keys are fetched; a withdrawn key works no longer than that.",
                   check_between("30s", "24h")});
  table.push_back({"jwt.keep", "24h", false,
                   "How long the last good keys are used while fetching fails; after that every "
                   "JWT is answered with 503.",
                   check_between("1min", "7d")});
  table.push_back({"jwt.max_skew", "60s", false,
                   "Tolerated difference between the clocks, for exp, nbf and iat.",
                   check_between("0s", "60s")});
}

void add_claims(std::vector<Option>& table) {
  table.push_back({"jwt.scope_claim", "scope", false,
                   "Claim with the scopes, a text with spaces or an array. Those of `habilitd "
                   "token create` count, others are ignored.",
                   check_claim});
  table.push_back({"jwt.client_claim", "client_id", false,
                   "Claim that names the calling program; azp is taken where it is missing.",
                   check_claim});
  table.push_back({"jwt.person_claim", "", false,
                   "Claim that names the person a program acts for (SCIM /Me), such as sub or "
                   "preferred_username; empty: nobody.",
                   check_optional_text});
  table.push_back({"jwt.person_key", "user-name", false,
                   "What that claim holds: user-name (userName in SCIM) or entry-uuid (id in "
                   "SCIM).",
                   check_one_of({"user-name", "entry-uuid"})});
  table.push_back({"jwt.require_entry", "yes", false,
                   "yes: a client may do something only if there is a token entry of its name "
                   "(`habilitd token create --jwt`), which holds its structures, mail domains and "
                   "rate. no: a client without one is limited by its scopes alone and sees "
                   "everybody.",
                   check_flag});
}

}  // namespace

void add_jwt_options(std::vector<Option>& table) {
  add_trust(table);
  add_times(table);
  add_claims(table);
}

JwtSettings jwt_settings(const Settings& settings) {
  JwtSettings result;
  JwtRules& rules = result.rules;
  rules.issuer = settings.text("jwt.issuer");
  rules.audience = settings.text("jwt.audience");
  rules.algorithms = settings.list("jwt.algorithms");
  rules.max_skew = Duration(settings.milliseconds("jwt.max_skew"));
  rules.scope_claim = settings.text("jwt.scope_claim");
  rules.client_claim = settings.text("jwt.client_claim");
  rules.person_claim = settings.text("jwt.person_claim");
  if (settings.text("jwt.person_key") == "entry-uuid") {
    result.person_key = JwtSettings::PersonKey::kEntryUuid;
  }
  result.require_entry = settings.flag("jwt.require_entry");
  result.keys.source.uri = settings.text("jwt.jwks_uri");
  std::string& ca_file = result.keys.source.ca_file;
  ca_file = settings.text("jwt.ca_file");
  if (!ca_file.empty() && ca_file.front() != '/') {
    ca_file = settings.directory_of_file() + "/" + ca_file;
  }
  result.keys.refresh = Duration(settings.milliseconds("jwt.refresh"));
  result.keys.keep = Duration(settings.milliseconds("jwt.keep"));
  return result;
}

std::vector<std::pair<std::string, std::string>> jwt_problems(const JwtSettings& settings) {
  std::vector<std::pair<std::string, std::string>> problems;
  if (!settings.on()) return problems;
  const char* const needed = "must be set when jwt.issuer is";
  if (settings.rules.audience.empty()) problems.emplace_back("jwt.audience", needed);
  if (settings.keys.source.uri.empty()) problems.emplace_back("jwt.jwks_uri", needed);
  if (settings.keys.keep < settings.keys.refresh) {
    problems.emplace_back("jwt.keep", "must not be shorter than jwt.refresh");
  }
  return problems;
}

}  // namespace habilitd::fastcgi
