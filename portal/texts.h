// Every word of the pages, from texts/fr.json and texts/en.json: flat tables of key -> text. A text
// may hold {name}: the value of that name where the text is used. Immutable once loaded, so
// thread-safe.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace habilitd::portal {

enum class Language { kFrench, kEnglish };
std::string_view language_tag(Language);  // "fr", "en"

using Values = std::map<std::string, std::string, std::less<>>;

// Replaces each {name} by what `value` answers for it.
std::string fill(std::string_view text, const std::function<std::string(std::string_view)>& value);

class Texts {
 public:
  // Reads the embedded tables; throws std::runtime_error when they are not flat JSON objects of
  // text.
  Texts();

  // Null when there is no such text.
  const std::string* find(Language, std::string_view key) const;
  // The text with its values; the key itself when there is no such text.
  std::string get(Language, std::string_view key, const Values& = {}) const;
  // key.zero (when it exists and n is 0), key.one or key.other, with {n}. French counts 0 as
  // singular.
  std::string count(Language, std::string_view key, std::size_t n) const;

  using Table = std::map<std::string, std::string, std::less<>>;
  const Table& table(Language) const;

 private:
  Table french_, english_;
};

}  // namespace habilitd::portal
