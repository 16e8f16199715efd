// Which language a page is shown in.
#pragma once

#include <optional>
#include <string_view>

#include "portal/texts.h"

namespace habilitd::portal {

// "fr", "en", "en-GB", ...: the primary subtag decides (RFC 5646). Nothing for other languages.
std::optional<Language> parse_language(std::string_view tag);
// The first language we have, by weight (RFC 9110 section 12.5.4); nothing when none fits.
std::optional<Language> accepted_language(std::string_view accept_language);

}  // namespace habilitd::portal
