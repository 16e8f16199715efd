// However the hits come in, and in however many lists, they leave in the order of comes_before().
#include "scim/ranking.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

namespace habilitd::scim {
namespace {

using Chance = std::mt19937;

std::string random_text(Chance& chance) {
  static const std::vector<std::string> kBeginnings{
      "", "a", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab", "élan", "\xff"};
  std::string text = kBeginnings[chance() % kBeginnings.size()];
  for (auto left = chance() % 3; left > 0; --left) text += static_cast<char>('a' + chance() % 3);
  return text;
}

// `kinds`: 0 texts, 1 numbers, 2 both. Texts get the beginning.
Placed random_hit(Chance& chance, unsigned kinds, const char* beginning, std::uint32_t number) {
  Placed placed;
  SortKey& key = placed.key;
  key.missing = chance() % 5 == 0;
  const bool text = kinds == 0 || (kinds == 2 && chance() % 2 == 0);
  if (!key.missing && text) key.text = beginning + random_text(chance);
  if (!key.missing && !text) key.number = static_cast<int>(chance() % 7) - 3;
  std::string id = "00000000-0000-4000-8000-000000000000";
  for (std::size_t i = 0; i < 4; ++i) {
    // Now the first half of the id tells, now the second.
    id[(number % 2 ? 0 : 24) + i] = static_cast<char>('0' + (number >> (3 * i)) % 8);
  }
  placed.id = *EntryUuid::parse(id);
  placed.hit.part = number;
  return placed;
}

std::vector<std::size_t> expected_order(std::vector<Placed> all, bool descending) {
  std::sort(all.begin(), all.end(), [&](const Placed& a, const Placed& b) {
    return comes_before(a.place(), b.place(), descending);
  });
  std::vector<std::size_t> order;
  for (const Placed& each : all) order.push_back(each.hit.part);
  return order;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ranking)

BOOST_AUTO_TEST_CASE(several_lists_leave_as_one_order) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      Chance chance(seed);
      const bool descending = seed % 2 == 0;
      const char* beginning = seed % 5 < 3 ? "" : "a beginning that all texts have";
      std::vector<Placed> all;
      std::vector<std::vector<Placed>> lists(1 + seed % 4);
      for (std::uint32_t i = 0; i < chance() % 400; ++i) {
        all.push_back(random_hit(chance, seed % 3, beginning, i));
        lists[chance() % lists.size()].push_back(all.back());
      }
      std::vector<std::size_t> order;
      for (const Hit& hit : in_order(std::move(lists), descending)) order.push_back(hit.part);
      BOOST_TEST(order == expected_order(std::move(all), descending),
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(of_nothing_there_is_nothing) {
  BOOST_TEST(in_order({}, false).empty());
  BOOST_TEST(in_order(std::vector<std::vector<Placed>>(2), true).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::scim
