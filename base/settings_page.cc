// The settings page of the documentation, written from the table of options.
#include "base/settings.h"

namespace habilitd {

namespace {

// Inside a table cell a bar would begin the next one.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string default_of(const Option& option) {
  if (option.required) return "must be set";
  if (option.default_value.empty()) return "(empty)";
  return '`' + cell(option.default_value) + '`';
}

// "directory.uri" belongs to "directory".
std::string group_of(const Option& option) { return option.name.substr(0, option.name.find('.')); }

}  // namespace

std::string settings_page(const std::vector<Option>& table) {
  std::string out =
      "# Settings\n\n"
      "One `name = value` per line; `#` at the beginning of a line is a comment; `\\` at the end "
      "of "
      "a line continues it.\nDurations are written `250ms`, `5s`, `30min`, `8h`, `90d`; flags "
      "`yes` "
      "or `no`; lists with commas.\nThis page is generated from the program's table of options.\n";
  std::string group;
  for (const Option& option : table) {
    if (group_of(option) != group) {
      group = group_of(option);
      out += "\n## " + group + "\n\n| option | default | meaning |\n|---|---|---|\n";
    }
    out += "| `" + option.name + "` | " + default_of(option) + " | " + cell(option.help) + " |\n";
  }
  return out;
}

}  // namespace habilitd
