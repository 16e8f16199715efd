// A reader over JSON text that builds no tree: what habScim holds is looked at in lists and filters
// of a hundred thousand people. open() checks the whole text once; a slice then points into it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace habilitd::scim {

class JsonSlice {
 public:
  JsonSlice() = default;  // nothing
  // None unless the text is one well-formed JSON value, nested at most 16 deep, UTF-8 not checked.
  static std::optional<JsonSlice> open(std::string_view text);

  bool is_object() const { return first() == '{'; }
  bool is_array() const { return first() == '['; }
  bool is_string() const { return first() == '"'; }
  bool is_true() const { return text_ == "true"; }
  bool is_false() const { return text_ == "false"; }
  bool is_nothing() const { return text_.empty(); }
  std::string_view text() const { return text_; }

  // A member of an object; keys are compared as written (ours have no escapes). Nothing if absent.
  JsonSlice member(std::string_view key) const;
  // A string's characters; `kept` holds them when they had to be decoded. Empty when it is no
  // string.
  std::string_view string(std::string& kept) const;

  // Calls use(slice) for each element of an array, use(key, slice) for each member of an object.
  template <class Use>
  void each_element(Use&& use) const {
    if (!is_array()) return;
    std::string_view rest = text_.substr(1);
    while (!skip_to_item(rest)) use(take(rest));
  }
  template <class Use>
  void each_member(Use&& use) const {
    if (!is_object()) return;
    std::string_view rest = text_.substr(1);
    while (!skip_to_item(rest)) {
      const JsonSlice key = take(rest);
      skip_colon(rest);
      use(key.text_.substr(1, key.text_.size() - 2), take(rest));
    }
  }

 private:
  explicit JsonSlice(std::string_view text) : text_(text) {}
  char first() const { return text_.empty() ? '\0' : text_.front(); }
  static bool skip_to_item(std::string_view& rest);  // true at the closing bracket
  static void skip_colon(std::string_view& rest);
  static JsonSlice take(std::string_view& rest);  // one value off the front
  std::string_view text_;
};

}  // namespace habilitd::scim
