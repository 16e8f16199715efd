#include "base/metrics.h"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

using namespace habilitd;

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(the_text_is_ordered_and_typed) {
  Metrics metrics;
  metrics.set("up", {}, 1);
  metrics.count("http_requests_total", "route=\"users\",status=\"200\"");
  metrics.count("http_requests_total", "route=\"groups\",status=\"404\"", 2);
  metrics.count("http_requests_total", "route=\"users\",status=\"200\"");
  metrics.count("http_seconds_sum", "route=\"users\"", 0.25);
  metrics.set("mirror_entries", {}, 5);
  metrics.set("mirror_entries", {}, 4);
  BOOST_TEST(metrics.text() ==
             "# TYPE http_requests_total counter\n"
             "http_requests_total{route=\"groups\",status=\"404\"} 2\n"
             "http_requests_total{route=\"users\",status=\"200\"} 2\n"
             "# TYPE http_seconds_sum counter\n"
             "http_seconds_sum{route=\"users\"} 0.25\n"
             "# TYPE mirror_entries gauge\n"
             "mirror_entries 4\n"
             "# TYPE up gauge\n"
             "up 1\n");
}

BOOST_AUTO_TEST_CASE(numbers_are_whole_or_shortest) {
  struct Row {
    double value;
    const char* text;
  };
  for (const auto& [value, text] :
       {Row{1000000, "1000000"}, Row{0.1, "0.1"}, Row{-3, "-3"}, Row{1e300, "1e+300"},
        Row{9007199254740991.0, "9007199254740991"}, Row{0, "0"}}) {
    Metrics metrics;
    metrics.set("x", {}, value);
    BOOST_TEST(metrics.text() == "# TYPE x gauge\nx " + std::string(text) + "\n");
  }
}

BOOST_AUTO_TEST_CASE(nothing_counted_is_an_empty_text) { BOOST_TEST(Metrics().text() == ""); }

BOOST_AUTO_TEST_CASE(no_count_is_lost_between_threads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) metrics.count("n_total", "a=\"b\"");
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(metrics.text() == "# TYPE n_total counter\nn_total{a=\"b\"} 4000\n");
}

BOOST_AUTO_TEST_SUITE_END()
