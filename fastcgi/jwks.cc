#include "fastcgi/jwks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/crypto.h"

namespace habilitd::fastcgi {
namespace {

constexpr std::size_t kLeastRsaBits = 2048, kMostRsaBits = 8192;
constexpr std::size_t kLongestExponent = 8;  // bytes; OpenSSL's limit for large keys
constexpr std::size_t kLongestKid = 256;
constexpr std::size_t kMostKeys = 100;

const std::string* text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>()
                                                     : nullptr;
}

// Base64url octets (RFC 7518 section 6), empty when absent or malformed.
std::string octets_of(const Json& object, const char* name) {
  const std::string* text = text_of(object, name);
  if (!text) return {};
  auto octets = from_base64url(*text);
  return octets ? *std::move(octets) : std::string();
}

// Some IAMs write a zero octet before a number whose first bit is set.
std::string number_of(const Json& object, const char* name) {
  std::string octets = octets_of(object, name);
  octets.erase(0, std::min(octets.find_first_not_of('\0'), octets.size()));
  return octets;
}

std::size_t bits_of(const std::string& number) {
  if (number.empty()) return 0;
  return number.size() * 8 -
         static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(number.front())));
}

// Odd and not 1: with 1 every text is its own signature.
bool is_good_exponent(const std::string& e) {
  return !e.empty() && e.size() <= kLongestExponent && (e.back() & 1) != 0 && bits_of(e) > 1;
}

bool has_private_part(const Json& key) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (key.contains(name)) return true;
  }
  return false;
}

// RFC 7517 sections 4.2 and 4.3.
bool is_for_signatures(const Json& key) {
  const auto use = key.find("use");
  if (use != key.end() && *use != "sig") return false;
  const auto operations = key.find("key_ops");
  if (operations == key.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

struct Curve {
  std::string_view name;
  KeyType type;
  cjose_jwk_ec_curve crv;
};
constexpr std::array<Curve, 3> kCurves{{{"P-256", KeyType::kP256, CJOSE_JWK_EC_P_256},
                                        {"P-384", KeyType::kP384, CJOSE_JWK_EC_P_384},
                                        {"P-521", KeyType::kP521, CJOSE_JWK_EC_P_521}}};

const Curve* curve_of(const Json& json) {
  const std::string* name = text_of(json, "crv");
  const auto found = std::find_if(kCurves.begin(), kCurves.end(),
                                  [&](const Curve& curve) { return name && curve.name == *name; });
  return found == kCurves.end() ? nullptr : found;
}

std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

}  // namespace

Result<Jwk> Jwk::parse_rsa(const Json& json) {
  std::string n = number_of(json, "n"), e = number_of(json, "e");
  if (bits_of(n) < kLeastRsaBits || bits_of(n) > kMostRsaBits) return invalid("jwk-rsa-size");
  if (!is_good_exponent(e)) return invalid("jwk-rsa-exponent");
  cjose_jwk_rsa_keyspec spec{};
  spec.n = bytes(n);
  spec.nlen = n.size();
  spec.e = bytes(e);
  spec.elen = e.size();
  Jwk key;
  key.type_ = KeyType::kRsa;
  key.signature_size_ = n.size();
  key.handle_.reset(cjose_jwk_create_RSA_spec(&spec, nullptr));
  if (!key.handle_) return invalid("jwk-rsa");
  return key;
}

Result<Jwk> Jwk::parse_ec(const Json& json) {
  const Curve* curve = curve_of(json);
  if (!curve) return invalid("jwk-curve");
  Jwk key;
  key.type_ = curve->type;
  cjose_jwk_ec_keyspec spec{};
  spec.crv = curve->crv;
  std::string x = octets_of(json, "x"), y = octets_of(json, "y");
  const std::size_t size = coordinate_size(key.type_);
  if (x.size() != size || y.size() != size) return invalid("jwk-coordinates");
  spec.x = bytes(x);
  spec.xlen = size;
  spec.y = bytes(y);
  spec.ylen = size;
  key.signature_size_ = 2 * size;
  key.handle_.reset(cjose_jwk_create_EC_spec(&spec, nullptr));
  if (!key.handle_) return invalid("jwk-point");  // not on the curve
  return key;
}

Result<Jwk> Jwk::parse(const Json& json) {
  if (!json.is_object()) return invalid("jwk-object");
  const std::string* type = text_of(json, "kty");
  if (!type || (*type != "RSA" && *type != "EC")) return invalid("jwk-type");
  if (has_private_part(json)) return invalid("jwk-private");
  if (!is_for_signatures(json)) return invalid("jwk-use");
  auto key = *type == "RSA" ? parse_rsa(json) : parse_ec(json);
  if (!key) return key;
  if (json.contains("kid")) {
    const std::string* kid = text_of(json, "kid");
    if (!kid || kid->empty() || kid->size() > kLongestKid) return invalid("jwk-kid");
    key->kid_ = *kid;
  }
  if (json.contains("alg")) {
    const std::string* alg = text_of(json, "alg");
    const JwtAlgorithm* known = alg ? find_jwt_algorithm(*alg) : nullptr;
    if (!known || known->key != key->type_) return invalid("jwk-alg");
    key->alg_ = *alg;
  }
  return key;
}

bool Jwk::fits(const JwtAlgorithm& algorithm) const {
  return type_ == algorithm.key && (alg_.empty() || alg_ == algorithm.name);
}

Result<Jwks> Jwks::parse(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  if (!json->is_object()) return invalid("jwks-keys", "not an object");
  const auto keys = json->find("keys");
  if (keys == json->end() || !keys->is_array()) return invalid("jwks-keys", "no array \"keys\"");
  if (keys->size() > kMostKeys) return invalid("jwks-keys", "more than 100 keys");
  Jwks set;
  for (const Json& one : *keys) {
    auto key = Jwk::parse(one);
    if (key) {
      set.keys_.push_back(*std::move(key));
    } else {
      ++set.ignored_;
    }
  }
  return set;
}

Jwks::Found Jwks::find(const std::optional<std::string>& kid, const JwtAlgorithm& algorithm) const {
  Found found;
  for (const Jwk& key : keys_) {
    if (kid && key.kid() != *kid) continue;
    found.kid_known = found.kid_known || kid;
    if (!key.fits(algorithm)) continue;
    if (found.key && !kid) return {};
    if (!found.key) found.key = &key;
  }
  return found;
}

bool Jwks::any_fits(const JwtAlgorithm& algorithm) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const Jwk& key) { return key.fits(algorithm); });
}

}  // namespace habilitd::fastcgi
