#include "fastcgi/ticker.h"

#include <utility>

namespace habilitd::fastcgi {

Ticker::Ticker(std::string name, std::function<Pause()> work, Log& log)
    : name_(std::move(name)), work_(std::move(work)), log_(log), thread_([this] { run(); }) {}

Ticker::~Ticker() { stop(); }

void Ticker::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Ticker::Pause Ticker::work_once() {
  try {
    return work_();
  } catch (const std::exception& fault) {
    log_.error("ticker.fault", {{"ticker", name_}, {"error", std::string(fault.what())}});
  }
  return std::chrono::minutes(1);
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const Pause pause = work_once();
    lock.lock();
    stopped_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

}  // namespace habilitd::fastcgi
