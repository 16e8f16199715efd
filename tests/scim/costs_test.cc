// Ten times the values cost about ten times the work, not a hundred times.
#include <time.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "scim/normalise.h"
#include "scim/patch.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim;
using namespace habilitd::scim::tests;

namespace {

constexpr int kFew = 1000, kMany = 10 * kFew;

// Processor time of this thread, the best of three.
template <class Work>
double seconds(Work&& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double start = now();
    work();
    best = std::min(best, now() - start);
  }
  return best;
}

// `work` takes a number of values.
template <class Work>
void check_growth(Work&& work) {
  const double few = seconds([&] { work(kFew); }), many = seconds([&] { work(kMany); });
  BOOST_TEST(many < 30 * few, many << " s for ten times what costs " << few << " s");
}

Json values(int count, const std::string& more = {}) {
  Json list = Json::array();
  for (int i = 0; i < count; ++i) {
    list.push_back({{"value", "e" + std::to_string(i)}});
    if (!more.empty()) list.back()["display"] = more;
  }
  return list;
}

Json operation(const char* op, const Json& value) {
  return {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:PatchOp"}},
          {"Operations", {{{"op", op}, {"path", "entitlements"}, {"value", value}}}}};
}

// What an edit of as many values leaves of as many.
std::size_t left_by(const char* op, const Json& value, int count) {
  Tolerance tolerance(Dialect::kRfc);
  auto edits = parse_patch(user_type(), operation(op, value), tolerance);
  Json tree{{"userName", "alice"}, {"entitlements", values(count)}};
  BOOST_REQUIRE(apply_edit(user_type(), tree, edits->front(), tolerance).ok());
  return tree.count("entitlements") == 0 ? 0 : tree.at("entitlements").size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(costs)

BOOST_AUTO_TEST_CASE(of_checking_a_list) {
  check_growth([](int count) {
    Tolerance tolerance(Dialect::kRfc);
    const Json body{{"schemas", {kUserUrn}}, {"userName", "a"}, {"entitlements", values(count)}};
    auto tree = normalise(user_type(), body, tolerance);
    BOOST_REQUIRE(tree.ok());
    BOOST_TEST(tree->at("entitlements").size() == static_cast<std::size_t>(count));
  });
}

BOOST_AUTO_TEST_CASE(of_adding_values_to_others) {
  check_growth([](int count) {
    BOOST_TEST(left_by("add", values(count, "x"), count) == static_cast<std::size_t>(count));
  });
}

BOOST_AUTO_TEST_CASE(of_removing_values_from_others) {
  check_growth([](int count) {
    BOOST_TEST(left_by("remove", values(count / 2), count) == static_cast<std::size_t>(count / 2));
  });
}

BOOST_AUTO_TEST_CASE(of_showing_a_person_with_many_values) {
  Provider provider;
  const std::string few = provider.user("few", {{"entitlements", values(kFew)}});
  const std::string many = provider.user("many", {{"entitlements", values(kMany)}});
  check_growth([&](int count) {
    const Answer shown = provider.ask("GET /Users/" + (count == kFew ? few : many));
    BOOST_TEST(shown.response.body.find("e" + std::to_string(count - 1)) != std::string::npos);
  });
}

BOOST_AUTO_TEST_SUITE_END()
