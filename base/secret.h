// A password, token or key: wiped when destroyed, cannot be printed or logged by accident.
#pragma once

#include <string>
#include <string_view>

namespace habilitd {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret();
  Secret(Secret&&) noexcept;
  Secret& operator=(Secret&&) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  bool empty() const { return value_.empty(); }
  // The one way to the characters. Do not store what it returns.
  std::string_view reveal() const { return value_; }
  Secret copy() const { return Secret(value_); }

 private:
  std::string value_;
};

}  // namespace habilitd
