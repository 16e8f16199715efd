#include "scim/patch_values.h"

namespace habilitd::scim {
namespace {

std::vector<std::string> names_of(const Json& value) {
  std::vector<std::string> names;
  if (!value.is_object()) return names;
  for (const auto& [name, part] : value.items()) names.push_back(name);
  return names;
}

// The element with those members only; null when it lacks one. A simple value has no members.
Json reduced(const Json& element, const std::vector<std::string>& names) {
  if (!element.is_object()) return names.empty() ? element : Json();
  Json rest = Json::object();
  for (const std::string& name : names) {
    const auto part = element.find(name);
    if (part == element.end()) return {};
    rest[name] = *part;
  }
  return rest;
}

// What makes two values the same one; null when it has no value.
Json identity_of(const Json& element) {
  if (!element.is_object() || element.find("value") == element.end()) return {};
  return Json::array({element.at("value"), element.value("type", Json())});
}

}  // namespace

Patterns::Patterns(const Json& list) : size_(list.size()) {
  for (std::size_t i = 0; i < size_; ++i) shapes_[names_of(list[i])][list[i]].push_back(i);
}

bool Patterns::any_fits(const Json& element) const {
  for (const auto& [names, places] : shapes_) {
    if (places.count(reduced(element, names)) != 0) return true;
  }
  return false;
}

std::vector<bool> Patterns::found_in(const Json& elements) const {
  std::vector<bool> found(size_);
  for (const Json& element : elements) {
    for (const auto& [names, places] : shapes_) {
      const auto fitting = places.find(reduced(element, names));
      if (fitting == places.end()) continue;
      for (const std::size_t place : fitting->second) found[place] = true;
    }
  }
  return found;
}

void add_values(Json& list, Json given) {
  const std::vector<bool> present = Patterns(given).found_in(list);
  std::map<Json, std::size_t> places;
  for (std::size_t i = 0; i < list.size(); ++i) places.emplace(identity_of(list[i]), i);
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (present[i]) continue;
    Json identity = identity_of(given[i]);
    const auto same = identity.is_null() ? places.end() : places.find(identity);
    if (same != places.end()) {
      list[same->second].update(given[i]);
    } else {
      places.emplace(std::move(identity), list.size());
      list.push_back(std::move(given[i]));
    }
  }
}

}  // namespace habilitd::scim
