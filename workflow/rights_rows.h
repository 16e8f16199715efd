// The lines of a manager's list, with what they are sorted and searched by. For this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workflow/rights_scope.h"

namespace habilitd::workflow {

// One line before its texts are made: cheap, for there may be ten thousand.
struct Row {
  const Structure* structure;  // of the rows' scope
  ldap::NodeId node;           // the person's, or of a pending row the request's
  std::string role;
  std::string name, mail;  // search keys
  std::string asked;       // of a pending row
};

struct Rows {
  ScopePtr scope;
  bool in_order = false;  // pending by when it was asked, active by name
  std::vector<Row> pending, active;
  std::size_t weight() const { return 1 + pending.size() + active.size(); }
};
using RowsPtr = std::shared_ptr<const Rows>;

// All rows of the actor's scope, those kept from before if no change concerned them. More than are
// worth keeping come in no order.
RowsPtr rows_of(Services&, const ldap::Mirror::View&, const Actor&, const std::string& application);

bool comes_before_pending(const Row&, const Row&);
bool comes_before_active(const Row&, const Row&);

}  // namespace habilitd::workflow
