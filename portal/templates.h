// The page templates (mustache), parsed once. Everything a template shows is escaped for HTML:
// `{{{` and
// `{{&` are forbidden by a test. Partials are put in place when the templates are read.
//
// {{t.key}} shows the text `key` in the page's language, its {names} filled from where it stands.
#pragma once

#include <kainjow/mustache.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "portal/texts.h"

namespace habilitd::portal {

// What a page shows: names to texts, flags, lists and further views.
using View = kainjow::mustache::data;
using ViewList = kainjow::mustache::list;
// Text, or "not there" when it is empty: in mustache an empty text would count as there.
View optional_text(const std::string&);

class Templates {
 public:
  // Throws std::runtime_error for a template that does not parse or names an unknown partial.
  explicit Templates(const Texts&);
  // Thread-safe. The template must exist (a bug otherwise: throws).
  std::string render(std::string_view name, Language, const View&) const;

 private:
  const Texts& texts_;
  std::map<std::string, std::unique_ptr<kainjow::mustache::mustache>, std::less<>> parsed_;
};

}  // namespace habilitd::portal
