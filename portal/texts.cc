#include "portal/texts.h"

#include <stdexcept>

#include "base/json.h"
#include "portal/embedded.h"

namespace habilitd::portal {
namespace {

Texts::Table load(std::string_view file) {
  for (const EmbeddedFile& f : embedded_files()) {
    if (f.name != file) continue;
    Result<Json> json = parse_json(f.content);
    if (!json || !json->is_object()) break;
    Texts::Table table;
    for (const auto& [key, text] : json->items()) table[key] = text.get<std::string>();
    return table;
  }
  throw std::runtime_error("portal texts missing or broken: " + std::string(file));
}

}  // namespace

std::string_view language_tag(Language language) {
  return language == Language::kEnglish ? "en" : "fr";
}

std::string fill(std::string_view text, const std::function<std::string(std::string_view)>& value) {
  std::string out;
  while (true) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) return out.append(text);
    out.append(text.substr(0, open)).append(value(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
}

Texts::Texts() : french_(load("fr.json")), english_(load("en.json")) {}

const Texts::Table& Texts::table(Language language) const {
  return language == Language::kEnglish ? english_ : french_;
}

const std::string* Texts::find(Language language, std::string_view key) const {
  const Table& texts = table(language);
  const auto it = texts.find(key);
  return it == texts.end() ? nullptr : &it->second;
}

std::string Texts::get(Language language, std::string_view key, const Values& values) const {
  const std::string* text = find(language, key);
  if (!text) return std::string(key);
  return fill(*text, [&](std::string_view name) {
    const auto it = values.find(name);
    return it == values.end() ? std::string() : it->second;
  });
}

std::string Texts::count(Language language, std::string_view key, std::size_t n) const {
  const std::string base(key);
  if (n == 0 && find(language, base + ".zero")) return get(language, base + ".zero");
  const bool singular = n == 1 || (n == 0 && language == Language::kFrench);
  return get(language, base + (singular ? ".one" : ".other"), {{"n", std::to_string(n)}});
}

}  // namespace habilitd::portal
