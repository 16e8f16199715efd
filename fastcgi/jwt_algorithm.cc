#include "fastcgi/jwt_algorithm.h"

#include <algorithm>
#include <array>

namespace habilitd::fastcgi {
namespace {

constexpr std::array<JwtAlgorithm, 9> kAlgorithms{{{"RS256", KeyType::kRsa},
                                                   {"RS384", KeyType::kRsa},
                                                   {"RS512", KeyType::kRsa},
                                                   {"PS256", KeyType::kRsa},
                                                   {"PS384", KeyType::kRsa},
                                                   {"PS512", KeyType::kRsa},
                                                   {"ES256", KeyType::kP256},
                                                   {"ES384", KeyType::kP384},
                                                   {"ES512", KeyType::kP521}}};

}  // namespace

const JwtAlgorithm* find_jwt_algorithm(std::string_view name) {
  const auto found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                  [&](const JwtAlgorithm& one) { return one.name == name; });
  return found == kAlgorithms.end() ? nullptr : found;
}

std::size_t coordinate_size(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return 32;
    case KeyType::kP384:
      return 48;
    case KeyType::kP521:
      return 66;
    case KeyType::kRsa:
      break;
  }
  return 0;
}

}  // namespace habilitd::fastcgi
