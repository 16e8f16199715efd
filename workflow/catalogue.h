// The policies in force, one per application, loaded from `policies_dir`. A file that is broken, or
// that fails its own tests, never replaces the version before it: degraded() then says so.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "policies/policy.h"

namespace habilitd::workflow {

class Catalogue {
 public:
  Catalogue(std::string policies_dir, Log&);
  // Reads *.json (not *.tests.json) with their tests. At start-up an error is the caller's to
  // refuse; later (SIGHUP or a changed file, looked at every 2 s by tick()) the old version stays.
  Status load();
  void tick();
  policies::PolicyPtr policy(std::string_view application) const;  // null: none
  std::vector<policies::PolicyPtr> all() const;                    // by application
  // Problems of the last load, one line each; empty when all is well.
  std::vector<std::string> degraded() const;

 private:
  struct State {
    std::map<std::string, policies::PolicyPtr, std::less<>> by_application;
    std::vector<std::string> problems;
    std::string stamp;  // names, sizes and times of the files last read
  };
  std::string folder_;
  Log& log_;
  Guarded<State> state_;
};

}  // namespace habilitd::workflow
