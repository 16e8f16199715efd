#include "scim/normalise.h"

#include <set>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "scim/errors.h"

namespace habilitd::scim {
namespace {

std::string in_quotes(std::string_view name) {
  constexpr std::size_t kMostShown = 100;
  return '"' + std::string(name.substr(0, kMostShown)) + '"';
}

Error wrong_type(const Attribute& attribute) {
  return invalid_value(in_quotes(attribute.name) + " is of type " +
                       std::string(type_name(attribute.type)) + ".");
}

// Every line by itself: only Text::kLines may hold line breaks.
bool is_clean(std::string_view text, Text kind) {
  if (kind == Text::kLine) return is_presentable(text);
  bool any = false;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    if (!trim(line).empty()) {
      if (!is_presentable(line)) return false;
      any = true;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return any;
}

Result<Json> check_text(const Attribute& attribute, const Json& value) {
  if (!value.is_string()) return wrong_type(attribute);
  const std::string& text = value.get_ref<const std::string&>();
  if (text.empty()) return Json();
  if (attribute.type == Type::kBinary) {
    if (!from_base64(text)) return invalid_value(in_quotes(attribute.name) + " is not base64.");
    return value;
  }
  // A password is judged by the directory's policy.
  if (attribute.mutability == Mutability::kWriteOnly) return value;
  if (!is_clean(text, attribute.text)) {
    return invalid_value(in_quotes(attribute.name) + " holds characters that cannot be shown.");
  }
  return value;
}

Result<Json> check_boolean(const Attribute& attribute, const Json& value, Tolerance& tolerance) {
  if (value.is_boolean()) return value;
  if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    const bool is_true = same_name(text, "true");
    if ((is_true || same_name(text, "false")) && tolerance.accept(Quirk::kStringBoolean)) {
      return Json(is_true);
    }
  }
  return wrong_type(attribute);
}

Result<Json> check_simple(const Attribute& attribute, const Json& value, Tolerance& tolerance) {
  switch (attribute.type) {
    case Type::kBoolean:
      return check_boolean(attribute, value, tolerance);
    case Type::kInteger:
      if (!value.is_number_integer()) return wrong_type(attribute);
      return value;
    case Type::kDecimal:
      if (!value.is_number()) return wrong_type(attribute);
      return value;
    case Type::kDateTime:
      if (!value.is_string() || !parse_rfc3339(value.get_ref<const std::string&>())) {
        return wrong_type(attribute);
      }
      return value;
    default:
      return check_text(attribute, value);
  }
}

Result<Json> check_complex(const Attribute& attribute, const Json& value, Tolerance& tolerance) {
  if (!value.is_object()) return wrong_type(attribute);
  Json checked = Json::object();
  for (const auto& [key, part] : value.items()) {
    const Attribute* sub = attribute.find_sub(key);
    if (!sub) {
      if (tolerance.accept(Quirk::kUnknownAttribute)) continue;
      return invalid_syntax("There is no " + in_quotes(attribute.name + "." + key) + ".");
    }
    if (sub->mutability == Mutability::kReadOnly) continue;
    auto clean = check_value(*sub, part, tolerance);
    if (!clean) return clean;
    if (!clean->is_null()) checked[sub->name] = *std::move(clean);
  }
  return checked.empty() ? Json() : checked;
}

bool is_primary(const Json& value) {
  const auto mark = value.find("primary");
  return mark != value.end() && *mark == true;
}

// Which values stand in the list before?
std::vector<bool> repetitions(const Json& values) {
  const auto before = [](const Json* a, const Json* b) { return *a < *b; };
  std::set<const Json*, decltype(before)> seen(before);
  std::vector<bool> repeated;
  for (const Json& value : values) repeated.push_back(!seen.insert(&value).second);
  return repeated;
}

Result<Json> check_array(const Attribute& attribute, const Json& value, Tolerance& tolerance) {
  if (!value.is_array()) return invalid_value(in_quotes(attribute.name) + " is a list.");
  Json list = Json::array();
  for (const Json& element : value) {
    auto clean = check_value(attribute, element, tolerance, true);
    if (!clean) return clean;
    if (!clean->is_null()) list.push_back(*std::move(clean));
  }
  if (auto ok = settle_values(attribute, list); !ok) return ok.error();
  return list.empty() ? Json() : list;
}

Status check_schemas(const ResourceType& type, const Json& body, Tolerance& tolerance) {
  const Json* schemas = member_of(body, "schemas");
  const bool missing = !schemas || !schemas->is_array() || schemas->empty();
  if (missing) {
    if (tolerance.accept(Quirk::kSchemasMissing)) return done();
    return invalid_syntax("\"schemas\" must name " + type.core().id + ".");
  }
  bool core = false;
  for (const Json& urn : *schemas) {
    if (!urn.is_string()) return invalid_syntax("\"schemas\" is a list of URNs.");
    const Schema* schema = type.schema(urn.get_ref<const std::string&>());
    core = core || schema == &type.core();
    if (!schema && !tolerance.accept(Quirk::kForeignSchema)) {
      return invalid_value("Unknown schema " + in_quotes(urn.get_ref<const std::string&>()) + ".");
    }
  }
  if (!core) return invalid_syntax("\"schemas\" must name " + type.core().id + ".");
  return done();
}

Status add_member(const ResourceType& type, Json& tree, const Path& path, const Json& value,
                  Tolerance& tolerance) {
  if (path.attribute->mutability == Mutability::kReadOnly) return done();
  auto clean = check_value(*path.attribute, value, tolerance);
  if (!clean) return clean.error();
  if (!clean->is_null()) set_value(type, tree, *path.attribute, *std::move(clean));
  return done();
}

Status unknown_member(const std::string& key, Tolerance& tolerance) {
  if (tolerance.accept(Quirk::kUnknownAttribute)) return done();
  return invalid_syntax("There is no attribute " + in_quotes(key) + ".");
}

Status add_extension(const ResourceType& type, Json& tree, const Schema& extension,
                     const Json& object, Tolerance& tolerance) {
  if (object.is_null()) return done();
  if (!object.is_object()) return invalid_syntax(in_quotes(extension.id) + " is an object.");
  for (const auto& [key, value] : object.items()) {
    if (same_name(key, "schemas")) continue;  // some clients name the extension once more
    const Attribute* attribute = extension.find(key);
    const Status added =
        attribute ? add_member(type, tree, {&extension, attribute, nullptr}, value, tolerance)
                  : unknown_member(key, tolerance);
    if (!added) return added;
  }
  return done();
}

}  // namespace

std::string_view linked_id(const Json& link) {
  const auto value = link.find("value"), reference = link.find("$ref");
  if (value != link.end()) return value->get_ref<const std::string&>();
  if (reference == link.end()) return {};
  const std::string_view url = reference->get_ref<const std::string&>();
  return url.substr(url.rfind('/') + 1);
}

const Json* member_of(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  for (const auto& [key, value] : object.items()) {
    if (same_name(key, name)) return &value;
  }
  return nullptr;
}

Status check_message_schema(const Json& body, std::string_view urn, Tolerance& tolerance) {
  if (!body.is_object()) return invalid_syntax("The body is a JSON object.");
  const Json* schemas = member_of(body, "schemas");
  if (!schemas && tolerance.accept(Quirk::kSchemasMissing)) return done();
  if (schemas && schemas->is_array()) {
    for (const Json& each : *schemas) {
      if (each.is_string() && same_name(each.get_ref<const std::string&>(), urn)) return done();
    }
  }
  return invalid_syntax("\"schemas\" must name " + std::string(urn) + ".");
}

Status settle_values(const Attribute& attribute, Json& values) {
  const std::vector<bool> repeated = repetitions(values);
  Json distinct = Json::array();
  int primaries = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (repeated[i]) continue;
    if (is_primary(values[i])) ++primaries;
    distinct.push_back(std::move(values[i]));
  }
  values = std::move(distinct);
  if (primaries <= 1) return done();
  return invalid_value("Only one of " + in_quotes(attribute.name) + " can be primary.");
}

