// One JSON line per event on a file descriptor: {"time","level","event",...fields}. Every event id
// is explained in docs/log-events.md (a test compares). Ids only: no secrets, no personal data.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace habilitd {

struct LogField {
  std::string_view name;
  std::variant<std::string, long long, bool> value;
};

class Log {
 public:
  enum class Level { kDebug, kInfo, kWarn, kError };
  // `fd` stays the caller's. Lines are written with one write(2), so threads do not mix.
  explicit Log(int fd, Level least = Level::kInfo) : fd_(fd), least_(least) {}

  void debug(std::string_view event, std::initializer_list<LogField> f = {}) {
    write(Level::kDebug, event, f);
  }
  void info(std::string_view event, std::initializer_list<LogField> f = {}) {
    write(Level::kInfo, event, f);
  }
  void warn(std::string_view event, std::initializer_list<LogField> f = {}) {
    write(Level::kWarn, event, f);
  }
  void error(std::string_view event, std::initializer_list<LogField> f = {}) {
    write(Level::kError, event, f);
  }

 private:
  void write(Level, std::string_view event, std::initializer_list<LogField>);
  int fd_;
  Level least_;
};

}  // namespace habilitd
