// A cursor over ASCII text for the small fixed grammars of this folder (dates, periods).
#pragma once

#include <string_view>

namespace habilitd {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool at_digit() const { return !done() && rest_.front() >= '0' && rest_.front() <= '9'; }

  bool take(char wanted) {
    if (done() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool digit(int& out) {
    if (!at_digit()) return false;
    out = rest_.front() - '0';
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits.
  bool digits(int count, int& out) {
    out = 0;
    for (int one = 0; count > 0; --count) {
      if (!digit(one)) return false;
      out = out * 10 + one;
    }
    return true;
  }

 private:
  std::string_view rest_;
};

}  // namespace habilitd
