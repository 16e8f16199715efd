#include "scim/async_lease.h"

#include <chrono>

#include "scim/async_job.h"

namespace habilitd::scim {
namespace {

constexpr std::chrono::seconds kRenew{5};  // of the thirty that a claim holds

}  // namespace

AsyncLease::AsyncLease(workflow::Services& services, std::string dn)
    : services_(services), dn_(std::move(dn)), thread_([this] { renew(); }) {}

AsyncLease::~AsyncLease() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void AsyncLease::renew() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kRenew, [this] { return ending_; })) {
    lock.unlock();
    if (auto renewed = renew_job(services_, dn_); !renewed) {
      services_.log.warn("scim.async.failed", {{"reason", renewed.error().reason}});
    }
    lock.lock();
  }
}

}  // namespace habilitd::scim
