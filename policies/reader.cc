#include "policies/reader.h"

#include <algorithm>

namespace habilitd::policies {

namespace {

constexpr std::size_t kShownProblems = 20;

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string listed(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

void Problems::add(const std::string& place, const std::string& message) {
  lines_.push_back(place + ": " + message);
}

Error Problems::error(std::string reason) const {
  std::string detail;
  for (std::size_t i = 0; i < lines_.size() && i < kShownProblems; ++i) {
    detail += (i == 0 ? "" : "\n") + lines_[i];
  }
  if (lines_.size() > kShownProblems) {
    detail += "\nand " + std::to_string(lines_.size() - kShownProblems) + " more";
  }
  return invalid(std::move(reason), std::move(detail));
}

std::string below(const std::string& place, std::string_view key) {
  std::string out = place + "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string below(const std::string& place, std::size_t index) {
  return place + "/" + std::to_string(index);
}

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

ObjectReader::ObjectReader(const Json& value, std::string place, Problems& problems,
                           std::initializer_list<std::string_view> known)
    : object_(value), place_(std::move(place)), problems_(problems) {
  if (!object_.is_object()) {
    problems_.add(place_, "expected an object");
    return;
  }
  for (const auto& [key, ignored] : object_.items()) {
    if (!is_one_of(key, known)) {
      problems_.add(below(place_, key),
                    "unknown key " + in_quotes(key) + "; known: " + listed(known));
    }
  }
}

const Json* ObjectReader::find(std::string_view key) const {
  if (!object_.is_object()) return nullptr;
  const auto it = object_.find(key);
  return it == object_.end() ? nullptr : &*it;
}

const Json* ObjectReader::need(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr && object_.is_object())
    problems_.add(place_, "missing key " + in_quotes(key));
  return value;
}

const Json* ObjectReader::array(std::string_view key, std::size_t least, std::size_t most) const {
  const Json* value = find(key);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    problems_.add(place(key), "expected an array");
    return nullptr;
  }
  if (value->size() < least || value->size() > most) {
    problems_.add(place(key), "expected " + std::to_string(least) + " to " + std::to_string(most) +
                                  " elements, found " + std::to_string(value->size()));
    return nullptr;
  }
  return value;
}

std::string ObjectReader::name(std::string_view key) const {
  const Json* value = need(key);
  if (value == nullptr) return {};
  if (value->is_string() && is_name(value->get_ref<const std::string&>())) return *value;
  problems_.add(place(key), "expected a name of letters, digits, '.', '_' or '-'");
  return {};
}

std::string ObjectReader::one_of(std::string_view key,
                                 std::initializer_list<std::string_view> words,
                                 std::string_view otherwise) const {
  const Json* value = otherwise.empty() ? need(key) : find(key);
  if (value == nullptr) return std::string(otherwise);
  if (value->is_string() && is_one_of(value->get_ref<const std::string&>(), words)) return *value;
  problems_.add(place(key), "expected one of " + listed(words));
  return std::string(otherwise);
}

bool ObjectReader::flag(std::string_view key, bool otherwise) const {
  const Json* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return *value;
  problems_.add(place(key), "expected true or false");
  return otherwise;
}

int ObjectReader::number(std::string_view key, int otherwise, int least, int most) const {
  const Json* value = find(key);
  if (value == nullptr) return otherwise;
  // Above the signed range the number is also above `most`; get<> would wrap it.
  const bool fits = value->is_number_unsigned()
                        ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                        : value->is_number_integer();
  if (fits) {
    const auto read = value->get<std::int64_t>();
    if (read >= least && read <= most) return static_cast<int>(read);
  }
  problems_.add(place(key), "expected a whole number from " + std::to_string(least) + " to " +
                                std::to_string(most));
  return otherwise;
}

Labels ObjectReader::labels(std::string_view key) const {
  Labels out;
  const Json* value = find(key);
  if (value == nullptr) return out;
  if (!value->is_object()) {
    problems_.add(place(key), "expected an object of texts by language");
    return out;
  }
  for (const auto& [language, text] : value->items()) {
    if (text.is_string() && !text.get_ref<const std::string&>().empty()) {
      out.emplace(language, text);
    } else {
      problems_.add(below(place(key), language), "expected a text");
    }
  }
  return out;
}

std::vector<std::string> ObjectReader::names(std::string_view key) const {
  std::vector<std::string> out;
  const Json* value = array(key, 0, 500);
  if (value == nullptr) return out;
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& element = (*value)[i];
    if (!element.is_string() || !is_name(element.get_ref<const std::string&>())) {
      problems_.add(below(place(key), i), "expected a name");
    } else if (std::find(out.begin(), out.end(), element) != out.end()) {
      problems_.add(below(place(key), i), "repeated");
    } else {
      out.push_back(element);
    }
  }
  return out;
}

std::optional<CalendarPeriod> ObjectReader::period(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::nullopt;
  return read_period(*value, place(key), problems_);
}

std::optional<CalendarPeriod> read_period(const Json& value, const std::string& place,
                                          Problems& problems) {
  if (value.is_string()) {
    auto period = parse_period(value.get_ref<const std::string&>());
    if (period.ok() && Instant{} + *period > Instant{}) return *period;
  }
  problems.add(place, "expected a period such as \"P30D\" or \"P1Y\"");
  return std::nullopt;
}

}  // namespace habilitd::policies
