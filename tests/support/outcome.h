// How tests name what a Result holds.
#pragma once

#include <string>

#include "base/result.h"

namespace habilitd::tests {

// "" when it went well, else the error's reason.
template <class T>
std::string reason_of(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().reason;
}

}  // namespace habilitd::tests
