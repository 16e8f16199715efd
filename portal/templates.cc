#include "portal/templates.h"

#include <deque>
#include <stdexcept>

#include "portal/embedded.h"

namespace habilitd::portal {
namespace {

namespace mustache = kainjow::mustache;

// Names first in the view, then, for "t.", in the texts. A text's own {names} are looked up where
// it stands, so the same text serves every row of a list.
class PageContext : public mustache::context<std::string> {
 public:
  PageContext(const View& view, const Texts& texts, Language language)
      : context(&view), texts_(texts), language_(language) {}

  const View* get(const std::string& name) const override {
    if (!name.starts_with("t.")) return context::get(name);
    const std::string* text = texts_.find(language_, std::string_view(name).substr(2));
    if (!text) throw std::runtime_error("unknown text: " + name);
    return &made_.emplace_back(fill(*text, [this](std::string_view key) {
      const View* value = context::get(std::string(key));
      return value && value->is_string() ? value->string_value() : std::string();
    }));
  }

 private:
  const Texts& texts_;
  Language language_;
  mutable std::deque<View> made_;  // the library wants pointers that outlive the call
};

constexpr std::string_view kSuffix = ".mustache";

std::string_view source_of(std::string_view name) {
  for (const EmbeddedFile& f : embedded_files())
    if (f.name.size() == name.size() + kSuffix.size() && f.name.starts_with(name) &&
        f.name.ends_with(kSuffix))
      return f.content;
  throw std::runtime_error("unknown template: " + std::string(name));
}

// The library would read a partial again at each use.
std::string with_partials(std::string_view source, int depth = 0) {
  if (depth > 8) throw std::runtime_error("template partials nest too deeply");
  std::string out;
  while (true) {
    const std::size_t open = source.find("{{>");
    if (open == source.npos) return out.append(source);
    const std::size_t close = source.find("}}", open);
    std::string_view name = source.substr(open + 3, close - open - 3);
    name.remove_prefix(name.find_first_not_of(' '));
    std::string_view partial = source_of(name);
    if (partial.ends_with('\n')) partial.remove_suffix(1);
    out.append(source.substr(0, open)).append(with_partials(partial, depth + 1));
    source.remove_prefix(close + 2);
  }
}

}  // namespace

View optional_text(const std::string& text) { return text.empty() ? View(false) : View(text); }

Templates::Templates(const Texts& texts) : texts_(texts) {
  for (const EmbeddedFile& f : embedded_files()) {
    if (!f.name.ends_with(kSuffix)) continue;
    const std::string name(f.name.substr(0, f.name.size() - kSuffix.size()));
    auto parsed = std::make_unique<mustache::mustache>(with_partials(f.content));
    if (!parsed->is_valid()) throw std::runtime_error(name + ": " + parsed->error_message());
    parsed_.emplace(name, std::move(parsed));
  }
}

// The library's render() is not const only because lambdas may leave an error message; none is
// used.
std::string Templates::render(std::string_view name, Language language, const View& view) const {
  const auto it = parsed_.find(name);
  if (it == parsed_.end()) throw std::runtime_error("unknown template: " + std::string(name));
  PageContext context(view, texts_, language);
  std::ostringstream out;
  it->second->render(context, out);
  return out.str();
}

}  // namespace habilitd::portal
