#include "scim/json_reader.h"

namespace habilitd::scim {
namespace {

const Json* member(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

Scalar scalar(const Json& value, Type type) {
  if (value.is_boolean()) return Scalar::of_bool(value.get<bool>());
  if (value.is_number()) {
    Scalar result;
    result.kind = Scalar::Kind::kNumber;
    result.number = value.get<double>();
    return result;
  }
  if (!value.is_string()) return {};
  const std::string& text = value.get_ref<const std::string&>();
  if (type == Type::kDateTime) {
    if (auto instant = parse_rfc3339(text)) return Scalar::of_instant(*instant);
  }
  return Scalar::of(text);
}

}  // namespace

const Json* JsonReader::find(const Attribute& attribute) const {
  const Schema* extension = type_.extension_of(attribute);
  if (!extension) return member(resource_, attribute.name);
  const Json* object = member(resource_, extension->id);
  return object ? member(*object, attribute.name) : nullptr;
}

std::size_t JsonReader::count(const Attribute& attribute) const {
  const Json* value = find(attribute);
  if (!value) return 0;
  return value->is_array() ? value->size() : 1;
}

Scalar JsonReader::get(const Attribute& attribute, std::size_t element,
                       const Attribute* sub) const {
  const Json* value = find(attribute);
  if (!value) return {};
  if (value->is_array()) value = &(*value)[element];
  if (!sub) return scalar(*value, attribute.type);
  const Json* part = value->is_object() ? member(*value, sub->name) : nullptr;
  return part ? scalar(*part, sub->type) : Scalar{};
}

}  // namespace habilitd::scim
