#include "scim/filter_scanner.h"

#include "scim/schema.h"

namespace habilitd::scim {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '$' || c == '.' || c == ':';
}
bool is_plain_value_char(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '+' || c == '.';
}

}  // namespace

void FilterScanner::skip_spaces() {
  while (!at_end() && text_[position_] == ' ') ++position_;
}

bool FilterScanner::take(char expected) {
  if (peek() != expected || at_end()) return false;
  ++position_;
  return true;
}

std::string_view FilterScanner::name() {
  const std::size_t start = position_;
  while (!at_end() && is_name_char(text_[position_])) ++position_;
  return text_.substr(start, position_ - start);
}

bool FilterScanner::take_word(std::string_view word) {
  if (!same_name(text_.substr(position_, word.size()), word)) return false;
  const std::size_t after = position_ + word.size();
  if (after < text_.size() && is_name_char(text_[after])) return false;
  position_ = after;
  return true;
}

std::string_view FilterScanner::raw_value() {
  const std::size_t start = position_;
  if (peek() != '"') {
    while (!at_end() && is_plain_value_char(text_[position_])) ++position_;
    return text_.substr(start, position_ - start);
  }
  for (++position_; !at_end(); ++position_) {
    if (text_[position_] == '\\') {
      ++position_;
    } else if (text_[position_] == '"') {
      ++position_;
      return text_.substr(start, position_ - start);
    }
  }
  position_ = start;
  return {};
}

Error FilterScanner::error(std::string_view what) const {
  return invalid("invalidFilter",
                 "At character " + std::to_string(position_ + 1) + ": " + std::string(what) + ".");
}

}  // namespace habilitd::scim
