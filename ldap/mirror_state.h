// What the mirror's readers and its feeding thread share. For ldap/mirror*.cc only.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "ldap/content_sync.h"
#include "ldap/mirror.h"
#include "ldap/mirror_content.h"

namespace habilitd::ldap {

// Threads that wait until a change has been applied. Costs the feeding thread one atomic read as
// long as nobody waits.
class MirrorWaiters {
 public:
  using Clock = std::chrono::steady_clock;
  // `seen` is asked by the waiting thread first, then by the feeding thread after each change.
  using Seen = std::function<bool(const MirrorContent&)>;

  // True as soon as `seen` holds; false at the deadline or when the mirror stops. `read` runs a
  // function on the content under the read lock.
  template <class Read>
  bool wait(const Seen& seen, Clock::time_point deadline, Read&& read) {
    const auto waiter = enter(seen);
    // After entering: a change that is applied from here on is announced.
    const bool already = read(seen);
    return leave(waiter, already, deadline);
  }
  // By the feeding thread.
  void announce(const MirrorContent&);
  void stop();

 private:
  struct Waiter {
    const Seen* seen;
    bool done = false;
    std::condition_variable changed;
  };
  using Place = std::list<Waiter>::iterator;
  Place enter(const Seen&);
  bool leave(Place, bool already, Clock::time_point deadline);

  std::atomic<int> count_{0};
  std::mutex mutex_;
  std::list<Waiter> waiters_;
  bool stopped_ = false;
};

struct Mirror::State {
  using Clock = std::chrono::steady_clock;
  State(Options, const Layout&, Log&, Metrics&);

  bool stale() const { return age() > options.max_age; }
  std::chrono::milliseconds age() const;
  bool wait(const MirrorWaiters::Seen&, std::chrono::milliseconds deadline);
  // The content under a shared lock, the one this thread holds already if it does.
  std::shared_ptr<const SharedGuarded<std::unique_ptr<MirrorContent>>::Reader> picture();

  const Options options;
  const Layout layout;
  const SiteReader site;
  Log& log;
  Metrics& metrics;
  std::function<void()> on_change;

  SharedGuarded<std::unique_ptr<MirrorContent>> content;  // null until the first load
  // Held by whoever changes the content, and by the feeding thread whenever it looks at it.
  std::mutex writing;
  MirrorContent* following = nullptr;  // null: nobody but a load may change anything
  std::atomic<bool> loaded{false};
  std::atomic<Clock::rep> fresh_at{
      0};  // when the content was last known to be what the directory has
  std::atomic<std::uint64_t> changes{0};
  MirrorWaiters waiters;

  // The feeding thread, and how it is ended.
  Breaker breaker;
  std::mutex mutex;
  std::condition_variable stop_asked;
  bool stopping = false;
  std::thread thread;
};

}  // namespace habilitd::ldap
