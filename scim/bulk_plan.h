// In which order bulk operations run when some refer to what others create.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

namespace habilitd::scim {

struct BulkStep {
  std::size_t operation = 0;
  bool links = false;  // adds to what the operation has made the references left out then
};

struct BulkPlan {
  std::vector<BulkStep> steps;
  // By operation: those it refers to that are made after it, because they refer to it in turn.
  std::vector<std::set<std::size_t>> later;
};

// `needs[i]`: the operations whose resources operation i refers to. The order of the list is kept
// except that what is needed comes first.
BulkPlan plan_bulk(const std::vector<std::vector<std::size_t>>& needs);

}  // namespace habilitd::scim
