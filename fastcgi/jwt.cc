#include "fastcgi/jwt.h"

#include <cjose/jws.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/crypto.h"
#include "base/text.h"

namespace habilitd::fastcgi {
namespace {

constexpr JsonLimits kLimits{kLongestJwt, 16, 1000, kLongestJwt};

struct Parts {
  std::string header, payload, signature;  // decoded
};

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

// RFC 7515 section 7.1: exactly two dots, no part empty, and only the base64url text that an
// encoder writes (no padding, blanks or stray bits), so that no two texts are the same token.
std::optional<Parts> split(std::string_view token) {
  std::array<std::string, 3> decoded;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    const std::size_t dot = token.find('.');
    if ((dot == std::string_view::npos) != (i == 2)) return std::nullopt;
    auto part = from_base64url(token.substr(0, dot));
    if (!part || part->empty()) return std::nullopt;
    decoded[i] = *std::move(part);
    if (i < 2) token.remove_prefix(dot + 1);
  }
  return Parts{std::move(decoded[0]), std::move(decoded[1]), std::move(decoded[2])};
}

Result<Json> object_in(std::string_view text, const char* reason) {
  auto json = parse_json(text, kLimits);
  if (!json || !json->is_object()) return jwt_refused(reason);
  return json;
}

const JwtAlgorithm* algorithm_of(const Json& header, const std::vector<std::string>& allowed) {
  const auto alg = header.find("alg");
  if (alg == header.end() || !alg->is_string()) return nullptr;
  const auto& name = alg->get_ref<const std::string&>();
  if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) return nullptr;
  return find_jwt_algorithm(name);
}

// A media type without regard to case, "application/" understood (RFC 7515 section 4.1.9). A token
// that says it is of another kind (logout, id of another protocol) is not taken for an access
// token.
bool is_good_type(const Json& header) {
  const auto typ = header.find("typ");
  if (typ == header.end()) return true;
  if (!typ->is_string()) return false;
  std::string type = ascii_lower(typ->get_ref<const std::string&>());
  constexpr std::string_view kPrefix = "application/";
  if (type.starts_with(kPrefix)) type.erase(0, kPrefix.size());
  return type == "jwt" || type == "at+jwt";
}

// Nothing in `kid` but a text to compare; another type matches no key.
bool read_kid(const Json& header, std::optional<std::string>& kid) {
  const auto found = header.find("kid");
  if (found == header.end()) return true;
  if (!found->is_string()) return false;
  kid = found->get<std::string>();
  return true;
}

bool is_zero(std::string_view number) {
  return number.find_first_not_of('\0') == std::string_view::npos;
}

// libcjose halves any length and takes what it finds for r and s.
bool has_signature_form(std::string_view signature, const Jwk& key) {
  if (signature.size() != key.signature_size()) return false;
  if (key.type() == KeyType::kRsa) return true;
  const std::size_t half = signature.size() / 2;
  return !is_zero(signature.substr(0, half)) && !is_zero(signature.substr(half));
}

bool is_signed_by(std::string_view token, const Jwk& key) {
  const std::unique_ptr<cjose_jws_t, ReleaseJws> jws(
      cjose_jws_import(token.data(), token.size(), nullptr));
  return jws && cjose_jws_verify(jws.get(), key.handle(), nullptr);
}

// What the header alone decides; `algorithm` is set when it passes.
Status check_header(const Json& header, const std::vector<std::string>& allowed,
                    const JwtAlgorithm*& algorithm) {
  algorithm = algorithm_of(header, allowed);
  if (!algorithm) return jwt_refused("alg");
  if (!is_good_type(header)) return jwt_refused("typ");
  if (header.contains("crit")) return jwt_refused("crit");
  return done();
}

}  // namespace

Error jwt_refused(std::string reason) { return {Errc::kUnauthenticated, std::move(reason), {}}; }

Result<Json> open_jwt(std::string_view token, const std::vector<std::string>& algorithms,
                      const Jwks& keys, bool& kid_known) {
  kid_known = false;
  if (token.size() > kLongestJwt) return jwt_refused("size");
  const auto parts = split(token);
  if (!parts) return jwt_refused("form");
  const auto header = object_in(parts->header, "header");
  if (!header) return header.error();
  const JwtAlgorithm* algorithm = nullptr;
  if (auto good = check_header(*header, algorithms, algorithm); !good) return good.error();
  std::optional<std::string> kid;
  if (!read_kid(*header, kid)) return jwt_refused("kid");
  const Jwks::Found found = keys.find(kid, *algorithm);
  kid_known = found.kid_known;
  if (!found.key) return jwt_refused(kid && !kid_known ? "kid" : "key");
  if (!has_signature_form(parts->signature, *found.key)) return jwt_refused("signature-form");
  if (!is_signed_by(token, *found.key)) return jwt_refused("signature");
  return object_in(parts->payload, "payload");
}

}  // namespace habilitd::fastcgi
