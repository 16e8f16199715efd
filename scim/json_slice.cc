#include "scim/json_slice.h"

#include "scim/json_text.h"

namespace habilitd::scim {
namespace {

constexpr int kDeepest = 16;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void skip_spaces(std::string_view& rest) {
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
}

// Length of the string at the front, quotes included; 0 when it does not end.
std::size_t string_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

std::size_t word_length(std::string_view text) {
  const std::size_t end = text.find_first_of(" \t\n\r,]}:");
  return end == std::string_view::npos ? text.size() : end;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take_digits(std::string_view& rest) {
  const std::size_t before = rest.size();
  while (!rest.empty() && is_digit(rest.front())) rest.remove_prefix(1);
  return rest.size() < before;
}

// RFC 8259 section 6.
bool is_number(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  if (word.size() > 1 && word[0] == '0' && is_digit(word[1])) return false;
  if (!take_digits(word)) return false;
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    if (!take_digits(word)) return false;
  }
  if (word.starts_with('e') || word.starts_with('E')) {
    word.remove_prefix(1);
    if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
    if (!take_digits(word)) return false;
  }
  return word.empty();
}

bool check_value(std::string_view& rest, int depth);

bool check_string(std::string_view& rest) {
  const std::size_t length = rest.starts_with('"') ? string_length(rest) : 0;
  if (length == 0) return false;
  const std::string_view inner = rest.substr(1, length - 2);
  rest.remove_prefix(length);
  if (inner.find('\\') != std::string_view::npos) return unescape_json(inner).has_value();
  for (const char c : inner) {
    if (static_cast<unsigned char>(c) < 0x20) return false;
  }
  return true;
}

bool check_items(std::string_view& rest, int depth, bool object) {
  const char close = object ? '}' : ']';
  rest.remove_prefix(1);
  skip_spaces(rest);
  if (rest.starts_with(close)) {
    rest.remove_prefix(1);
    return true;
  }
  for (;;) {
    if (object) {
      skip_spaces(rest);
      if (!check_string(rest)) return false;
      skip_spaces(rest);
      if (!rest.starts_with(':')) return false;
      rest.remove_prefix(1);
    }
    if (!check_value(rest, depth + 1)) return false;
    skip_spaces(rest);
    if (rest.empty() || (rest.front() != ',' && rest.front() != close)) return false;
    const bool last = rest.front() == close;
    rest.remove_prefix(1);
    if (last) return true;
  }
}

bool check_value(std::string_view& rest, int depth) {
  skip_spaces(rest);
  if (rest.empty() || depth > kDeepest) return false;
  if (rest.front() == '{' || rest.front() == '[') {
    return check_items(rest, depth, rest.front() == '{');
  }
  if (rest.front() == '"') return check_string(rest);
  const std::string_view word = rest.substr(0, word_length(rest));
  rest.remove_prefix(word.size());
  return word == "true" || word == "false" || word == "null" || is_number(word);
}

// Length of the value at the front of well-formed text.
std::size_t value_length(std::string_view text) {
  if (text.front() == '"') return string_length(text);
  if (text.front() != '{' && text.front() != '[') return word_length(text);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i += string_length(text.substr(i)) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

std::optional<JsonSlice> JsonSlice::open(std::string_view text) {
  std::string_view rest = text;
  if (!check_value(rest, 0)) return std::nullopt;
  const std::size_t used = text.size() - rest.size();
  skip_spaces(rest);
  if (!rest.empty()) return std::nullopt;
  text = text.substr(0, used);
  skip_spaces(text);
  return JsonSlice(text);
}

bool JsonSlice::skip_to_item(std::string_view& rest) {
  skip_spaces(rest);
  if (rest.starts_with(',')) {
    rest.remove_prefix(1);
    skip_spaces(rest);
  }
  return rest.empty() || rest.front() == '}' || rest.front() == ']';
}

void JsonSlice::skip_colon(std::string_view& rest) {
  skip_spaces(rest);
  if (!rest.empty()) rest.remove_prefix(1);
  skip_spaces(rest);
}

JsonSlice JsonSlice::take(std::string_view& rest) {
  const std::size_t length = value_length(rest);
  const JsonSlice value(rest.substr(0, length));
  rest.remove_prefix(length);
  return value;
}

JsonSlice JsonSlice::member(std::string_view key) const {
  JsonSlice found;
  each_member([&](std::string_view name, JsonSlice value) {
    if (found.is_nothing() && name == key) found = value;
  });
  return found;
}

std::string_view JsonSlice::string(std::string& kept) const {
  if (!is_string()) return {};
  const std::string_view inner = text_.substr(1, text_.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return inner;
  kept = unescape_json(inner).value_or(std::string());
  return kept;
}

}  // namespace habilitd::scim
