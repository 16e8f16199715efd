// Reading and writing single JSON strings (RFC 8259 section 7), for the places that work on text
// instead of a tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace habilitd::scim {

// The characters of a JSON string; `inner` stands between the quotes. None: a bad escape, a lone
// surrogate, U+0000 or a bare control character.
std::optional<std::string> unescape_json(std::string_view inner);

// Appends the quoted, escaped string. Bytes that are not UTF-8 are the caller's to keep out.
void append_json_string(std::string& out, std::string_view text);

}  // namespace habilitd::scim
