#include "base/turns.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace habilitd;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kNever = 1h;  // longer than any test

// A thread that takes a turn, tells so, and keeps it until it is told to end.
class Holder {
 public:
  explicit Holder(Turns& turns) : thread_([this, &turns] { hold(turns); }) {}
  ~Holder() {
    end_.set_value();
    thread_.join();
  }
  void wait_until_it_goes() { has_it_.get_future().wait(); }

 private:
  void hold(Turns& turns) {
    Turn turn(turns);
    turn.begin(steady_clock::now());
    has_it_.set_value();
    end_.get_future().wait();
  }

  std::promise<void> has_it_, end_;
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(turns)

BOOST_AUTO_TEST_CASE(no_more_work_at_once_than_there_are_turns) {
  Turns turns(2, kNever);
  std::atomic<int> at_work{0}, most{0}, done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        Turn turn(turns);
        const int now = ++at_work;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
        std::this_thread::yield();
        --at_work;
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(done == 120);
  BOOST_TEST(most <= 2);
}

BOOST_AUTO_TEST_CASE(who_steps_aside_lets_another_go_on) {
  Turns turns(1, kNever);
  Turn mine(turns);
  const StepAside meanwhile;
  const StepAside within;  // the same
  Holder other(turns);
  other.wait_until_it_goes();  // or the test hangs
}

BOOST_AUTO_TEST_CASE(coming_back_takes_no_waiting) {
  Turns turns(1, kNever);
  Turn mine(turns);
  auto meanwhile = std::make_unique<StepAside>();
  Holder other(turns);
  other.wait_until_it_goes();
  meanwhile.reset();  // although the other one has the only turn
}

BOOST_AUTO_TEST_CASE(between_two_pieces_of_work_the_one_too_many_waits) {
  Turns turns(1, kNever);
  std::unique_ptr<Holder> other;
  std::promise<void> came_back, rested;
  std::thread first([&] {
    Turn turn(turns);
    {
      const StepAside meanwhile;
      other = std::make_unique<Holder>(turns);
      other->wait_until_it_goes();
    }
    came_back.set_value();
    turn.rest();
    rested.set_value();
  });
  came_back.get_future().wait();
  auto is_through = rested.get_future();
  BOOST_TEST((is_through.wait_for(50ms) == std::future_status::timeout));
  other.reset();
  is_through.wait();
  first.join();
}

BOOST_AUTO_TEST_CASE(a_turn_that_lasts_too_long_is_not_counted) {
  Turns turns(1, 20ms);
  Holder stuck(turns);
  stuck.wait_until_it_goes();
  Holder next(turns);
  next.wait_until_it_goes();
}

// Set aside by the watch and back again, many times: no turn is lost, and none is won.
BOOST_AUTO_TEST_CASE(turns_are_neither_lost_nor_won) {
  Turns turns(1, 1ms);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (Turn turn(turns); !stop; turn.rest()) {
        turn.begin(steady_clock::now());
        std::this_thread::sleep_for(2ms);
        const StepAside meanwhile;
      }
    });
  }
  std::this_thread::sleep_for(300ms);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  auto one = std::make_unique<Holder>(turns);
  one->wait_until_it_goes();  // or the test hangs: a turn was lost
  BOOST_TEST(turns.free() == 0);
}

BOOST_AUTO_TEST_CASE(one_that_rests_keeps_its_turn) {
  Turns turns(1, 20ms);
  Turn mine(turns);
  mine.begin(steady_clock::now());
  mine.rest();
  std::atomic<bool> went{false};
  std::thread other([&] {
    Turn turn(turns);
    went = true;
  });
  std::this_thread::sleep_for(100ms);
  BOOST_TEST(!went);
  {
    const StepAside meanwhile;
    other.join();
  }
  BOOST_TEST(went);
}

BOOST_AUTO_TEST_CASE(a_thread_without_a_turn_steps_aside_for_nobody) {
  const StepAside meanwhile;
  Turns turns(1, kNever);
  Turn mine(turns);
}

BOOST_AUTO_TEST_SUITE_END()
