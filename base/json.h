// The one gate for JSON from outside (RFC 8259). nlohmann keeps the last of repeated keys, crashes
// when it copies very deep values and throws on bad UTF-8; nothing that has not passed here is
// parsed.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.h"

namespace habilitd {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t max_bytes = 1 << 20;
  std::size_t max_depth = 32;
  std::size_t max_values = 100000;
  std::size_t max_string = 256 * 1024;
};

// Errors: kInvalid, reason json-syntax | json-encoding | json-repeated-key (without regard to case)
// | json-number (not finite); kTooLarge, reason json-size | json-depth | json-values | json-string.
// detail names the byte offset or the key.
Result<Json> parse_json(std::string_view text, const JsonLimits& = {});

// Compact text. Never throws: bytes that are not UTF-8 are replaced.
std::string dump(const Json&);

}  // namespace habilitd
