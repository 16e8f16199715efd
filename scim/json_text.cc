#include "scim/json_text.h"

#include <cstdint>

namespace habilitd::scim {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hex digits at the front of `rest`, which moves on.
std::optional<std::uint32_t> take_hex4(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(rest[static_cast<std::size_t>(i)]);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  rest.remove_prefix(4);
  return value;
}

std::optional<std::uint32_t> take_code_point(std::string_view& rest) {
  auto unit = take_hex4(rest);
  if (!unit || *unit == 0 || (*unit >= 0xDC00 && *unit <= 0xDFFF)) return std::nullopt;
  if (*unit < 0xD800 || *unit > 0xDBFF) return unit;
  if (rest.substr(0, 2) != "\\u") return std::nullopt;
  rest.remove_prefix(2);
  const auto low = take_hex4(rest);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  return 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6));
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// The character that a one-letter escape stands for, 0 for none.
char simple_escape(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

std::optional<std::string> unescape_json(std::string_view inner) {
  std::string out;
  out.reserve(inner.size());
  while (!inner.empty()) {
    const char c = inner.front();
    inner.remove_prefix(1);
    if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
    if (c != '\\') {
      out.push_back(c);
      continue;
    }
    if (inner.empty()) return std::nullopt;
    const char letter = inner.front();
    inner.remove_prefix(1);
    if (letter == 'u') {
      const auto point = take_code_point(inner);
      if (!point) return std::nullopt;
      append_utf8(out, *point);
    } else if (const char plain = simple_escape(letter)) {
      out.push_back(plain);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t clean = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else {
      out.append("\\u00");
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  out.append(text, clean, std::string_view::npos);
  out.push_back('"');
}

}  // namespace habilitd::scim
