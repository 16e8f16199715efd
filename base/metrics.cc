#include "base/metrics.h"

#include <charconv>
#include <cmath>

namespace habilitd {

namespace {

// Counts as whole numbers, the rest as the shortest text that reads back to the same value.
std::string number_text(double value) {
  constexpr double kMostExact = 9007199254740992.0;  // 2^53
  char text[64];
  const auto end = value == std::trunc(value) && std::fabs(value) < kMostExact
                       ? std::to_chars(text, text + sizeof text, static_cast<long long>(value))
                       : std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}

}  // namespace

double& Metrics::value_of(Families& families, std::string_view name, std::string_view labels,
                          bool counter) {
  auto family = families.find(name);
  if (family == families.end()) {
    family = families.try_emplace(std::string(name), Family{counter, {}}).first;
  }
  auto& values = family->second.values;
  auto series = values.find(labels);
  if (series == values.end()) series = values.try_emplace(std::string(labels), 0).first;
  return series->second;
}

void Metrics::count(std::string_view name, std::string_view labels, double by) {
  families_.with([&](Families& all) { value_of(all, name, labels, true) += by; });
}

void Metrics::set(std::string_view name, std::string_view labels, double value) {
  families_.with([&](Families& all) { value_of(all, name, labels, false) = value; });
}

std::string Metrics::text() const {
  return families_.with([](const Families& all) {
    std::string out;
    for (const auto& [name, family] : all) {
      out += "# TYPE " + name + (family.counter ? " counter\n" : " gauge\n");
      for (const auto& [labels, value] : family.values) {
        out += name;
        if (!labels.empty()) out += '{' + labels + '}';
        out += ' ' + number_text(value) + '\n';
      }
    }
    return out;
  });
}

}  // namespace habilitd
