#include "scim/discovery.h"

#include "base/json.h"
#include "scim/announce.h"
#include "scim/schema.h"

namespace habilitd::scim {
namespace {

Json attribute_json(const Attribute& attribute) {
  Json json{{"name", attribute.name},
            {"type", type_name(attribute.type)},
            {"multiValued", attribute.multi_valued},
            {"description", attribute.description},
            {"required", attribute.required},
            {"mutability", mutability_name(attribute.mutability)},
            {"returned", returned_name(attribute.returned)}};
  if (attribute.type != Type::kBoolean && attribute.type != Type::kComplex) {
    json["caseExact"] = attribute.case_exact;
    json["uniqueness"] = uniqueness_name(attribute.uniqueness);
  }
  if (!attribute.canonical_values.empty()) json["canonicalValues"] = attribute.canonical_values;
  if (!attribute.reference_types.empty()) json["referenceTypes"] = attribute.reference_types;
  for (const Attribute& sub : attribute.sub) json["subAttributes"].push_back(attribute_json(sub));
  return json;
}

Json schema_json(const Schema& schema, const std::string& base_url) {
  Json json{
      {"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
      {"id", schema.id},
      {"name", schema.name},
      {"description", schema.description},
      {"meta", {{"resourceType", "Schema"}, {"location", base_url + "/Schemas/" + schema.id}}}};
  for (const Attribute& attribute : schema.attributes) {
    json["attributes"].push_back(attribute_json(attribute));
  }
  return json;
}

Json type_json(const ResourceType& type, const std::string& base_url) {
  Json json{{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
            {"id", type.name()},
            {"name", type.name()},
            {"endpoint", type.endpoint()},
            {"description", type.description()},
            {"schema", type.core().id},
            {"meta",
             {{"resourceType", "ResourceType"},
              {"location", base_url + "/ResourceTypes/" + type.name()}}}};
  for (const Schema& extension : type.extensions()) {
    json["schemaExtensions"].push_back({{"schema", extension.id}, {"required", false}});
  }
  return json;
}

std::string list_of(const Json& resources) {
  return dump({{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
               {"totalResults", resources.size()},
               {"itemsPerPage", resources.size()},
               {"startIndex", 1},
               {"Resources", resources}});
}

Json config_json(const Settings& settings) {
  const Json no{{"supported", false}}, yes{{"supported", true}};
  return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
          {"patch", yes},
          {"bulk",
           {{"supported", true},
            {"maxOperations", settings.max_operations},
            {"maxPayloadSize", settings.max_payload}}},
          {"filter", {{"supported", true}, {"maxResults", settings.max_results}}},
          {"changePassword", yes},
          {"sort", yes},
          {"etag", yes},
          {"pagination",
           {{"cursor", true},
            {"index", true},
            {"defaultPaginationMethod", "index"},
            {"defaultPageSize", settings.default_count},
            {"maxPageSize", settings.max_results},
            {"cursorTimeout", settings.cursor_timeout.count() / 1000}}},
          {"authenticationSchemes",
           {{{"type", "oauthbearertoken"},
             {"name", "Bearer token"},
             {"description", "A token made with \"habilitd token\", in the Authorization header"},
             {"specUri", "https://www.rfc-editor.org/info/rfc6750"},
             {"primary", true}}}},
          {"meta",
           {{"resourceType", "ServiceProviderConfig"},
            {"location", settings.base_url + "/ServiceProviderConfig"}}}};
}

// RFC 9967 section 4.
Json config_with_events(const Settings& settings) {
  Json config = config_json(settings);
  config["securityEvents"] = {{"asyncRequest", "request"}, {"eventUris", event_uris()}};
  return config;
}

}  // namespace

Discovery::Discovery(const Settings& settings)
    : config_(dump(config_json(settings))),
      config_with_events_(dump(config_with_events(settings))) {
  Json schemas = Json::array(), types = Json::array();
  const auto add_schema = [&](const Schema& schema) {
    Json json = schema_json(schema, settings.base_url);
    schemas_.by_id.emplace(schema.id, dump(json));
    schemas.push_back(std::move(json));
  };
  for (const ResourceType* type : scim::resource_types()) {
    add_schema(type->core());
    for (const Schema& extension : type->extensions()) add_schema(extension);
    Json json = type_json(*type, settings.base_url);
    types_.by_id.emplace(type->name(), dump(json));
    types.push_back(std::move(json));
  }
  schemas_.list = list_of(schemas);
  types_.list = list_of(types);
}

const std::string* Discovery::Documents::find(std::optional<std::string_view> id) const {
  if (!id) return &list;
  const auto found = by_id.find(*id);
  return found == by_id.end() ? nullptr : &found->second;
}

const std::string* Discovery::schemas(std::optional<std::string_view> id) const {
  return schemas_.find(id);
}

const std::string* Discovery::resource_types(std::optional<std::string_view> name) const {
  return types_.find(name);
}

}  // namespace habilitd::scim
