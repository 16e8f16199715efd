// A walk over many entries waits mostly for memory: it is asked early for what comes next.
#pragma once

#include "ldap/mirror.h"

namespace habilitd::scim {

inline constexpr std::size_t kAhead = 8;

// `node(k)`: the entry of the walk's step k, of `steps`. The walk is at step i.
template <class Node>
void expect_records(const ldap::Mirror::View& view, std::size_t i, std::size_t steps,
                    const Node& node) {
  for (int away = 1; away <= 3; ++away) {
    const std::size_t ahead = i + static_cast<std::size_t>(away) * kAhead;
    if (ahead < steps) view.expect(node(ahead), away);
  }
}

}  // namespace habilitd::scim
