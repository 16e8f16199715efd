// Threads take turns at the processors.
//
// Many threads with work to do at once only take the processors from one another: each answer gets
// slower, and the kernel is busy with switching. So only a few have a turn; whoever waits for the
// directory or the disk, or computes for long, steps aside meanwhile and another goes on.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>

namespace habilitd {

class Turns {
 public:
  // A turn that lasts longer than `longest` is not counted any more: something holds it up.
  explicit Turns(int at_once, std::chrono::milliseconds longest = std::chrono::milliseconds(100));
  // Negative: so many more are at work than should be, because they came back without waiting.
  int free() const { return free_; }

 private:
  friend class Turn;
  friend class StepAside;
  void enter(class Turn&);  // waits
  void leave(Turn&);
  void step_aside(Turn&);
  void step_back(Turn&);
  void set_aside_the_long(std::chrono::steady_clock::time_point now);

  const std::chrono::milliseconds longest_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::atomic<int> free_;  // written under the mutex
  bool watched_ = false;   // one of those who wait looks for turns that last too long
  std::list<Turn*> turns_;
};

// One thread's turn, for as long as this lives. Waits for it at first.
class Turn {
 public:
  explicit Turn(Turns&);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Between two pieces of work: the thread has none. Lets others go first when more are at work
  // than should be.
  void rest();
  void begin(std::chrono::steady_clock::time_point now);

 private:
  friend class Turns;
  friend class StepAside;

  Turns& turns_;
  std::atomic<std::chrono::steady_clock::rep> since_{0};  // 0: it rests
  std::atomic<bool> aside_{false};                        // written under the turns' mutex
};

// Lives as long as a thread waits for something, or computes for milliseconds. Coming back takes no
// waiting: what was begun is finished first. Does nothing in a thread without a turn, nor within
// another one.
class StepAside {
 public:
  StepAside();
  ~StepAside();
  StepAside(const StepAside&) = delete;
  StepAside& operator=(const StepAside&) = delete;

 private:
  Turn* const turn_;
};

// Locks what others may hold for milliseconds; steps aside if it has to wait.
inline std::unique_lock<std::mutex> patient_lock(std::mutex& mutex) {
  std::unique_lock lock(mutex, std::try_to_lock);
  if (lock.owns_lock()) return lock;
  const StepAside meanwhile;
  lock.lock();
  return lock;
}

}  // namespace habilitd
