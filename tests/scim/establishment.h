// A structure with a manager and people, made over SCIM by a client that may do everything.
#pragma once

#include <atomic>
#include <functional>

#include "tests/scim/provider.h"

namespace habilitd::scim::tests {

inline constexpr const char* kSiret = "73282932000074";
inline constexpr const char* kOtherSiret = "35600000009075";  // La Poste: no Luhn, but valid

struct Establishment : Provider {
  Establishment();
  std::string boss, alice, bob, structure;

  // The id of a new resource; fails the test when it is not made.
  std::string make(const std::string& collection, const std::string& body);
  std::string habilitation(const std::string& person, const std::string& role = "consultation");
  std::string request(const std::string& person, const std::string& role = "consultation");
  // How many a list with that filter finds; -1 when it is refused.
  int found(const std::string& collection, const std::string& filter);
  std::map<std::string, std::string> names() const {
    return {{"boss", boss}, {"alice", alice}, {"bob", bob}, {"s", structure}};
  }
};

std::string structure_body(const std::string& members);
std::string habilitation_body(const std::string& person, const std::string& role,
                              const std::string& more = {});
std::string request_body(const std::string& person, const std::string& role,
                         const std::string& more = {});
// How often each status came back from as many requests at once.
std::map<int, int> at_once(int times, const std::function<Answer(int)>& ask);

}  // namespace habilitd::scim::tests
