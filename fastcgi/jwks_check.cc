#include "fastcgi/jwks_check.h"

#include "fastcgi/jwks.h"
#include "fastcgi/jwks_fetch.h"

namespace habilitd::fastcgi {
namespace {

constexpr const char* kWhat = "jwt.jwks_uri";

Finding degraded(std::string text, std::string remedy) {
  return {Finding::Grade::kDegraded, kWhat, std::move(text), std::move(remedy)};
}

bool serves_some(const Jwks& keys, const std::vector<std::string>& algorithms) {
  for (const std::string& name : algorithms) {
    const JwtAlgorithm* algorithm = find_jwt_algorithm(name);
    if (algorithm && keys.any_fits(*algorithm)) return true;
  }
  return false;
}

Finding test_keys(const std::string& uri, const Jwks& keys,
                  const std::vector<std::string>& algorithms) {
  const std::string count =
      std::to_string(keys.size()) + " keys, " + std::to_string(keys.ignored()) + " not usable";
  if (serves_some(keys, algorithms)) return {Finding::Grade::kFine, kWhat, uri + ": " + count, {}};
  return degraded(uri + " has no key for any of jwt.algorithms (" + count + ")",
                  "compare jwt.algorithms with what the IAM signs with");
}

}  // namespace

std::vector<Finding> test_jwks(const Configuration& configuration) {
  const JwtSettings& jwt = configuration.jwt;
  if (!jwt.on()) return {};
  const std::string& uri = jwt.keys.source.uri;
  const std::atomic<bool> stop = false;
  const auto text = fetch_jwks(jwt.keys.source, stop);
  if (!text) {
    return {degraded(uri + ": " + text.error().detail,
                     "JSON Web Tokens are refused until that works; our own tokens are not "
                     "concerned")};
  }
  const auto keys = Jwks::parse(*text);
  if (!keys) {
    return {degraded(uri + " does not answer with a key set: " + keys.error().detail,
                     "name the address of the JWKS (jwks_uri in the IAM's OpenID configuration)")};
  }
  return {test_keys(uri, *keys, jwt.rules.algorithms)};
}

}  // namespace habilitd::fastcgi
