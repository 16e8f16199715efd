#include "base/log.h"

#include <unistd.h>

#include <cerrno>

#include "base/clock.h"
#include "base/text.h"

namespace habilitd {

namespace {

std::string_view level_name(Log::Level level) {
  switch (level) {
    case Log::Level::kDebug:
      return "debug";
    case Log::Level::kInfo:
      return "info";
    case Log::Level::kWarn:
      return "warn";
    case Log::Level::kError:
      break;
  }
  return "error";
}

// A JSON string. Controls are escaped, so that no value can begin a new line; bytes that are not
// UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const bool valid = is_valid_utf8(text);
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xf];
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x80 && !valid) {
      out += "\xEF\xBF\xBD";
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() ? '{' : ',';
  append_quoted(out, name);
  out += ':';
  append_quoted(out, value);
}

void append_field(std::string& out, const LogField& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    append_field(out, field.name, *text);
    return;
  }
  out += ',';
  append_quoted(out, field.name);
  out += ':';
  if (const auto* number = std::get_if<long long>(&field.value)) {
    out += std::to_string(*number);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

void Log::write(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < least_) return;
  std::string line;
  append_field(line, "time", to_rfc3339(SystemClock().now()));
  append_field(line, "level", level_name(level));
  append_field(line, "event", event);
  for (const LogField& field : fields) append_field(line, field);
  line += "}\n";
  // A log that cannot be written must not stop the work it tells about.
  while (::write(fd_, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace habilitd
