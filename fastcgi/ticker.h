// A thread that does one thing again and again until it is stopped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"

namespace habilitd::fastcgi {

class Ticker {
 public:
  using Pause = std::chrono::milliseconds;
  // `work` returns how long to pause before it is called again. What it throws is logged, and it is
  // called again after a minute. Starts at once.
  Ticker(std::string name, std::function<Pause()> work, Log&);
  ~Ticker();  // stops and joins
  void stop();

 private:
  void run();
  Pause work_once();

  std::string name_;
  std::function<Pause()> work_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace habilitd::fastcgi
