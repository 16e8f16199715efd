#include "base/json.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace habilitd {

namespace {

constexpr int kNumberOutOfRange = 406;  // nlohmann's exception id

bool same_key(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// A key that stands twice when case is ignored, or nullptr. Few keys are compared in pairs, without
// allocating; many are sorted, so that a huge object cannot cost quadratic time.
const std::string* repeated_key(const Json::object_t& object) {
  constexpr std::size_t kFew = 16;
  if (object.size() <= kFew) {
    for (auto one = object.begin(); one != object.end(); ++one) {
      for (auto two = std::next(one); two != object.end(); ++two) {
        if (same_key(one->first, two->first)) return &two->first;
      }
    }
    return nullptr;
  }
  std::vector<std::pair<std::string, const std::string*>> keys;
  keys.reserve(object.size());
  for (const auto& [key, value] : object) keys.emplace_back(ascii_lower(key), &key);
  std::sort(keys.begin(), keys.end());
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  const auto twice = std::adjacent_find(keys.begin(), keys.end(), same);
  return twice == keys.end() ? nullptr : std::next(twice)->second;
}

// Takes nlohmann's parsing events and builds the value, refusing at the first thing the gate
// forbids. nlohmann's SAX parser keeps its own stack on the heap, so depth costs nothing here.
class Builder {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  Json& value() { return root_; }
  const Error& error() const { return error_; }

  bool null() { return add(Json()) != nullptr; }
  bool boolean(bool value) { return add(Json(value)) != nullptr; }
  bool number_integer(Json::number_integer_t value) { return add(Json(value)) != nullptr; }
  bool number_unsigned(Json::number_unsigned_t value) { return add(Json(value)) != nullptr; }

  // nlohmann reads integers beyond 64 bits as floating point: digits would be lost unseen.
  bool number_float(Json::number_float_t value, const std::string& text) {
    if (text.find_first_of(".eE") == std::string::npos) {
      return refuse(Errc::kInvalid, "json-number", "an integer of more than 64 bits");
    }
    return add(Json(value)) != nullptr;
  }

  bool string(std::string& value) { return is_good(value) && add(Json(std::move(value))); }
  bool binary(Json::binary_t&) { return refuse(Errc::kInvalid, "json-syntax", "binary"); }

  bool start_object(std::size_t) { return open(Json(Json::value_t::object)); }
  bool start_array(std::size_t) { return open(Json(Json::value_t::array)); }

  bool key(std::string& name) {
    if (!is_good(name)) return false;
    auto& object = open_.back()->get_ref<Json::object_t&>();
    const auto [place, fresh] = object.try_emplace(std::move(name));
    if (!fresh) return refuse_repeated(place->first);
    slot_ = &place->second;
    return true;
  }

  bool end_object() {
    const auto* twice = repeated_key(open_.back()->get_ref<const Json::object_t&>());
    if (twice != nullptr) return refuse_repeated(*twice);
    open_.pop_back();
    return true;
  }

  bool end_array() {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const Json::exception& fault) {
    const std::string where = "byte " + std::to_string(byte);
    if (fault.id == kNumberOutOfRange) return refuse(Errc::kInvalid, "json-number", where);
    const bool surrogate =
        std::string_view(fault.what()).find("invalid string: surrogate") != std::string_view::npos;
    return refuse(Errc::kInvalid, surrogate ? "json-encoding" : "json-syntax", where);
  }

 private:
  bool refuse(Errc code, std::string reason, std::string detail) {
    error_ = {code, std::move(reason), std::move(detail)};
    return false;
  }

  bool refuse_repeated(const std::string& name) {
    constexpr std::size_t kMostShown = 100;
    return refuse(Errc::kInvalid, "json-repeated-key",
                  name.size() <= kMostShown ? name : "a key of more than 100 bytes");
  }

  bool is_good(const std::string& text) {
    if (text.size() > limits_.max_string) {
      return refuse(Errc::kTooLarge, "json-string", "of " + std::to_string(text.size()) + " bytes");
    }
    if (text.find('\0') != std::string::npos) {
      return refuse(Errc::kInvalid, "json-encoding", "U+0000 in a string");
    }
    return true;
  }

  bool open(Json&& container) {
    if (open_.size() >= limits_.max_depth) {
      return refuse(Errc::kTooLarge, "json-depth",
                    "deeper than " + std::to_string(limits_.max_depth));
    }
    Json* placed = add(std::move(container));
    if (placed != nullptr) open_.push_back(placed);
    return placed != nullptr;
  }

  // Puts a value where it belongs: the root, the slot of the last key, or the end of the array.
  // Pointers in open_ stay good, because a container only grows while it is the innermost one.
  Json* add(Json&& value) {
    if (++values_ > limits_.max_values) {
      refuse(Errc::kTooLarge, "json-values", "more than " + std::to_string(limits_.max_values));
      return nullptr;
    }
    if (!open_.empty() && open_.back()->is_array()) {
      return &open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
    }
    Json* place = open_.empty() ? &root_ : slot_;
    *place = std::move(value);
    return place;
  }

  const JsonLimits& limits_;
  Json root_;
  std::vector<Json*> open_;
  Json* slot_ = nullptr;
  std::size_t values_ = 0;
  Error error_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return Error{Errc::kTooLarge, "json-size", std::to_string(text.size()) + " bytes"};
  }
  // Before nlohmann sees it: a NUL byte would end the text early, and a byte order mark be skipped.
  if (!is_valid_utf8(text)) return invalid("json-encoding", "not UTF-8, or a NUL byte");
  if (text.starts_with("\xEF\xBB\xBF")) return invalid("json-encoding", "a byte order mark");
  Builder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  return std::move(builder.value());
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace habilitd
