// What is tried before the program serves, and by `habilitd check`: the machine's side of the
// settings.
#pragma once

#include <string>
#include <vector>

#include "fastcgi/configuration.h"

namespace habilitd::fastcgi {

struct Finding {
  enum class Grade {
    kFine,
    kDegraded,  // serves, but says so (/health/ready)
    kFatal      // refuses to start
  };
  Grade grade = Grade::kFine;
  std::string what;    // "mail.sendmail"
  std::string text;    // what was found
  std::string remedy;  // what to do; empty when all is well
};

// Clock, paths, sendmail. Changes nothing.
std::vector<Finding> test_machine(const Configuration&);
// Policies load and pass their own tests.
std::vector<Finding> test_policies(const Configuration&);
// Each identity can sign in to the directory, and the tree is there. A directory that does not
// answer is degraded, not fatal: the program waits for it.
std::vector<Finding> test_directory(const Configuration&);

std::vector<Finding> test_everything(const Configuration&);
bool is_fatal(const std::vector<Finding>&);
std::string line_of(const Finding&);

}  // namespace habilitd::fastcgi
