#include "base/guarded.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>
#include <vector>

using namespace habilitd;

BOOST_AUTO_TEST_SUITE(guarded)

BOOST_AUTO_TEST_CASE(changes_do_not_overlap) {
  Guarded<int> value(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10000; ++n) value.with([](int& number) { ++number; });
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(value.with([](int number) { return number; }) == 40000);
}

BOOST_AUTO_TEST_CASE(readers_share_and_writers_do_not) {
  SharedGuarded<int> value(1);
  {
    const auto one = value.read();
    int two = 0;
    std::thread([&] { two = *value.read(); }).join();  // beside the first, not after it
    BOOST_TEST(*one + two == 2);
  }
  value.write([](int& number) { number = 5; });
  BOOST_TEST(*value.read() == 5);
}

BOOST_AUTO_TEST_CASE(a_writer_is_not_starved_by_readers) {
  SharedGuarded<int> value(0);
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto held = value.read();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    });
  }
  const auto start = std::chrono::steady_clock::now();
  for (int n = 0; n < 50; ++n) value.write([](int& number) { ++number; });
  const auto taken = std::chrono::steady_clock::now() - start;
  stop = true;
  for (auto& reader : readers) reader.join();
  BOOST_TEST(*value.read() == 50);
  BOOST_TEST((taken < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
