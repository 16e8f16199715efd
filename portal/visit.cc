#include "portal/visit.h"

#include "portal/csrf.h"
#include "portal/dates.h"

namespace habilitd::portal {
namespace {

const std::string kNone;

}  // namespace

workflow::Actor Visit::actor() const {
  return workflow::Actor::person(person().id, person().name, person().mail);
}

std::string Visit::csrf() const { return csrf_token(secret, session ? "session" : "sign-in"); }

const std::string& Visit::param(std::string_view name) const { return params.find(name)->second; }

const std::string& Visit::field(std::string_view name) const {
  const std::string* value = find(form, name);
  return value ? *value : kNone;
}

const std::string& Visit::query(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : request.target.query) {
    if (key != name) continue;
    if (found) return kNone;
    found = &value;
  }
  return found ? *found : kNone;
}

bool Visit::asks(std::string_view name) const {
  return find(request.target.query, name) != nullptr;
}

std::string Visit::here() const {
  std::string path;
  for (const std::string& segment : request.target.segments)
    path += "/" + encode_component(segment);
  if (path.empty() || request.target.trailing_slash) path += "/";
  Pairs kept;
  for (const auto& pair : request.target.query)
    if (pair.first != "lang" && pair.first != "fait") kept.push_back(pair);
  return kept.empty() ? path : path + "?" + encode_query(kept);
}

std::string Visit::text(std::string_view key, const Values& values) const {
  return core.texts.get(language, key, values);
}

std::string Visit::count(std::string_view key, std::size_t n) const {
  return core.texts.count(language, key, n);
}

View Visit::when(Instant at) const { return when_view(core.texts, language, at, now()); }

View Visit::day(const std::optional<Instant>& at) const {
  return day_view(core.texts, language, at ? &*at : nullptr);
}

}  // namespace habilitd::portal
