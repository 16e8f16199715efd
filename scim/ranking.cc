#include "scim/ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>

#include "base/parallel.h"

namespace habilitd::scim {
namespace {

// How places are compared at a glance: by 16 bytes of text or by a number, then by 8 bytes of id.
enum class Glance { kTexts, kNumbers, kNone };
constexpr std::size_t kGlance = 16;  // bytes

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
  std::uint64_t first = 0;  // the key before any look further on
  Placed* placed = nullptr;
  bool whole = true;  // `key` and `more` are all that is left of the key
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

// What stands in the text from `skipped` on.
void look_at_text(Ranked& ranked, std::size_t skipped) {
  const std::string& text = ranked.placed->key.text;
  ranked.key = big_endian(text, skipped);
  ranked.more = big_endian(text, skipped + kGlance / 2);
  ranked.whole = text.size() <= skipped + kGlance;
}

Ranked rank(Placed& placed, Glance glance) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  Ranked ranked;
  ranked.placed = &placed;
  ranked.id = big_endian(std::bit_cast<std::array<std::uint8_t, 16>>(placed.id), 0);
  if (placed.key.missing) {
    ranked.key = ranked.more = kLast;
  } else if (glance == Glance::kNumbers) {
    ranked.key = ordered(placed.key.number);
  } else {
    look_at_text(ranked, 0);
  }
  ranked.first = ranked.key;
  return ranked;
}

bool comes_before(const Ranked& a, const Ranked& b, bool descending) {
  return comes_before(a.placed->place(), b.placed->place(), descending);
}

// Texts that are longer and alike so far stay as they are.
struct BeforeAtAGlance {
  bool descending;
  bool operator()(const Ranked& a, const Ranked& b) const {
    if (a.key != b.key) return (a.key < b.key) != descending;
    if (a.more != b.more) return (a.more < b.more) != descending;
    if (a.whole != b.whole) return a.whole != descending;
    if (!a.whole) return false;
    return a.id != b.id ? a.id < b.id : comes_before(a, b, descending);
  }
};

// Those alike so far are told apart by what comes next in their texts.
void sort_by_texts(std::span<Ranked> order, std::size_t skipped, bool descending) {
  std::sort(order.begin(), order.end(), BeforeAtAGlance{descending});
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end = std::find_if(begin, order.end(), [&](const Ranked& each) {
      return each.whole || each.key != begin->key || each.more != begin->more;
    });
    const std::span<Ranked> alike(begin, end);
    begin = end == begin ? end + 1 : end;
    if (alike.size() < 2) continue;
    for (Ranked& each : alike) look_at_text(each, skipped + kGlance);
    sort_by_texts(alike, skipped + kGlance, descending);
  }
}

void sort_all(std::vector<Ranked>& order, Glance glance, bool descending) {
  if (glance != Glance::kNone) return sort_by_texts(order, 0, descending);
  std::sort(order.begin(), order.end(), [descending](const Ranked& a, const Ranked& b) {
    return comes_before(a, b, descending);
  });
}

// Takes from the front of the list whose front comes first, until all are empty.
std::vector<Hit> merged(const std::vector<std::vector<Ranked>>& orders, Glance glance,
                        bool descending) {
  std::vector<std::pair<const Ranked*, const Ranked*>> rests;
  std::size_t count = 0;
  for (const auto& order : orders) {
    count += order.size();
    if (!order.empty()) rests.emplace_back(order.data(), order.data() + order.size());
  }
  const auto before = [&](const auto& one, const auto& two) {
    const Ranked &a = *one.first, &b = *two.first;
    if (glance != Glance::kNone && a.first != b.first) return (a.first < b.first) != descending;
    if (glance == Glance::kNumbers && a.id != b.id) return a.id < b.id;
    return comes_before(a, b, descending);
  };
  std::vector<Hit> hits;
  hits.reserve(count);
  while (!rests.empty()) {
    const auto first = std::min_element(rests.begin(), rests.end(), before);
    hits.push_back(first->first->placed->hit);
    if (++first->first == first->second) rests.erase(first);
  }
  return hits;
}

}  // namespace

std::vector<Hit> in_order(Lists lists, bool descending) {
  const Glance glance = glance_of(lists);
  std::vector<std::vector<Ranked>> orders(lists.size());
  in_parallel(lists.size(), [&](std::size_t i) {
    orders[i].reserve(lists[i].size());
    for (Placed& placed : lists[i]) orders[i].push_back(rank(placed, glance));
    sort_all(orders[i], glance, descending);
  });
  return merged(orders, glance, descending);
}

}  // namespace habilitd::scim
