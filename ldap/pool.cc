#include "ldap/pool.h"

#include "base/turns.h"

namespace habilitd::ldap {

Pool::Lease::Lease(Pool* pool, Connection connection)
    : pool_(pool), connection_(std::move(connection)) {}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}

Pool::Lease::~Lease() {
  if (pool_ != nullptr) pool_->give_back(*std::move(connection_));
}

Pool::Pool(Endpoint endpoint, Credentials credentials, std::size_t size)
    : endpoint_(std::move(endpoint)), credentials_(std::move(credentials)), size_(size) {}

bool Pool::wait_for_one(std::unique_lock<std::mutex>& lock) {
  const auto is_one_free = [this] { return lent_ < size_; };
  if (is_one_free()) return true;
  const StepAside meanwhile;
  return freed_.wait_for(lock, endpoint_.deadline, is_one_free);
}

Result<Pool::Lease> Pool::lease() {
  std::optional<Connection> idle;
  {
    std::unique_lock lock(mutex_);
    if (!wait_for_one(lock)) {
      return Error{Errc::kUnavailable, "directory-busy", "all connections are in use"};
    }
    ++lent_;
    if (!idle_.empty()) {
      idle.emplace(std::move(idle_.back()));
      idle_.pop_back();
    }
  }
  if (idle && idle->alive()) return Lease(this, *std::move(idle));
  auto fresh = connect();
  if (fresh) return Lease(this, *std::move(fresh));
  forget_one();
  return fresh.error();
}

Result<Connection> Pool::connect() {
  auto connection = Connection::open(endpoint_);
  if (!connection || credentials_.name.empty()) return connection;
  auto bound = connection->bind(credentials_.name, credentials_.password);
  if (bound) return connection;
  // Whatever the cause, it is ours and not the caller's: nobody who asks for a page is to be told
  // that credentials are wrong.
  Error error = bound.error();
  error.code = Errc::kUnavailable;
  return error;
}

void Pool::forget_one() {
  {
    std::lock_guard lock(mutex_);
    --lent_;
  }
  freed_.notify_one();
}

void Pool::give_back(Connection connection) {
  {
    std::lock_guard lock(mutex_);
    --lent_;
    if (!connection.broken()) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

}  // namespace habilitd::ldap
