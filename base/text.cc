#include "base/text.h"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace habilitd {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// How many bytes at the front are ASCII; eight at a time, for this is on every path.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

bool is_ascii(std::string_view text) { return ascii_prefix(text) == text.size(); }

// Takes one character off the front; negative when the bytes are not well-formed UTF-8.
utf8proc_int32_t take(std::string_view& text) {
  utf8proc_int32_t point = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point);
  if (size <= 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(size));
  return point;
}

bool is_space(utf8proc_int32_t point) {
  if (point < 0x80) return is_ascii_space(static_cast<char>(point));
  const auto category = utf8proc_category(point);
  return point == 0x85 || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

bool is_forbidden(utf8proc_int32_t point) {
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

// Characters that leave no mark although they are letters or symbols (Hangul fillers, blank
// braille).
bool leaves_a_mark(utf8proc_int32_t point) {
  constexpr utf8proc_int32_t kBlankBraille = 0x2800;
  return !is_space(point) && point != kBlankBraille && !utf8proc_get_property(point)->ignorable;
}

// Precondition: well-formed UTF-8.
std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* raw = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &raw,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(raw, &std::free);
  if (size < 0) throw std::bad_alloc();  // the only failure left for well-formed input
  return std::string(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
}

// Lower case, runs of ASCII white space to one space, trimmed; other bytes as they are.
std::string ascii_search_key(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  for (const char c : text) {
    if (is_ascii_space(c)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += lower(c);
  }
  return out;
}

// What French keyboards cannot type although names and words are printed with it.
std::string_view spelled_out(utf8proc_int32_t point) {
  switch (point) {
    case 0x0153:
      return "oe";
    case 0x00E6:
      return "ae";
    case 0x2019:
      return "'";
    default:
      return {};
  }
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  if (!text.empty() && std::memchr(text.data(), 0, text.size()) != nullptr) return false;
  for (text.remove_prefix(ascii_prefix(text)); !text.empty();) {
    if (take(text) < 0) return false;
    text.remove_prefix(ascii_prefix(text));
  }
  return true;
}

bool is_presentable(std::string_view text) {
  if (!is_valid_utf8(text)) return false;
  bool visible = false;
  while (!text.empty()) {
    const auto point = take(text);
    if (is_forbidden(point)) return false;
    visible = visible || leaves_a_mark(point);
  }
  return visible;
}

std::string nfc(std::string_view text) {
  if (is_ascii(text) || !is_valid_utf8(text)) return std::string(text);
  return mapped(text, UTF8PROC_COMPOSE);
}

namespace {

// What most names here are made of: ASCII and composed letters U+00C0 to U+00FF, whose folded form
// is one letter of the same range (Unicode, CaseFolding.txt), but for sharp s. False: anything
// else.
bool fold_latin(std::string_view text, std::string& out) {
  out.resize(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    out[i] = lower(c);
    if (static_cast<unsigned char>(c) < 0x80) continue;
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    const bool letter = static_cast<unsigned char>(c) == 0xC3 && next >= 0x80 && next <= 0xBF &&
                        next != 0x9F;  // U+00DF
    if (!letter) return false;
    const bool capital = next <= 0x9E && next != 0x97;  // U+00D7 is a sign
    out[++i] = static_cast<char>(capital ? next + 0x20 : next);
  }
  return true;
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  if (fold_latin(text, out)) return out;
  if (is_ascii(text) || !is_valid_utf8(text)) return ascii_lower(text);
  return mapped(text, UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

std::string search_key(std::string_view text) {
  if (is_ascii(text) || !is_valid_utf8(text)) return ascii_search_key(text);
  const std::string bare = mapped(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                            UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
  std::string out;
  out.reserve(bare.size());
  bool gap = false;
  for (std::string_view rest = bare; !rest.empty();) {
    const std::string_view before = rest;
    const auto point = take(rest);
    if (is_space(point)) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    const auto spelled = spelled_out(point);
    out += spelled.empty() ? before.substr(0, before.size() - rest.size()) : spelled;
  }
  return out;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace habilitd
