// A piece of work done by several threads at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace habilitd {

// How many threads one piece of work may be worth: as many as there are processors, few at most,
// for others work at the same time.
inline std::size_t helping_threads() {
  constexpr std::size_t kMost = 4;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMost);
}
// The same for work on so many people: one thread is quickest on few.
inline std::size_t helping_threads(std::size_t people) {
  constexpr std::size_t kWorthHelp = 10'000;
  return people < kWorthHelp ? 1 : helping_threads();
}

// Calls work(0) to work(count - 1) at once, the first (if any) in this thread. Returns when all
// have; an exception of any comes through then.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  std::vector<std::future<void>> others;  // wait in their destructors, too
  for (std::size_t i = 1; i < count; ++i) {
    others.push_back(std::async(std::launch::async, [&work, i] { work(i); }));
  }
  if (count > 0) work(0);
  for (std::future<void>& other : others) other.get();
}

}  // namespace habilitd
