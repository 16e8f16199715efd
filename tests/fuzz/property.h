// What a fuzz target checks besides not crashing. Aborts, so that libFuzzer keeps the input; also
// in builds without assert().
#pragma once

#include <cstdio>
#include <cstdlib>

namespace habilitd::tests {

inline void property(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", what);
  std::abort();
}

}  // namespace habilitd::tests
