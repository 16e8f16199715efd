#include "fastcgi/jwt_claims.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "fastcgi/jwt.h"

namespace habilitd::fastcgi {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr double kYear9999 = 253402300799;  // seconds since 1970

bool is_text(const Json& value) { return value.is_string(); }

// RFC 7519 section 4.1.3. A prefix of ours, or ours in another type, is another audience.
bool is_for(const Json& payload, const std::string& audience) {
  const auto aud = payload.find("aud");
  if (aud == payload.end()) return false;
  if (aud->is_string()) return *aud == audience;
  return aud->is_array() && std::all_of(aud->begin(), aud->end(), is_text) &&
         std::find(aud->begin(), aud->end(), audience) != aud->end();
}

// NumericDate (RFC 7519 section 2): seconds, with a fraction or without.
std::optional<Instant> instant_of(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kYear9999) return std::nullopt;
  return Instant(Duration(static_cast<Duration::rep>(seconds * 1000)));
}

Status check_times(const Json& payload, Duration skew, Instant now) {
  const auto exp = payload.find("exp");
  const auto end = exp == payload.end() ? std::nullopt : instant_of(*exp);
  if (!end || now >= *end + skew) return jwt_refused("exp");
  for (const char* name : {"nbf", "iat"}) {
    const auto claim = payload.find(name);
    if (claim == payload.end()) continue;
    const auto begin = instant_of(*claim);
    if (!begin || *begin > now + skew) return jwt_refused(name);
  }
  return done();
}

// Nothing when the claim is not there; empty when it is not a name that can be shown.
std::optional<std::string> name_in(const Json& payload, const std::string& claim) {
  const auto found = payload.find(claim);
  if (found == payload.end()) return std::nullopt;
  if (!found->is_string()) return "";
  const auto& name = found->get_ref<const std::string&>();
  return is_presentable(name) && name.size() <= kLongestName ? name : "";
}

bool read_scopes(const Json& payload, const std::string& claim, std::vector<std::string>& scopes) {
  const auto found = payload.find(claim);
  if (found == payload.end()) return true;
  if (found->is_array() && std::all_of(found->begin(), found->end(), is_text)) {
    scopes = found->get<std::vector<std::string>>();
    return true;
  }
  if (!found->is_string()) return false;
  std::string_view rest = found->get_ref<const std::string&>();
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (!word.empty()) scopes.emplace_back(word);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return true;
}

}  // namespace

Result<JwtClaims> check_claims(const Json& payload, const JwtRules& rules, Instant now) {
  const auto iss = payload.find("iss");
  if (iss == payload.end() || *iss != rules.issuer) return jwt_refused("iss");
  if (!is_for(payload, rules.audience)) return jwt_refused("aud");
  if (auto timely = check_times(payload, rules.max_skew, now); !timely) return timely.error();
  JwtClaims claims;
  auto client = name_in(payload, rules.client_claim);
  if (!client) client = name_in(payload, "azp");
  if (!client || client->empty()) return jwt_refused("client");
  claims.client = *std::move(client);
  if (!read_scopes(payload, rules.scope_claim, claims.scopes)) return jwt_refused("scope");
  if (rules.person_claim.empty()) return claims;
  auto person = name_in(payload, rules.person_claim);
  if (person && person->empty()) return jwt_refused("person");
  claims.person = person ? *std::move(person) : "";
  return claims;
}

}  // namespace habilitd::fastcgi
