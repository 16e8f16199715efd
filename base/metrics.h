// Counters and duration sums in Prometheus text format 0.0.4. One registry, handed down by
// reference.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace habilitd {

class Metrics {
 public:
  // `labels` is written as it will appear, e.g. route="users",status="200"; names and label sets
  // are fixed by code, never taken from input.
  void count(std::string_view name, std::string_view labels = {}, double by = 1);
  void set(std::string_view name, std::string_view labels, double value);
  // Families by name, series by labels; the content type is "text/plain; version=0.0.4".
  std::string text() const;

 private:
  struct Family {
    bool counter = false;
    std::map<std::string, double, std::less<>> values;  // by labels
  };
  using Families = std::map<std::string, Family, std::less<>>;
  static double& value_of(Families&, std::string_view name, std::string_view labels, bool counter);
  Guarded<Families> families_;
};

}  // namespace habilitd
