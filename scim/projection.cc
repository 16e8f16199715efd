#include "scim/projection.h"

#include <map>

#include "base/text.h"

namespace habilitd::scim {
namespace {

template <class Use>
void each_attribute(const ResourceType& type, Use&& use) {
  for (const Attribute& attribute : type.common().attributes) use(attribute);
  for (const Attribute& attribute : type.core().attributes) use(attribute);
  for (const Schema& extension : type.extensions()) {
    for (const Attribute& attribute : extension.attributes) use(attribute);
  }
}

bool by_default(const Attribute& attribute) {
  return attribute.returned == Returned::kDefault || attribute.returned == Returned::kAlways;
}

void show(AttributeSet& set, const Attribute& attribute) {
  if (attribute.returned == Returned::kNever) return;
  set.set(attribute.index);
  for (const Attribute& sub : attribute.sub) set.set(sub.index, by_default(sub));
}

// An attribute asked for by its own name, with what its parts show on request.
void show_whole(AttributeSet& set, const Attribute& attribute) {
  show(set, attribute);
  for (const Attribute& sub : attribute.sub) {
    if (sub.returned == Returned::kRequest) set.set(sub.index);
  }
}

void hide(AttributeSet& set, const Attribute& attribute) {
  if (attribute.returned == Returned::kAlways) return;
  set.reset(attribute.index);
}

AttributeSet compute_standard(const ResourceType& type) {
  AttributeSet set;
  each_attribute(type, [&set](const Attribute& attribute) {
    if (by_default(attribute)) show(set, attribute);
  });
  return set;
}

AttributeSet always_shown(const ResourceType& type) {
  AttributeSet set;
  each_attribute(type, [&set](const Attribute& attribute) {
    if (attribute.returned == Returned::kAlways) show(set, attribute);
  });
  return set;
}

AttributeSet compute_writable(const ResourceType& type) {
  const auto read_only = [](const Attribute& attribute) {
    return attribute.mutability == Mutability::kReadOnly;
  };
  AttributeSet set;
  each_attribute(type, [&](const Attribute& attribute) {
    if (read_only(attribute)) return;
    set.set(attribute.index);
    for (const Attribute& sub : attribute.sub) set.set(sub.index, !read_only(sub));
  });
  return set;
}

// One set for each type, made once.
const AttributeSet& cached(const ResourceType& type, AttributeSet (*compute)(const ResourceType&)) {
  using Sets = std::map<const ResourceType*, AttributeSet>;
  const auto all = [](AttributeSet (*make)(const ResourceType&)) {
    Sets sets;
    for (const ResourceType* each : resource_types()) sets.emplace(each, make(*each));
    return sets;
  };
  static const Sets standard = all(compute_standard), writable = all(compute_writable);
  return (compute == compute_standard ? standard : writable).at(&type);
}

template <class Change>
void apply(const ResourceType& type, const std::vector<std::string>& names, Change&& change) {
  for (const std::string& name : names) {
    const auto path = type.resolve(name);
    if (!path) continue;
    if (path->attribute) {
      change(*path);
      continue;
    }
    for (const Attribute& attribute : path->schema->attributes) {
      change(Path{path->schema, &attribute, nullptr});
    }
  }
}

}  // namespace

const AttributeSet& standard_projection(const ResourceType& type) {
  return cached(type, compute_standard);
}

const AttributeSet& writable_projection(const ResourceType& type) {
  return cached(type, compute_writable);
}

Result<AttributeSet> parse_projection(const ResourceType& type,
                                      const std::vector<std::string>& attributes,
                                      const std::vector<std::string>& excluded) {
  if (!attributes.empty() && !excluded.empty()) {
    return invalid("invalidValue", "\"attributes\" and \"excludedAttributes\" exclude each other.");
  }
  if (!attributes.empty()) {
    AttributeSet set = always_shown(type);
    apply(type, attributes, [&set](const Path& path) {
      if (!path.sub) return show_whole(set, *path.attribute);
      if (path.leaf().returned == Returned::kNever) return;
      set.set(path.attribute->index);
      set.set(path.sub->index);
    });
    return set;
  }
  AttributeSet set = standard_projection(type);
  apply(type, excluded, [&set](const Path& path) { hide(set, path.leaf()); });
  return set;
}

bool names_others(const ResourceType& type, const AttributeSet& shown) {
  bool any = false;
  each_attribute(type, [&](const Attribute& attribute) {
    for (const Attribute& sub : attribute.sub) {
      const bool name = sub.returned == Returned::kRequest;
      any = any || (name && shown[attribute.index] && shown[sub.index]);
    }
  });
  return any;
}

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view name = trim(text.substr(0, comma));
    if (!name.empty()) names.emplace_back(name);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return names;
}

}  // namespace habilitd::scim
