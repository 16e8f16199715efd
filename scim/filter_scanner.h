// The words of a filter: names, operators, values. Used by the filter and path parsers only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace habilitd::scim {

class FilterScanner {
 public:
  explicit FilterScanner(std::string_view text) : text_(text) {}

  void skip_spaces();
  bool at_end() const { return position_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[position_]; }
  bool take(char expected);  // no spaces skipped
  // An attribute path, maybe with a URN: letters, digits and "-_$.:"; empty when there is none.
  std::string_view name();
  // Looks at a word of letters (an operator) without regard to case; consumes it when it is the
  // one.
  bool take_word(std::string_view word);
  // A JSON value: string, number, true, false or null, as raw text; empty when there is none.
  std::string_view raw_value();

  Error error(std::string_view what) const;  // invalidFilter, with the position

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace habilitd::scim
