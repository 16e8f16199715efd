#include "policies/authzen_read.h"

namespace habilitd::policies {

Error authzen_invalid(std::string detail) { return invalid("authzen-invalid", std::move(detail)); }

void EntityReader::entity(const Json* json, const std::string& name, bool identified,
                          AuthzenEntity& out) {
  if (!is_object(json, name)) return;
  out.type = text(*json, name, "type");
  if (identified) out.id = text(*json, name, "id");
  Json properties = Json::object();
  object_member(*json, name, properties);
  if (identified) out.properties = std::move(properties);
}

void EntityReader::action(const Json* json, AuthzenQuery& out) {
  if (!is_object(json, "action")) return;
  out.action = text(*json, "action", "name");
  object_member(*json, "action", out.action_properties);
}

void EntityReader::context(const Json* json, Json& out) {
  if (json == nullptr || !is_object(json, "context")) return;
  out = *json;
}

bool EntityReader::is_object(const Json* json, const std::string& name) {
  if (json == nullptr) {
    fail(name + ": missing");
  } else if (!json->is_object()) {
    fail(name + ": expected an object");
  } else {
    return true;
  }
  return false;
}

std::string EntityReader::text(const Json& object, const std::string& name, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) {
    fail(name + "." + key + ": missing");
  } else if (!it->is_string() || it->get_ref<const std::string&>().empty()) {
    fail(name + "." + key + ": expected a text");
  } else {
    return *it;
  }
  return {};
}

void EntityReader::object_member(const Json& object, const std::string& name, Json& out) {
  const auto it = object.find("properties");
  if (it == object.end()) return;
  if (it->is_object()) {
    out = *it;
  } else {
    fail(name + ".properties: expected an object");
  }
}

void EntityReader::fail(std::string detail) {
  if (!problem_) problem_ = authzen_invalid(std::move(detail));
}

}  // namespace habilitd::policies