Result<Json> check_value(const Attribute& attribute, const Json& value, Tolerance& tolerance,
                         bool element) {
  if (value.is_null()) return Json();
  if (attribute.multi_valued && !element) return check_array(attribute, value, tolerance);
  if (attribute.type != Type::kComplex) return check_simple(attribute, value, tolerance);
  if (value.is_string() && attribute.name == "manager" && tolerance.accept(Quirk::kBareManager)) {
    return check_complex(attribute, Json{{"value", value}}, tolerance);
  }
  return check_complex(attribute, value, tolerance);
}

const Json* find_value(const ResourceType& type, const Json& tree, const Attribute& attribute) {
  const Json* object = &tree;
  if (const Schema* extension = type.extension_of(attribute)) {
    const auto found = tree.find(extension->id);
    if (found == tree.end()) return nullptr;
    object = &*found;
  }
  const auto value = object->find(attribute.name);
  return value == object->end() ? nullptr : &*value;
}

void set_value(const ResourceType& type, Json& tree, const Attribute& attribute, Json value) {
  const Schema* extension = type.extension_of(attribute);
  if (!value.is_null()) {
    Json& object = extension ? tree[extension->id] : tree;
    object[attribute.name] = std::move(value);
    return;
  }
  if (!extension) {
    tree.erase(attribute.name);
    return;
  }
  const auto object = tree.find(extension->id);
  if (object == tree.end()) return;
  object->erase(attribute.name);
  if (object->empty()) tree.erase(object);
}

Status check_required(const ResourceType& type, const Json& tree) {
  for (const Attribute& attribute : type.core().attributes) {
    if (attribute.required && !find_value(type, tree, attribute)) {
      return invalid_value(in_quotes(attribute.name) + " is required.");
    }
  }
  return done();
}

Result<Json> normalise(const ResourceType& type, const Json& body, Tolerance& tolerance) {
  if (!body.is_object()) return invalid_syntax("The body is a JSON object.");
  if (auto ok = check_schemas(type, body, tolerance); !ok) return ok.error();
  Json tree = Json::object();
  for (const auto& [key, value] : body.items()) {
    const auto path = type.resolve_key(key);
    Status added = done();
    if (!path) {
      added = unknown_member(key, tolerance);
    } else if (path->attribute) {
      added = add_member(type, tree, *path, value, tolerance);
    } else {
      added = add_extension(type, tree, *path->schema, value, tolerance);
    }
    if (!added) return added.error();
  }
  if (auto ok = check_required(type, tree); !ok) return ok.error();
  return tree;
}

}  // namespace habilitd::scim
