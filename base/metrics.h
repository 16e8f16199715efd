// Counters and duration sums in Prometheus text format 0.0.4. One registry, handed down by reference.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace habilitd {

class Metrics {
 public:
  // `labels` is written as it will appear, e.g. route="users",status="200"; names and label sets are
  // fixed by code, never taken from input.
  void count(std::string_view name, std::string_view labels = {}, double by = 1);
  void set(std::string_view name, std::string_view labels, double value);
  std::string text() const;

 private:
  Guarded<std::map<std::string, std::map<std::string, double>>> series_;
};

}  // namespace habilitd
