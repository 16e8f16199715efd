#include "scim/openapi.h"
#include "scim/schema.h"

namespace habilitd::scim {
namespace {

Json object_of(const std::vector<Attribute>& attributes);

Json array_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json text(const char* description) { return {{"type", "string"}, {"description", description}}; }

Json plain_value(const Attribute& attribute) {
  switch (attribute.type) {
    case Type::kBoolean:
      return {{"type", "boolean"}};
    case Type::kInteger:
      return {{"type", "integer"}};
    case Type::kDecimal:
      return {{"type", "number"}};
    case Type::kDateTime:
      return {{"type", "string"}, {"format", "date-time"}};
    case Type::kBinary:
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case Type::kReference:
      return {{"type", "string"}, {"format", "uri-reference"}};
    case Type::kComplex:
      return object_of(attribute.sub);
    default:
      return {{"type", "string"}};
  }
}

Json schema_of(const Attribute& attribute) {
  Json value = plain_value(attribute);
  // Suggestions (RFC 7643 section 7), not an enumeration.
  if (!attribute.canonical_values.empty()) value["examples"] = attribute.canonical_values;
  if (attribute.multi_valued) value = array_of(std::move(value));
  if (!attribute.description.empty()) value["description"] = attribute.description;
  if (attribute.mutability == Mutability::kReadOnly) value["readOnly"] = true;
  if (attribute.mutability == Mutability::kWriteOnly) value["writeOnly"] = true;
  return value;
}

Json object_of(const std::vector<Attribute>& attributes) {
  Json object{{"type", "object"}, {"properties", Json::object()}};
  for (const Attribute& attribute : attributes) {
    object["properties"][attribute.name] = schema_of(attribute);
    if (attribute.required) object["required"].push_back(attribute.name);
  }
  return object;
}

// Beside the extension's URN stands an object with its attributes.
Json schema_of(const ResourceType& type) {
  Json object = object_of(type.core().attributes);
  object["description"] = type.description();
  const Json common = object_of(type.common().attributes);
  object["properties"].update(common["properties"]);
  object["required"].push_back("schemas");
  for (const Schema& extension : type.extensions()) {
    Json& property = object["properties"][extension.id] = object_of(extension.attributes);
    property["description"] = extension.description;
  }
  return object;
}

Json message(std::initializer_list<const char*> required, Json properties) {
  properties["schemas"] = array_of({{"type", "string"}});
  Json names = Json::array({"schemas"});
  for (const char* name : required) names.push_back(name);
  return {{"type", "object"}, {"required", names}, {"properties", std::move(properties)}};
}

Json list_response(const std::string& type) {
  return message(
      {"totalResults"},
      {{"totalResults", {{"type", "integer"}, {"minimum", 0}}},
       {"startIndex", {{"type", "integer"}, {"minimum", 1}}},
       {"itemsPerPage", {{"type", "integer"}, {"minimum", 0}}},
       {"nextCursor", text("For the next page of a walk by cursors (RFC 9865)")},
       {"Resources", array_of(type.empty() ? Json{{"type", "object"}} : schema_reference(type))}});
}

Json patch_message() {
  return message({"Operations"},
                 {{"Operations",
                   array_of({{"type", "object"},
                             {"required", {"op"}},
                             {"properties",
                              {{"op", {{"type", "string"}, {"enum", {"add", "remove", "replace"}}}},
                               {"path", text("RFC 7644 section 3.5.2, figure 7")},
                               {"value", Json::object()}}}})}});
}

Json search_message() {
  return message({}, {{"filter", text("RFC 7644 section 3.4.2.2")},
                      {"sortBy", text("An attribute's path")},
                      {"sortOrder", {{"type", "string"}, {"enum", {"ascending", "descending"}}}},
                      {"startIndex", {{"type", "integer"}}},
                      {"count", {{"type", "integer"}}},
                      {"cursor", text("Empty for the first page (RFC 9865)")},
                      {"attributes", array_of({{"type", "string"}})},
                      {"excludedAttributes", array_of({{"type", "string"}})}});
}

Json bulk_message(bool answer) {
  Json operation{{"method", {{"type", "string"}, {"enum", {"POST", "PUT", "PATCH", "DELETE"}}}},
                 {"bulkId", text("The client's name for what a POST makes")},
                 {"version", text("An ETag; the operation is refused when it is another")}};
  if (answer) {
    operation["location"] = {{"type", "string"}, {"format", "uri"}};
    operation["status"] = text("The HTTP status");
    operation["response"] = schema_reference("Error");
  } else {
    operation["path"] = text("/Users, or /Users/ID; \"bulkId:NAME\" stands for an id");
    operation["data"] = {{"type", "object"}};
  }
  Json properties{{"Operations", array_of({{"type", "object"},
                                           {"required", Json::array({"method"})},
                                           {"properties", std::move(operation)}})}};
  if (!answer) properties["failOnErrors"] = {{"type", "integer"}, {"minimum", 1}};
  return message({"Operations"}, std::move(properties));
}

Json poll(bool answer) {
  if (answer) {
    return {
        {"type", "object"},
        {"properties",
         {{"sets", {{"type", "object"}, {"additionalProperties", text("A security event token")}}},
          {"moreAvailable", {{"type", "boolean"}}}}}};
  }
  return {{"type", "object"},
          {"properties",
           {{"maxEvents", {{"type", "integer"}, {"minimum", 0}}},
            {"returnImmediately", {{"type", "boolean"}}},
            {"ack", array_of({{"type", "string"}})},
            {"setErrs", {{"type", "object"}}}}}};
}

}  // namespace

Json schema_reference(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

Json openapi_schemas() {
  Json schemas{{"Error", message({"status"}, {{"status", text("The HTTP status")},
                                              {"scimType", text("RFC 7644 section 3.12, table 9")},
                                              {"detail", text("What was wrong, for people")}})},
               {"ListResponse", list_response({})},
               {"PatchOp", patch_message()},
               {"SearchRequest", search_message()},
               {"BulkRequest", bulk_message(false)},
               {"BulkResponse", bulk_message(true)},
               {"EventPoll", poll(false)},
               {"EventPollResponse", poll(true)}};
  for (const ResourceType* type : resource_types()) {
    schemas[type->name()] = schema_of(*type);
    schemas[type->name() + "List"] = list_response(type->name());
  }
  return schemas;
}

}  // namespace habilitd::scim
