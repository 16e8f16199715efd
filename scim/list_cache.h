// What lists keep from one request to the next; all of it follows the directory and may go at any
// time.
#pragma once

#include "scim/columns.h"
#include "scim/kept_orders.h"

namespace habilitd::scim {

struct ListCache {
  KeptOrders orders;
  Columns columns;
};

}  // namespace habilitd::scim
