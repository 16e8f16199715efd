#include "base/settings_values.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "base/settings.h"
#include "base/text.h"

namespace habilitd {

namespace {

constexpr std::pair<std::string_view, long long> kUnits[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

// Levenshtein's distance, bytes as letters.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

Error bad_value(std::string must) { return invalid("setting-value", "must be " + std::move(must)); }

}  // namespace

std::optional<long long> number_in(std::string_view text) {
  long long value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> flag_in(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return std::nullopt;
}

std::optional<long long> milliseconds_in(std::string_view text) {
  const std::size_t split = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = number_in(text.substr(0, split));
  if (!count) return std::nullopt;
  for (const auto& [unit, size] : kUnits) {
    if (unit != text.substr(split)) continue;
    if (*count > std::numeric_limits<long long>::max() / size) return std::nullopt;
    return *count * size;
  }
  return std::nullopt;
}

std::string nearest(std::string_view text, const std::vector<std::string>& words) {
  constexpr std::size_t kLongest = 100;  // the distance costs the product of the lengths
  if (text.size() > kLongest) return {};
  const std::string folded = ascii_lower(text);
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, text.size() / 4) + 1;
  for (const std::string& word : words) {
    const std::size_t apart = distance(folded, word);
    if (apart >= best_distance || apart >= word.size()) continue;
    best_distance = apart;
    best = word;
  }
  return best;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 60;
  if (!is_valid_utf8(text)) return "(not UTF-8)";
  std::size_t size = std::min(text.size(), kMost);
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return '"' + std::string(text.substr(0, size)) + (size < text.size() ? "...\"" : "\"");
}

std::function<Status(std::string_view)> check_number(long long least, long long most) {
  return [=](std::string_view text) -> Status {
    const auto value = number_in(text);
    if (value && *value >= least && *value <= most) return done();
    return bad_value("a whole number from " + std::to_string(least) + " to " +
                     std::to_string(most));
  };
}

Status check_flag(std::string_view text) {
  if (flag_in(text)) return done();
  return bad_value("yes or no");
}

Status check_duration(std::string_view text) {
  if (milliseconds_in(text)) return done();
  return bad_value("a duration such as 250ms, 5s, 30min, 8h or 90d");
}

std::function<Status(std::string_view)> check_one_of(std::vector<std::string> words) {
  return [words = std::move(words)](std::string_view text) -> Status {
    std::string all;
    for (const std::string& word : words) {
      if (word == text) return done();
      all += (all.empty() ? "" : ", ") + word;
    }
    const std::string near = nearest(text, words);
    return bad_value("one of " + all + (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  };
}

}  // namespace habilitd
