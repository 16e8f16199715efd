#include "base/settings.h"

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "base/settings_values.h"
#include "base/text.h"

namespace habilitd {

namespace {

struct Line {
  std::size_t number = 0;  // of the first physical line
  std::string text;
};

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Lines with something to say, continued ones joined: the backslash and the blanks at the beginning
// of the next line disappear. A comment is never continued.
std::vector<Line> logical_lines(std::string_view rest, std::size_t& last) {
  std::vector<Line> lines;
  bool continued = false;
  for (last = 0; !rest.empty();) {
    ++last;
    const std::string_view physical = trim(take_line(rest));
    if (!continued && (physical.empty() || physical.starts_with('#'))) continue;
    if (!continued) lines.push_back({last, {}});
    continued = physical.ends_with('\\');
    lines.back().text += physical.substr(0, physical.size() - (continued ? 1 : 0));
  }
  return lines;
}

// Where relative paths in a file start: its folder, "." for a bare name.
std::string folder_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : file.substr(0, slash);
}

// One pass over a file: collects values and every problem with its line.
class Reader {
 public:
  Reader(const std::string& name, const std::vector<Option>& table) : name_(name), table_(table) {}

  void read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // some editors write one
    std::size_t last = 0;
    for (const Line& line : logical_lines(text, last)) read_line(line);
    for (const Option& option : table_) finish(option, last);
  }

  const std::string& problems() const { return problems_; }
  std::map<std::string, std::string, std::less<>> take_values() { return std::move(values_); }

 private:
  void complain(std::size_t line, const std::string& what) {
    if (!problems_.empty()) problems_ += '\n';
    problems_ += name_ + ':' + std::to_string(line) + ": " + what;
  }

  void read_line(const Line& line) {
    const std::size_t equals = line.text.find('=');
    const std::string key(trim(std::string_view(line.text).substr(0, equals)));
    if (equals == std::string::npos) {
      complain(line.number, shown(key) + " has no value; write \"name = value\"");
      return;
    }
    const Option* option = find_option(key);
    if (option == nullptr) {
      complain(line.number, unknown(key));
      return;
    }
    const auto [first, fresh] = lines_.try_emplace(key, line.number);
    if (!fresh) {
      complain(line.number, "option \"" + key + "\" repeated; it stands on line " +
                                std::to_string(first->second) + " already, remove one of them");
      return;
    }
    take_value(*option, std::string(trim(std::string_view(line.text).substr(equals + 1))),
               line.number);
  }

  void take_value(const Option& option, std::string value, std::size_t line) {
    const std::string subject = "option \"" + option.name + '"';
    if (value.empty() && option.required) {
      complain(line, subject + " is empty; give it a value: " + option.help);
    } else if (!value.empty() && !is_presentable(value)) {
      complain(line, subject + " holds control characters or bytes that are not UTF-8; retype it");
    } else if (option.check && !(value.empty() && option.default_value.empty())) {
      // An option that is empty by default may be written empty: it means the same as leaving it
      // out.
      const Status checked = option.check(value);
      if (!checked)
        complain(line, subject + ' ' + checked.error().detail + ", not " + shown(value));
    }
    values_.insert_or_assign(option.name, std::move(value));
  }

  void finish(const Option& option, std::size_t last_line) {
    if (lines_.contains(option.name)) return;
    values_.try_emplace(option.name, option.default_value);
    if (option.required) {
      complain(last_line, "option \"" + option.name + "\" is missing; add the line \"" +
                              option.name + " = ...\": " + option.help);
    }
  }

  std::string unknown(const std::string& key) const {
    std::vector<std::string> names;
    for (const Option& option : table_) names.push_back(option.name);
    const std::string near = nearest(key, names);
    return "unknown option " + shown(key) +
           (near.empty() ? "; remove it, or see docs/settings.md for the names"
                         : "; did you mean \"" + near + "\"?");
  }

  const Option* find_option(std::string_view key) const {
    for (const Option& option : table_) {
      if (option.name == key) return &option;
    }
    return nullptr;
  }

  const std::string& name_;
  const std::vector<Option>& table_;
  std::map<std::string, std::size_t> lines_;
  std::map<std::string, std::string, std::less<>> values_;
  std::string problems_;
};

}  // namespace

Result<Settings> Settings::load(const std::string& file, const std::vector<Option>& table) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  // Reading an empty file sets failbit on `text`; a folder opens but cannot be read (badbit).
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (!in.is_open() || in.bad()) {
    return invalid("settings", file + ": cannot be read (" +
                                   std::generic_category().message(errno) +
                                   "); name another file or change its rights");
  }
  return parse(text.str(), file, table);
}

Result<Settings> Settings::parse(std::string_view text, const std::string& name,
                                 const std::vector<Option>& table) {
  Reader reader(name, table);
  reader.read(text);
  if (!reader.problems().empty()) return invalid("settings", reader.problems());
  Settings settings;
  settings.values_ = reader.take_values();
  settings.folder_ = folder_of(name);
  return settings;
}

const std::string& Settings::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) {
    throw std::logic_error("setting not in the table: " + std::string(name));
  }
  return found->second;
}

namespace {

template <class T>
T checked(const std::optional<T>& value, std::string_view name) {
  if (!value)
    throw std::logic_error("setting read as a type it was not checked for: " + std::string(name));
  return *value;
}

}  // namespace

long long Settings::number(std::string_view name) const {
  return checked(number_in(text(name)), name);
}

bool Settings::flag(std::string_view name) const { return checked(flag_in(text(name)), name); }

long long Settings::milliseconds(std::string_view name) const {
  return checked(milliseconds_in(text(name)), name);
}

std::vector<std::string> Settings::list(std::string_view name) const {
  std::vector<std::string> out;
  for (std::string_view rest = text(name); !rest.empty();) {
    const std::size_t end = rest.find(',');
    const std::string_view item = trim(rest.substr(0, end));
    if (!item.empty()) out.emplace_back(item);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return out;
}

}  // namespace habilitd
