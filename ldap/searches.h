// Several searches under way on one connection: they cost what the slowest costs.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ldap/connection.h"

namespace habilitd::ldap {

// After an error the connection is left empty (Connection::broken), and its pool replaces it:
// answers that nobody waits for any more must not meet the next user.
class Searches {
 public:
  Searches(Connection&, std::chrono::milliseconds patience);

  // Errors: as Connection::search; kUnavailable when the connection is lost or time is up.
  Status send(const Dn& base, const Filter&, const std::vector<std::string>& attributes);
  // Of the next search, in the order of sending.
  Result<std::vector<Entry>> receive(const Dn& base, const std::vector<std::string>& attributes);

 private:
  Error dropped(int code, const Dn& base);

  Connection& connection_;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<int> ids_;
  std::size_t received_ = 0;
};

}  // namespace habilitd::ldap
