#include "scim/kept_orders.h"

#include <algorithm>
#include <set>

#include "base/turns.h"

namespace habilitd::scim {
namespace {

constexpr std::size_t kMostOrders = 64, kMostHits = 1'000'000, kMostOfEverybody = 4;
// Above this, making the result anew is quicker than following.
constexpr std::size_t kMostSteps = 256;

}  // namespace

void KeptOrder::insert(Selector& selector, ldap::NodeId node) {
  for (std::size_t part = 0; part < selector.query().parts.size(); ++part) {
    const auto place = selector.select(part, node);
    if (!place) continue;
    const auto behind = std::partition_point(hits_.begin(), hits_.end(), [&](const Hit& hit) {
      return comes_before(selector.place(hit), *place, selector.query().descending);
    });
    hits_.insert(behind, {node, static_cast<std::uint32_t>(part)});
  }
}

// Whatever changed is taken out, and put in where it belongs now. False: it has to be made anew.
bool KeptOrder::follow(Selector& selector) {
  if (!selector.looks_at_records_only()) return false;
  const auto changes = selector.view().changes_since(at_);
  if (!changes || changes->size() > kMostSteps) return false;
  std::set<ldap::NodeId> changed;
  for (const auto& [before, after] : *changes) {
    if (before) changed.insert(before->node());
    if (after) changed.insert(after->node());
  }
  std::erase_if(hits_, [&](const Hit& hit) { return changed.contains(hit.node); });
  for (const ldap::NodeId node : changed) insert(selector, node);
  return true;
}

Status KeptOrder::catch_up(Selector& selector) {
  const auto now = selector.view().position();
  if (at_ == now) return done();
  if (!follow(selector)) {
    auto made = selector.find_all();
    if (!made) return made.error();
    hits_ = *std::move(made);
  }
  at_ = now;
  size_ = hits_.size();
  return done();
}

Status KeptOrder::with(Selector& selector, const Use& use) {
  {
    const auto lock = patient_lock(mutex_);
    if (auto ok = catch_up(selector); !ok) return ok;
  }
  use(hits_);
  return done();
}

std::shared_ptr<KeptOrder> KeptOrders::get(const std::string& key) {
  return table_.with([&](Table& table) {
    Kept& kept = table.orders[key];
    kept.used = ++table.uses;
    return kept.order;
  });
}

std::shared_ptr<KeptOrder> KeptOrders::find(const std::string& key) {
  return table_.with([&](Table& table) -> std::shared_ptr<KeptOrder> {
    const auto kept = table.orders.find(key);
    if (kept == table.orders.end()) return nullptr;
    kept->second.used = ++table.uses;
    return kept->second.order;
  });
}

void KeptOrders::trim() {
  table_.with([](Table& table) {
    std::size_t hits = 0, longest = 0;
    for (const auto& [key, kept] : table.orders) {
      hits += kept.order->size();
      longest = std::max(longest, kept.order->size());
    }
    const std::size_t most = std::max(kMostHits, kMostOfEverybody * longest);
    while (table.orders.size() > 1 && (hits > most || table.orders.size() > kMostOrders)) {
      const auto oldest = std::min_element(
          table.orders.begin(), table.orders.end(),
          [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
      hits -= std::min(hits, oldest->second.order->size());
      table.orders.erase(oldest);
    }
  });
}

}  // namespace habilitd::scim
