#include "scim/ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "base/parallel.h"

namespace habilitd::scim {
namespace {

// How places are compared at a glance: by 16 bytes of text or by a number, then by 8 bytes of id.
enum class Glance { kTexts, kNumbers, kNone };

using Lists = std::vector<std::vector<Placed>>;

template <class Has>
bool any(const Lists& lists, const Has& has) {
  return std::any_of(lists.begin(), lists.end(),
                     [&](const auto& list) { return std::any_of(list.begin(), list.end(), has); });
}

Glance glance_of(const Lists& lists) {
  const bool texts = any(lists, [](const Placed& each) { return !each.key.text.empty(); });
  if (!texts) return Glance::kNumbers;
  const bool numbers = any(lists, [](const Placed& each) { return each.key.number != 0; });
  return numbers ? Glance::kNone : Glance::kTexts;
}

struct Ranked {
  std::uint64_t key = 0, more = 0, id = 0;
  Placed* placed = nullptr;
  bool whole = false;  // `key` and `more` are all of the key
};

template <class Bytes>
std::uint64_t big_endian(const Bytes& bytes, std::size_t from) {
  std::uint64_t number = 0;
  for (std::size_t i = from; i < from + 8; ++i) {
    number = number << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
  }
  return number;
}

// Doubles in their order, as integers.
std::uint64_t ordered(double number) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(number + 0.0);  // not -0
  return bits & kSign ? ~bits : bits | kSign;
}

Ranked rank(Placed& placed, Glance glance) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  const SortKey& key = placed.key;
  Ranked ranked{0, 0, 0, &placed, glance != Glance::kNone};
  if (!ranked.whole) return ranked;
  ranked.id = big_endian(std::bit_cast<std::array<std::uint8_t, 16>>(placed.hit.record->id()), 0);
  if (key.missing) {
    ranked.key = kLast;
  } else if (glance == Glance::kNumbers) {
    ranked.key = ordered(key.number);
  } else {
    ranked.key = big_endian(key.text, 0);
    ranked.more = big_endian(key.text, 8);
    ranked.whole = key.text.size() <= 16;
  }
  return ranked;
}

struct Before {
  bool descending;
  bool operator()(const Ranked& a, const Ranked& b) const {
    if (a.key != b.key) return (a.key < b.key) != descending;
    if (a.more != b.more) return (a.more < b.more) != descending;
    if (a.whole && b.whole && a.id != b.id) return a.id < b.id;
    return comes_before(a.placed->place(), b.placed->place(), descending);
  }
};

// Takes from the front of the list whose front comes first, until all are empty.
std::vector<Hit> merged(const std::vector<std::vector<Ranked>>& orders, const Before& before) {
  std::vector<std::pair<const Ranked*, const Ranked*>> rests;
  std::size_t count = 0;
  for (const auto& order : orders) {
    count += order.size();
    if (!order.empty()) rests.emplace_back(order.data(), order.data() + order.size());
  }
  std::vector<Hit> hits;
  hits.reserve(count);
  while (!rests.empty()) {
    const auto first =
        std::min_element(rests.begin(), rests.end(),
                         [&](const auto& a, const auto& b) { return before(*a.first, *b.first); });
    hits.push_back(std::move(first->first->placed->hit));
    if (++first->first == first->second) rests.erase(first);
  }
  return hits;
}

}  // namespace

std::vector<Hit> in_order(Lists lists, bool descending) {
  const Glance glance = glance_of(lists);
  const Before before{descending};
  std::vector<std::vector<Ranked>> orders(lists.size());
  in_parallel(lists.size(), [&](std::size_t i) {
    orders[i].reserve(lists[i].size());
    for (Placed& placed : lists[i]) orders[i].push_back(rank(placed, glance));
    std::sort(orders[i].begin(), orders[i].end(), before);
  });
  return merged(orders, before);
}

}  // namespace habilitd::scim
