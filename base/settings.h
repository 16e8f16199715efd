// The settings file: lines of `name = value`; a line that begins with `#` is a comment (elsewhere #
// is part of the value); `\` at the end continues a line. Options are declared once, in a table
// (name, default, help, check); an unknown, repeated or bad key is an error that says file, line
// and remedy. The settings page of the docs is generated from the table.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace habilitd {

struct Option {
  std::string name;  // "directory.uri"
  std::string
      default_value;  // text as it would stand in the file; empty with `required` = must be set
  bool required = false;
  std::string help;  // one or two sentences
  // Null: any text. The detail of a refusal completes "option x ...": "must be yes or no".
  std::function<Status(std::string_view)> check;
};

class Settings {
 public:
  // All problems are collected, not just the first; the error's detail has one line for each:
  // "habilitd.conf:12: unknown option "directry.uri"; did you mean "directory.uri"?"
  static Result<Settings> load(const std::string& file, const std::vector<Option>& table);
  static Result<Settings> parse(std::string_view text, const std::string& name,
                                const std::vector<Option>& table);

  // The value, or the table's default. The name must be in the table (a bug otherwise: throws).
  const std::string& text(std::string_view name) const;
  long long number(std::string_view name) const;        // checked by check_number
  bool flag(std::string_view name) const;               // yes | no
  long long milliseconds(std::string_view name) const;  // "5s", "250ms", "30min", "8h", "90d"
  std::vector<std::string> list(std::string_view name) const;       // comma separated, trimmed
  const std::string& directory_of_file() const { return folder_; }  // relative paths start here

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::string folder_;
};

std::function<Status(std::string_view)> check_number(long long least, long long most);
Status check_flag(std::string_view);
Status check_duration(std::string_view);
std::function<Status(std::string_view)> check_one_of(std::vector<std::string> words);

// Markdown for docs/settings.md.
std::string settings_page(const std::vector<Option>& table);

}  // namespace habilitd
