#include "base/url.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace habilitd {

namespace {

constexpr std::size_t kMostTarget = 8 * 1024;

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// ASCII controls and their Latin-1 sisters U+0080 to U+009F. Precondition: valid UTF-8.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) return true;
    if (text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Empty when a percent sign is not followed by two hexadecimal digits, or when the bytes are not
// valid UTF-8 without NUL.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += c;
  }
  if (!is_valid_utf8(out)) return std::nullopt;
  return out;
}

Error bad_target(std::string detail) { return invalid("bad-target", std::move(detail)); }

// The name=value pieces of a query or form, in order; empty pieces are skipped (WHATWG URL, 5.1).
std::optional<Pairs> read_pairs(std::string_view text) {
  Pairs out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto name = decode(piece.substr(0, equals), true);
    auto value = decode(piece.substr(std::min(equals + 1, piece.size())), true);
    if (!name || !value) return std::nullopt;
    out.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

// One decoded segment, or why it is refused.
Result<std::string> read_segment(std::string_view raw) {
  auto segment = decode(raw, false);
  if (!segment) return bad_target("bad percent sign, NUL or invalid UTF-8 in the path");
  if (segment->empty()) return bad_target("empty segment in the path");
  if (*segment == "." || *segment == "..") return bad_target("dot segment in the path");
  if (segment->find_first_of("/\\") != std::string::npos) return bad_target("slash in a segment");
  if (has_control(*segment)) return bad_target("control character in the path");
  return *std::move(segment);
}

// Precondition: `raw` begins with "/".
Status read_path(std::string_view raw, Target& target) {
  for (raw.remove_prefix(1); !raw.empty();) {
    const std::size_t end = std::min(raw.find('/'), raw.size());
    auto segment = read_segment(raw.substr(0, end));
    if (!segment) return segment.error();
    target.trailing_slash = end + 1 == raw.size();
    raw.remove_prefix(std::min(end + 1, raw.size()));
    target.path += '/';
    target.path += *segment;
    target.segments.push_back(*std::move(segment));
  }
  if (target.segments.empty() || target.trailing_slash) target.path += '/';
  return done();
}

}  // namespace

Result<Target> parse_target(std::string_view raw) {
  if (raw.size() > kMostTarget) return bad_target("longer than 8 KiB");
  if (!raw.starts_with('/')) return bad_target("not in origin form");
  const auto refused = [](char c) { return c == '#' || c == ' ' || is_control(c); };
  if (std::any_of(raw.begin(), raw.end(), refused)) return bad_target("space, control or #");
  const std::size_t mark = std::min(raw.find('?'), raw.size());
  Target target;
  if (auto path = read_path(raw.substr(0, mark), target); !path) return path.error();
  auto query = read_pairs(raw.substr(std::min(mark + 1, raw.size())));
  if (!query) return bad_target("bad percent sign, NUL or invalid UTF-8 in the query");
  target.query = *std::move(query);
  return target;
}

Result<Pairs> parse_form(std::string_view body, std::size_t max_fields) {
  // Counted before anything is decoded: a body of ampersands must not cost memory.
  const auto separators = std::count(body.begin(), body.end(), '&');
  if (static_cast<std::size_t>(separators) >= max_fields) {
    return Error{Errc::kTooLarge, "form-fields", "more than " + std::to_string(max_fields)};
  }
  auto fields = read_pairs(body);
  if (!fields) return invalid("bad-form", "bad percent sign, NUL or invalid UTF-8");
  std::vector<std::string_view> names;
  names.reserve(fields->size());
  for (const auto& [name, value] : *fields) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return invalid("repeated-field", std::string(*twice));
  return *std::move(fields);
}

std::string encode_component(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

std::string encode_query(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += encode_component(name) + '=' + encode_component(value);
  }
  return out;
}

const std::string* find(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace habilitd
