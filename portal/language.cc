#include "portal/language.h"

#include <algorithm>

#include "base/text.h"

namespace habilitd::portal {
namespace {

// "0.8" -> 800; what cannot be read weighs nothing.
int weight_of(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == parameters.npos) return 1000;
  int weight = 0, scale = 1000;
  for (const char c : parameters.substr(q + 2)) {
    if (c == '.' && scale == 100) continue;
    if (c < '0' || c > '9' || scale == 0) break;
    weight += (c - '0') * scale;
    scale /= 10;
  }
  return std::min(weight, 1000);
}

}  // namespace

std::optional<Language> parse_language(std::string_view tag) {
  const std::string primary = ascii_lower(tag.substr(0, tag.find('-')));
  if (primary == "fr") return Language::kFrench;
  if (primary == "en") return Language::kEnglish;
  return std::nullopt;
}

std::optional<Language> accepted_language(std::string_view accept) {
  std::optional<Language> best;
  int best_weight = 0;
  accept = accept.substr(0, 500);
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    const std::string_view range = trim(accept.substr(0, end));
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const std::size_t tag_end = std::min(range.find(';'), range.size());
    const auto language = parse_language(trim(range.substr(0, tag_end)));
    const int weight = weight_of(range.substr(tag_end));
    if (language && weight > best_weight) best = language, best_weight = weight;
  }
  return best;
}

}  // namespace habilitd::portal
