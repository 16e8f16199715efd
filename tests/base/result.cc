#include "base/result.h"

#include <boost/test/unit_test.hpp>
#include <memory>

using namespace habilitd;

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return invalid("odd", "cannot be halved");
  return number / 2;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(a_value_is_handed_back) {
  const auto result = half(8);
  BOOST_TEST(result.ok());
  BOOST_TEST(static_cast<bool>(result));
  BOOST_TEST(*result == 4);
}

BOOST_AUTO_TEST_CASE(an_error_keeps_code_reason_and_detail) {
  const auto result = half(7);
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == Errc::kInvalid));
  BOOST_TEST(result.error().reason == "odd");
  BOOST_TEST(result.error().detail == "cannot be halved");
  BOOST_TEST(result.error().directory_code == 0);
}

BOOST_AUTO_TEST_CASE(a_value_that_only_moves_can_be_taken_out) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = *std::move(result);
  BOOST_TEST(*taken == 5);
}

BOOST_AUTO_TEST_CASE(done_is_a_success_without_a_value) { BOOST_TEST(done().ok()); }

BOOST_AUTO_TEST_SUITE_END()
