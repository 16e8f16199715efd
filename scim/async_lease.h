// While it lives, other hosts believe that a claimed request (scim/async_job.h) is being done.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "workflow/services.h"

namespace habilitd::scim {

class AsyncLease {
 public:
  AsyncLease(workflow::Services&, std::string dn);
  ~AsyncLease();
  AsyncLease(const AsyncLease&) = delete;
  AsyncLease& operator=(const AsyncLease&) = delete;

 private:
  void renew();

  workflow::Services& services_;
  const std::string dn_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace habilitd::scim
