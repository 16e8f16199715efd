// Shared data that cannot be reached without its lock.
//
//   Guarded<T>        one reader or writer at a time
//   SharedGuarded<T>  many readers or one writer; a waiting writer goes before new readers, so a
//   busy
//                     server cannot starve the thread that applies directory changes
#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace habilitd {

template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  template <class F>
  auto with(F&& use) {
    std::lock_guard lock(mutex_);
    return std::forward<F>(use)(value_);
  }
  template <class F>
  auto with(F&& use) const {
    std::lock_guard lock(mutex_);
    return std::forward<F>(use)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

template <class T>
class SharedGuarded {
 public:
  // A held read lock: keep it short, never wait for a write while holding one, and never take a
  // second one in the same thread: a writer that came between would wait for the first, and the
  // second for the writer.
  class Reader {
   public:
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_; }

   private:
    friend class SharedGuarded;
    Reader(std::shared_lock<std::shared_mutex> lock, const T* value)
        : lock_(std::move(lock)), value_(value) {}
    std::shared_lock<std::shared_mutex> lock_;
    const T* value_;
  };

  template <class... Args>
  explicit SharedGuarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  Reader read() const {
    std::lock_guard queue(queue_);
    return Reader(std::shared_lock(mutex_), &value_);
  }

  template <class F>
  auto write(F&& change) {
    std::lock_guard queue(queue_);
    std::unique_lock lock(mutex_);
    return std::forward<F>(change)(value_);
  }

 private:
  mutable std::mutex queue_;  // held while a writer waits: later readers queue behind it
  mutable std::shared_mutex mutex_;
  T value_;
};

}  // namespace habilitd
