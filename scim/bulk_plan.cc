#include "scim/bulk_plan.h"

#include <algorithm>

namespace habilitd::scim {
namespace {

// Depth first, with a stack of its own: a client may chain as many operations as it may send.
class Planner {
 public:
  explicit Planner(const std::vector<std::vector<std::size_t>>& needs)
      : needs_(needs), depth_(needs.size(), kUnseen), linked_after_(needs.size()) {
    plan_.later.resize(needs.size());
  }

  BulkPlan run() {
    for (std::size_t i = 0; i < needs_.size(); ++i) {
      if (depth_[i] == kUnseen) visit(i);
    }
    return std::move(plan_);
  }

 private:
  static constexpr std::size_t kUnseen = static_cast<std::size_t>(-1), kDone = kUnseen - 1;
  struct Open {
    std::size_t operation, next = 0;  // which of its needs is looked at next
  };

  void visit(std::size_t first) {
    open(first);
    while (!open_.empty()) {
      Open& top = open_.back();
      const auto& needs = needs_[top.operation];
      if (top.next == needs.size()) {
        close();
        continue;
      }
      const std::size_t need = needs[top.next++];
      if (depth_[need] == kUnseen) {
        open(need);
      } else if (depth_[need] != kDone) {
        plan_.later[top.operation].insert(need);
      }
    }
  }

  void open(std::size_t operation) {
    depth_[operation] = open_.size();
    open_.push_back({operation});
  }

  void close() {
    const std::size_t operation = open_.back().operation;
    plan_.steps.push_back({operation, false});
    // What was left out can be added when the outermost of those it needs is there.
    const auto& later = plan_.later[operation];
    if (!later.empty()) {
      const std::size_t outermost =
          *std::min_element(later.begin(), later.end(),
                            [&](std::size_t a, std::size_t b) { return depth_[a] < depth_[b]; });
      linked_after_[outermost].push_back(operation);
    }
    for (const std::size_t each : linked_after_[operation]) plan_.steps.push_back({each, true});
    depth_[operation] = kDone;
    open_.pop_back();
  }

  const std::vector<std::vector<std::size_t>>& needs_;
  std::vector<std::size_t> depth_;
  std::vector<std::vector<std::size_t>> linked_after_;
  std::vector<Open> open_;
  BulkPlan plan_;
};

}  // namespace

BulkPlan plan_bulk(const std::vector<std::vector<std::size_t>>& needs) {
  return Planner(needs).run();
}

}  // namespace habilitd::scim
