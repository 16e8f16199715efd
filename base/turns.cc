#include "base/turns.h"

namespace habilitd {
namespace {

using std::chrono::steady_clock;

thread_local Turn* of_this_thread = nullptr;

}  // namespace

Turns::Turns(int at_once, std::chrono::milliseconds longest) : longest_(longest), free_(at_once) {}

void Turns::enter(Turn& turn) {
  std::unique_lock lock(mutex_);
  while (free_ <= 0) {
    if (watched_) {
      freed_.wait(lock);
      continue;
    }
    watched_ = true;
    freed_.wait_for(lock, longest_);
    watched_ = false;
    set_aside_the_long(steady_clock::now());
  }
  --free_;
  turns_.push_back(&turn);
  freed_.notify_one();  // the next one goes, or watches
}

void Turns::leave(Turn& turn) {
  const std::lock_guard lock(mutex_);
  turns_.remove(&turn);
  if (!turn.aside_.exchange(false)) ++free_;
  freed_.notify_one();
}

void Turns::step_aside(Turn& turn) {
  const std::lock_guard lock(mutex_);
  if (turn.aside_.exchange(true)) return;
  ++free_;
  if (free_ > 0) freed_.notify_one();
}

void Turns::step_back(Turn& turn) {
  const std::lock_guard lock(mutex_);
  if (turn.aside_.exchange(false)) --free_;
}

void Turns::set_aside_the_long(steady_clock::time_point now) {
  const steady_clock::duration limit = longest_;
  for (Turn* turn : turns_) {
    const steady_clock::rep since = turn->since_;
    if (since == 0 || now.time_since_epoch().count() - since < limit.count()) continue;
    if (!turn->aside_.exchange(true)) ++free_;
  }
}

Turn::Turn(Turns& turns) : turns_(turns) {
  turns_.enter(*this);
  of_this_thread = this;
}

Turn::~Turn() {
  of_this_thread = nullptr;
  turns_.leave(*this);
}

void Turn::rest() {
  since_.store(0, std::memory_order_relaxed);
  if (aside_.load(std::memory_order_relaxed)) turns_.step_back(*this);
  if (turns_.free_.load(std::memory_order_relaxed) >= 0) return;
  turns_.leave(*this);
  turns_.enter(*this);
}

void Turn::begin(steady_clock::time_point now) {
  since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

StepAside::StepAside()
    : turn_(of_this_thread && !of_this_thread->aside_ ? of_this_thread : nullptr) {
  if (turn_) turn_->turns_.step_aside(*turn_);
}

StepAside::~StepAside() {
  if (turn_) turn_->turns_.step_back(*turn_);
}

}  // namespace habilitd
