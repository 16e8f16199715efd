// Finishes what a crash interrupted and repairs what is derived: effects left on request entries,
// the person's `habilitation` values. Runs at start and every minute; safe to run anywhere, any
// time.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace habilitd::workflow {

class Services;

struct Reconciled {
  std::size_t effects_finished = 0, values_repaired = 0;
  std::vector<std::string> problems;
};
// dry_run: says what it would do, changes nothing.
Result<Reconciled> reconcile(Services&, bool dry_run = false);

}  // namespace habilitd::workflow
