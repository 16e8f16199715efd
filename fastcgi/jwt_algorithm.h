// The signature algorithms a JWT may use at all (RFC 7518 section 3.1): the asymmetric ones. "none"
// and HS* are not in the table, so that no setting can allow them.
#pragma once

#include <cstddef>
#include <string_view>

namespace habilitd::fastcgi {

enum class KeyType { kRsa, kP256, kP384, kP521 };

struct JwtAlgorithm {
  std::string_view name;  // "RS256"
  KeyType key;            // what it verifies with
};

// Case-exact; nullptr for every other name.
const JwtAlgorithm* find_jwt_algorithm(std::string_view name);

// Bytes of one coordinate of the curve; 0 for RSA. An ES signature is r and s of that size
// (RFC 7518 section 3.4).
std::size_t coordinate_size(KeyType);

}  // namespace habilitd::fastcgi
