// Unicode rules used everywhere: validity, normal forms, search keys. utf8proc underneath.
#pragma once

#include <string>
#include <string_view>

namespace habilitd {

// Well-formed UTF-8 without U+0000.
bool is_valid_utf8(std::string_view);

// May be shown and stored as a person's or a thing's name: valid UTF-8, no control, format,
// bidirectional, surrogate, private-use or unassigned character, not only white space.
bool is_presentable(std::string_view);

// Invalid UTF-8 comes back unchanged.
std::string nfc(std::string_view);
// Case-insensitive equality key (NFC, full case folding). Invalid UTF-8 folds byte by byte.
std::string fold(std::string_view);
// Search and sort key: folded, accents removed, compatibility forms and the ligatures oe and ae
// spelled out, typographic apostrophes made plain, invisible characters dropped, runs of white
// space (no-break spaces too) to one space, trimmed.
std::string search_key(std::string_view);

std::string ascii_lower(std::string_view);
std::string_view trim(std::string_view);  // ASCII white space

}  // namespace habilitd
