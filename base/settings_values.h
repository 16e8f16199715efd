// The small value grammars of the settings file, for settings.cc and the checks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace habilitd {

std::optional<long long> number_in(std::string_view);
std::optional<bool> flag_in(std::string_view);  // yes | no
// "250ms", "5s", "30min", "8h", "90d"; not negative, no blanks.
std::optional<long long> milliseconds_in(std::string_view);

// The word that `text` is most likely a misspelling of, or "".
std::string nearest(std::string_view text, const std::vector<std::string>& words);

// In quotes, cut when long: for messages.
std::string shown(std::string_view);

}  // namespace habilitd
