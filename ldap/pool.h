// Connections bound as one identity to one URI, lent to threads. A connection that broke is
// replaced at its next use, once; a lease waits at most the endpoint's deadline for a free
// connection.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ldap/connection.h"

namespace habilitd::ldap {

struct Credentials {
  Dn name;  // empty: anonymous
  Secret password;
};

class Pool {
 public:
  Pool(Endpoint, Credentials, std::size_t size);

  class Lease {
   public:
    Lease(Lease&&) noexcept;
    ~Lease();
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return &*connection_; }

   private:
    friend class Pool;
    Lease(Pool*, Connection);
    Pool* pool_;
    std::optional<Connection> connection_;
  };
  // kUnavailable when the directory cannot be reached or all connections stay lent.
  Result<Lease> lease();

 private:
  bool wait_for_one(std::unique_lock<std::mutex>&);  // false: all stay lent
  Result<Connection> connect();
  void give_back(Connection);
  void forget_one();
  Endpoint endpoint_;
  Credentials credentials_;
  std::size_t size_, lent_ = 0;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Connection> idle_;
};

}  // namespace habilitd::ldap
