// Puts what a query selected in its order.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ldap/mirror.h"
#include "scim/order.h"

namespace habilitd::scim {

// A resource that was found, by its entry's number in the mirror: as long as the picture is the
// same.
struct Hit {
  ldap::NodeId node = 0;
  std::uint32_t part = 0;  // of the query
  bool operator==(const Hit&) const = default;
};

struct Placed {
  SortKey key;
  EntryUuid id;
  Hit hit;
  PlaceView place() const { return {key, id, hit.part}; }
};

// All of them in one order; each of the lists is sorted by a thread of its own.
std::vector<Hit> in_order(std::vector<std::vector<Placed>> lists, bool descending);

}  // namespace habilitd::scim
