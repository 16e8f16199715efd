// Puts what a query selected in its order.
#pragma once

#include <vector>

#include "ldap/mirror.h"
#include "scim/order.h"

namespace habilitd::scim {

struct Hit {
  ldap::RecordPtr record;
  std::size_t part = 0;  // of the query
};

struct Placed {
  SortKey key;
  Hit hit;
  PlaceView place() const { return {key, hit.record->id(), hit.part}; }
};

// All of them in one order; each of the lists is sorted by a thread of its own.
std::vector<Hit> in_order(std::vector<std::vector<Placed>> lists, bool descending);

}  // namespace habilitd::scim
