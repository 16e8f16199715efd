#include "base/parallel.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <stdexcept>

using namespace habilitd;

BOOST_AUTO_TEST_SUITE(parallel)

BOOST_AUTO_TEST_CASE(each_piece_is_done_once) {
  std::vector<int> done(5, 0);
  in_parallel(done.size(), [&](std::size_t i) { ++done[i]; });
  BOOST_TEST(done == std::vector<int>(5, 1), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_pieces_are_done_at_once) {
  std::promise<void> second;
  in_parallel(2, [&](std::size_t i) {
    if (i == 0) second.get_future().wait();  // or the test hangs
    if (i == 1) second.set_value();
  });
}

BOOST_AUTO_TEST_CASE(an_exception_comes_through_when_all_have_ended) {
  for (std::size_t bad = 0; bad < 3; ++bad) {
    std::atomic<int> ended{0};
    BOOST_CHECK_THROW(in_parallel(3,
                                  [&](std::size_t i) {
                                    if (i == bad) throw std::runtime_error("bad");
                                    ++ended;
                                  }),
                      std::runtime_error);
    BOOST_TEST(ended == 2);
  }
}

BOOST_AUTO_TEST_SUITE_END()
