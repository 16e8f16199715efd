// How long a filter may look at everybody.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>

#include "scim/errors.h"

namespace habilitd::scim {

// Processor time of the thread that makes it. Not thread-safe: each thread has its own part.
class ScanBudget {
 public:
  // What a filter may cost on so many resources: several times what an everyday filter needs, and
  // more when there is very much to look at. As long as it lasts the mirror takes no changes.
  static std::chrono::nanoseconds of(std::size_t resources) {
    constexpr std::chrono::nanoseconds kMost = std::chrono::milliseconds(70);
    constexpr std::chrono::nanoseconds kMostEach{700};
    return std::max<std::chrono::nanoseconds>(kMost, kMostEach * resources);
  }

  explicit ScanBudget(std::chrono::nanoseconds most) : begin_(spent()), end_(begin_ + most) {}

  // To be asked once a step.
  bool is_spent() {
    constexpr std::size_t kLookAgain = 256;
    return ++steps_ % kLookAgain == 0 && spent() > end_;
  }
  std::chrono::nanoseconds used() const { return spent() - begin_; }

 private:
  static std::chrono::nanoseconds spent() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  const std::chrono::nanoseconds begin_, end_;
  std::size_t steps_ = 0;
};

inline Error takes_too_long() {
  return invalid("tooMany", "The filter takes too long for this many resources.");
}

}  // namespace habilitd::scim
