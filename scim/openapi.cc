#include "scim/openapi.h"

#include "base/version.h"
#include "scim/endpoints.h"

namespace habilitd::scim {
namespace {

constexpr const char* kMedia = "application/scim+json";

Json content(const std::string& schema) {
  return {{kMedia, {{"schema", schema_reference(schema)}}}};
}

Json parameter(const char* name, const char* in, const char* type, const char* description) {
  Json made{{"name", name}, {"in", in}, {"schema", {{"type", type}}}, {"description", description}};
  if (std::string_view(in) == "path") made["required"] = true;
  return made;
}

Json projection() {
  return Json::array({parameter("attributes", "query", "string", "Only these, with commas"),
                      parameter("excludedAttributes", "query", "string", "Not these")});
}

Json listing() {
  Json parameters = projection();
  for (const auto& [name, type, description] :
       {std::tuple{"filter", "string", "RFC 7644 section 3.4.2.2"},
        {"sortBy", "string", "An attribute's path"},
        {"sortOrder", "string", "ascending or descending"},
        {"startIndex", "integer", "The first result's number, from 1"},
        {"count", "integer", "The most results to answer"},
        {"cursor", "string", "Empty for the first page (RFC 9865)"}}) {
    parameters.push_back(parameter(name, "query", type, description));
  }
  return parameters;
}

// An operation: its name, its parameters, what is sent, what comes back. `body` and `answer` name
// schemas, or are empty.
struct Operation {
  std::string id, summary;
  int status = 200;
  std::string body = {}, answer = {};
  Json parameters = Json::array();
};

Json described(const Operation& operation) {
  Json success{{"description", "Done"}};
  if (!operation.answer.empty()) success["content"] = content(operation.answer);
  Json json{{"operationId", operation.id},
            {"summary", operation.summary},
            {"responses",
             {{std::to_string(operation.status), success},
              {"default", {{"$ref", "#/components/responses/Error"}}}}}};
  if (!operation.parameters.empty()) json["parameters"] = operation.parameters;
  if (!operation.body.empty()) {
    json["requestBody"] = {{"required", true}, {"content", content(operation.body)}};
  }
  return json;
}

Json condition(const char* name) {
  return parameter(name, "header", "string", "ETags (RFC 7644 section 3.14)");
}

void add_collection(const Endpoint& at, Json& paths) {
  const std::string& name = at.type->name();
  const std::string scope = " Scope: " + std::string(at.scope);
  Json& collection = paths[at.type->endpoint()];
  collection["get"] = described(
      {"list" + name, "List " + name + "s." + scope + ":read", 200, {}, name + "List", listing()});
  if (at.create) {
    collection["post"] =
        described({"create" + name, "Create." + scope + ":write", 201, name, name, projection()});
  }
  paths[at.type->endpoint() + "/.search"]["post"] =
      described({"search" + name, "List by a body instead of a query." + scope + ":read", 200,
                 "SearchRequest", name + "List"});
}

void add_resource(const Endpoint& at, Json& paths) {
  const std::string& name = at.type->name();
  const std::string scope = " Scope: " + std::string(at.scope);
  Json& resource = paths[at.type->endpoint() + "/{id}"];
  resource["parameters"] = Json::array({parameter("id", "path", "string", "The resource's id")});
  const auto add = [&](const char* method, Operation operation, const char* header) {
    operation.id += name;
    operation.summary += scope + (std::string_view(method) == "get" ? ":read" : ":write");
    if (operation.status == 200) operation.parameters = projection();
    operation.parameters.push_back(condition(header));
    resource[method] = described(operation);
  };
  add("get", {"read", "Read.", 200, {}, name}, "If-None-Match");
  if (at.replace) add("put", {"replace", "Replace.", 200, name, name}, "If-Match");
  if (at.patch) add("patch", {"patch", "Change parts.", 200, "PatchOp", name}, "If-Match");
  if (at.remove) add("delete", {"delete", "Delete.", 204}, "If-Match");
}

void add_discovery(Json& paths) {
  paths["/ServiceProviderConfig"]["get"] =
      described({"readServiceProviderConfig", "What the service supports"});
  for (const char* name : {"Schemas", "ResourceTypes"}) {
    const std::string path = std::string("/") + name;
    paths[path]["get"] =
        described({std::string("list") + name, std::string(name), 200, {}, "ListResponse"});
    paths[path + "/{id}"]["get"] =
        described({std::string("read") + name,
                   std::string("One of the ") + name,
                   200,
                   {},
                   {},
                   Json::array({parameter("id", "path", "string", "Its id")})});
  }
}

void add_root(Json& paths) {
  paths["/"]["get"] = described({"listAll",
                                 "List resources of every type that the token may read",
                                 200,
                                 {},
                                 "ListResponse",
                                 listing()});
  paths["/.search"]["post"] =
      described({"searchAll", "The same by a body", 200, "SearchRequest", "ListResponse"});
  paths["/Bulk"]["post"] =
      described({"bulk", "Many operations in one request (RFC 7644 section 3.7)", 200,
                 "BulkRequest", "BulkResponse"});
  paths["/Events"]["post"] =
      described({"pollEvents", "Fetch and acknowledge events (RFC 8936). Scope: events:read", 200,
                 "EventPoll", "EventPollResponse"});
  paths["/Events/{txn}"]["get"] =
      described({"readOutcome",
                 "The outcome of an asynchronous request; 202 while it waits",
                 200,
                 {},
                 {},
                 Json::array({parameter("txn", "path", "string", "From Set-Txn")})});
}

void add_me(Json& paths) {
  Json& me = paths["/Me"];
  me["get"] = described({"readMe",
                         "The person for whom the token acts. Scope: me:read",
                         200,
                         {},
                         "User",
                         projection()});
  me["put"] = described({"replaceMe", "Her own attributes. Scope: me:write", 200, "User", "User"});
  me["patch"] =
      described({"patchMe", "Her own attributes. Scope: me:write", 200, "PatchOp", "User"});
}

Json paths() {
  Json paths = Json::object();
  for (const Endpoint& at : endpoints()) {
    add_collection(at, paths);
    add_resource(at, paths);
  }
  add_discovery(paths);
  add_root(paths);
  add_me(paths);
  return paths;
}

}  // namespace

Json openapi() {
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "habilitd: SCIM 2.0"},
            {"version", kVersion},
            {"description",
             "RFC 7643, 7644, 9865 and 9967. What is said here is a summary of "
             "/Schemas, /ResourceTypes and docs/scim.md."}}},
          {"servers",
           {{{"url", "https://{host}/scim/v2"},
             {"variables", {{"host", {{"default", "iam.example.org"}}}}}}}},
          {"security", {{{"bearer", Json::array()}}}},
          {"paths", paths()},
          {"components",
           {{"schemas", openapi_schemas()},
            {"responses", {{"Error", {{"description", "Refused"}, {"content", content("Error")}}}}},
            {"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace habilitd::scim
