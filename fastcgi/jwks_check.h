// For `habilitd check`: can the IAM's keys be fetched and used? `serve` does not wait for the IAM;
// it fetches in the background and logs jwks.failed.
#pragma once

#include <vector>

#include "fastcgi/self_test.h"

namespace habilitd::fastcgi {

// Nothing when JWTs are off. An IAM that does not answer is degraded, not fatal: the program goes
// on trying.
std::vector<Finding> test_jwks(const Configuration&);

}  // namespace habilitd::fastcgi
