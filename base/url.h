// Strict URL and form reading (RFC 3986, WHATWG form encoding), and the writers that match.
// Routing uses nothing but what parse_target() returns.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace habilitd {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Target {
  std::string path;                   // decoded, begins with "/"
  std::vector<std::string> segments;  // decoded, without the empty last one of a trailing slash
  bool trailing_slash = false;        // false for "/" itself
  Pairs query;                        // decoded, in order, repeated names kept
};

// Reads the raw request target (nginx's REQUEST_URI, origin form). Refused with kInvalid: another
// form, more than 8 KiB, %2F %5C %00 and control characters in the path, bad percent signs, invalid
// UTF-8, empty segments ("//"), "." and ".." segments, "#", raw spaces.
// The query is read as a form is, except that names may repeat. Reason: bad-target.
Result<Target> parse_target(std::string_view raw);

// application/x-www-form-urlencoded, at most `max_fields` fields; invalid UTF-8, NUL and bad
// percent signs refused (kInvalid, bad-form); each name at most once (kInvalid, repeated-field);
// more fields than that are kTooLarge, form-fields.
Result<Pairs> parse_form(std::string_view body, std::size_t max_fields = 200);

// Percent-encodes everything but unreserved characters.
std::string encode_component(std::string_view);
std::string encode_query(const Pairs&);

// The first value of a name, or nullptr.
const std::string* find(const Pairs&, std::string_view name);

}  // namespace habilitd
