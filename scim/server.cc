#include "scim/server.h"

#include <array>
#include <exception>

#include "base/text.h"
#include "scim/async.h"
#include "scim/bulk.h"
#include "scim/call.h"
#include "scim/discovery.h"
#include "scim/endpoints.h"
#include "scim/errors.h"
#include "scim/events_endpoint.h"
#include "scim/me.h"
#include "scim/search.h"
#include "scim/version.h"
#include "workflow/client_limiter.h"

namespace habilitd::scim {
namespace {

using Segments = std::vector<std::string>;

enum class At {
  kNowhere,
  kConfig,
  kSchemas,
  kTypes,
  kCollection,
  kSearch,  // of a type, or of the root
  kResource,
  kRoot,
  kMe,
  kBulk,
  kEvents
};

struct Route {
  At place = At::kNowhere;
  const Endpoint* endpoint = nullptr;  // of a collection, search or resource
  std::string_view id;     // of a resource; of a discovery document or of Events, may be empty
  std::string_view allow;  // methods
};

constexpr std::string_view kReadOnly = "GET, HEAD, OPTIONS";
constexpr std::string_view kPosting = "POST, OPTIONS";
constexpr std::string_view kOwnEntry = "GET, HEAD, PUT, PATCH, OPTIONS";

Route discovery_route(At place, const Segments& segments) {
  if (segments.size() > 2) return {};
  return {place, nullptr, segments.size() == 2 ? std::string_view(segments[1]) : std::string_view(),
          kReadOnly};
}

Route route(const Segments& segments) {
  if (segments.empty()) return {At::kRoot, nullptr, {}, kReadOnly};
  const std::string& first = segments.front();
  if (first == "ServiceProviderConfig" && segments.size() == 1) {
    return {At::kConfig, nullptr, {}, kReadOnly};
  }
  if (first == "Schemas") return discovery_route(At::kSchemas, segments);
  if (first == "ResourceTypes") return discovery_route(At::kTypes, segments);
  if (first == "Events" && segments.size() == 2)
    return {At::kEvents, nullptr, segments[1], kReadOnly};
  if (segments.size() == 1) {
    if (first == ".search") return {At::kSearch, nullptr, {}, kPosting};
    if (first == "Me") return {At::kMe, nullptr, {}, kOwnEntry};
    if (first == "Bulk") return {At::kBulk, nullptr, {}, kPosting};
    if (first == "Events") return {At::kEvents, nullptr, {}, kPosting};
  }
  for (const Endpoint& each : endpoints()) {
    if (first != each.type->endpoint().substr(1) || segments.size() > 2) continue;
    if (segments.size() == 1) return {At::kCollection, &each, {}, each.collection_methods};
    if (segments[1] == ".search") return {At::kSearch, &each, {}, kPosting};
    return {At::kResource, &each, segments[1], each.resource_methods};
  }
  return {};
}

bool allowed(std::string_view allow, std::string_view method) {
  while (!allow.empty()) {
    const std::size_t comma = allow.find(", ");
    if (allow.substr(0, comma) == method) return true;
    allow.remove_prefix(comma == std::string_view::npos ? allow.size() : comma + 2);
  }
  return false;
}

// application/scim+json, application/json or nothing (RFC 7644 section 3.8).
bool is_json_type(std::string_view content_type) {
  const std::string type = ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type.empty() || type == "application/scim+json" || type == "application/json";
}

bool accepts_json(std::string_view accept) {
  if (trim(accept).empty()) return true;
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    const std::string_view item = accept.substr(0, comma);
    const std::string type = ascii_lower(trim(item.substr(0, item.find(';'))));
    if (type == "*/*" || type == "application/*" || is_json_type(type)) return true;
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
  }
  return false;
}

bool has_body(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

// Not of events, which have media types of their own, and of asynchronous answers, which have no
// body to accept (RFC 9967 section 2.5.1.1).
bool is_acceptable(const Request& request, const Route& target) {
  return accepts_json(request.headers.accept) || target.place == At::kEvents ||
         prefers_async(request.headers.prefer);
}

// What can be said of a request without looking at what it asks for. None: nothing wrong.
std::optional<Response> refuse_form(const Request& request, const Route& target,
                                    const Settings& settings) {
  if (!is_acceptable(request, target)) {
    return error_answer(406, {}, "Only application/scim+json and application/json are served.");
  }
  if (!has_body(request.method)) return std::nullopt;
  const std::string encoding = ascii_lower(trim(request.headers.content_encoding));
  if (!encoding.empty() && encoding != "identity") {
    return error_answer(415, {}, "Content codings are not supported.");
  }
  if (!is_json_type(request.headers.content_type)) {
    return error_answer(415, {}, "The body is application/scim+json or application/json.");
  }
  if (request.body.size() > settings.max_payload) {
    return error_answer(
        413, {},
        "The body exceeds maxPayloadSize (" + std::to_string(settings.max_payload) + " bytes).");
  }
  return std::nullopt;
}

Response unauthenticated(const Error& error) {
  Response response = error_response(error);
  if (response.status == 401 && error.reason == "invalid-token") {
    response.set("WWW-Authenticate", "Bearer realm=\"habilitd\", error=\"invalid_token\"");
  }
  return response;
}

bool may_touch(const workflow::Client& client, const Endpoint& endpoint, bool reads) {
  return client.may(std::string(endpoint.scope) + (reads ? ":read" : ":write"));
}

Scope readable_root(const workflow::Client& client) {
  Scope scope{{}, true};
  for (const Endpoint& each : endpoints()) {
    if (may_touch(client, each, true)) scope.types.push_back(each.type);
  }
  return scope;
}

// The one place where a token's scopes are compared with what a request wants to do.
bool may(const workflow::Client& client, const Route& target, Method method) {
  const bool reads =
      target.place == At::kSearch || method == Method::kGet || method == Method::kHead;
  if (target.endpoint) return may_touch(client, *target.endpoint, reads);
  switch (target.place) {
    case At::kRoot:
    case At::kSearch:
      return !readable_root(client).types.empty();
    case At::kMe:
      return client.may(reads ? "me:read" : "me:write") ||
             may_touch(client, endpoint(user_type()), reads);
    default:
      return true;  // discovery: any client; bulk and events: each is asked about by itself
  }
}

Response options_response(std::string_view allow) {
  Response response;
  response.status = 204;
  response.set("Allow", allow);
  return response;
}

Result<Response> get_resource(Call& call, const ResourceType& type, std::string_view id) {
  auto shown = asked_projection(call, type);
  if (!shown) return shown.error();
  auto reader = read_resource(call, type, id, *shown);
  if (!reader) return reader.error();
  const std::string& known = call.request.headers.if_none_match;
  if (!known.empty() && names_version(known, version_of(*(*reader)->record()))) {
    Response response = no_content(**reader);
    response.status = 304;
    return response;
  }
  return resource_response(**reader, *shown, 200);
}

// GET of a type or of the root, and /.search of either.
Result<Response> list(Call& call, Lists& lists, const Route& target) {
  const Scope scope = target.endpoint ? Scope{{target.endpoint->type}} : readable_root(call.client);
  auto query =
      target.place == At::kSearch ? query_from_body(call, scope) : query_from_url(call, scope);
  if (!query) return query.error();
  return lists.answer(call, *query);
}

// What is done with one resource. The methods of `allow` are all that come here.
Result<Response> dispatch(Call& call, const Route& target) {
  const Endpoint& at = *target.endpoint;
  switch (call.request.method) {
    case Method::kPost:
      return at.create(call);
    case Method::kPut:
      return at.replace(call, target.id);
    case Method::kPatch:
      return at.patch(call, target.id);
    case Method::kDelete:
      return at.remove(call, target.id);
    default:
      return get_resource(call, *at.type, target.id);
  }
}

bool is_list(const Route& target, Method method) {
  const bool reads = method == Method::kGet || method == Method::kHead;
  return target.place == At::kSearch || target.place == At::kRoot ||
         (target.place == At::kCollection && reads);
}

// What a bulk operation may be about (RFC 7644 section 3.7): a type to create in, else a resource.
std::optional<Response> refuse_operation(const workflow::Client& client, Method method,
                                         const Segments& segments) {
  const Route target = route(segments);
  if (target.place == At::kNowhere) return error_response(unknown_resource());
  if (target.place != (method == Method::kPost ? At::kCollection : At::kResource)) {
    return error_answer(400, "invalidValue", "This path is not for bulk operations.");
  }
  if (!may(client, target, method)) return error_response({Errc::kForbidden, "scope", {}});
  return std::nullopt;
}

}  // namespace

// What can be done later, when the client prefers that.
bool is_write(const Route& target, Method method) {
  if (target.place == At::kBulk) return true;
  const bool writes = has_body(method) || method == Method::kDelete;
  return writes && (target.place == At::kCollection || target.place == At::kResource);
}

struct Server::Parts {
  Parts(workflow::Services& all, Settings set)
      : services(all),
        settings(std::move(set)),
        discovery(settings),
        lists(settings),
        events(all, settings),
        async(all, settings.base_url, [this](const AsyncJob& job) {
          return guarded(job.request, job.segments, job.client, job.txn);
        }) {}

  // A request from outside: it counts against the client's rate, whatever it holds.
  Response served(const Request&, const Segments&, const Result<workflow::Client>& caller);
  // `txn`: of the asynchronous request that this is, or is a part of; else empty.
  Response guarded(const Request&, const Segments&, const Result<workflow::Client>& caller,
                   const std::string& txn = {});
  Response answer(const Request&, const Segments&, const Result<workflow::Client>& caller,
                  const std::string& txn);
  Response document(const Request&, const Route&, const Result<workflow::Client>& caller) const;
  Response resource(Call&, const Route&);
  Response me(Call&);
  Result<Response> bulk(const Call&);
  void note_failure(const Request&, const Error&);

  workflow::Services& services;
  const Settings settings;
  const Discovery discovery;
  Lists lists;
  EventsEndpoint events;
  AsyncRequests async;  // the last: its thread uses all the others
};

// RFC 7644 section 4: no filter here, and paging is ignored.
Response Server::Parts::document(const Request& request, const Route& target,
                                 const Result<workflow::Client>& caller) const {
  if (find(request.target.query, "filter")) {
    return error_answer(403, {}, "Discovery endpoints cannot be filtered.");
  }
  const auto id = target.id.empty() ? std::nullopt : std::optional(target.id);
  const bool told = caller && caller->may("events:read");
  const std::string* found = target.place == At::kConfig ? &discovery.service_provider_config(told)
                             : target.place == At::kSchemas ? discovery.schemas(id)
                                                            : discovery.resource_types(id);
  return found ? json_response(200, *found) : error_response(unknown_resource());
}

void Server::Parts::note_failure(const Request& request, const Error& error) {
  if (error.code != Errc::kInternal && error.code != Errc::kUnavailable &&
      error.code != Errc::kUnknownOutcome) {
    return;
  }
  services.log.warn("scim.failed", {{"request", request.request_id},
                                    {"reason", error.reason},
                                    {"code", static_cast<long long>(error.directory_code)}});
}

Response Server::Parts::resource(Call& call, const Route& target) {
  auto response = target.place == At::kBulk              ? bulk(call)
                  : is_list(target, call.request.method) ? list(call, lists, target)
                                                         : dispatch(call, target);
  call.tolerance.report(services.metrics, services.log, call.client.id.str());
  if (response) return *std::move(response);
  note_failure(call.request, response.error());
  return error_response(response.error());
}

// The person's own resource under another name; every answer tells the permanent one.
Response Server::Parts::me(Call& call) {
  const std::string id = call.client.person->str();
  call.own = true;
  Response response = resource(call, {At::kResource, &endpoint(user_type()), id, kOwnEntry});
  response.set("Location", settings.base_url + user_type().endpoint() + '/' + id);
  return response;
}

Result<Response> Server::Parts::bulk(const Call& call) {
  const Result<workflow::Client> caller(call.client);
  return run_bulk(call, {[&](Method method, const Segments& segments) {
                           return refuse_operation(call.client, method, segments);
                         },
                         [&](const Request& request, const Segments& segments) {
                           return guarded(request, segments, caller, call.txn);
                         }});
}

Response Server::Parts::answer(const Request& request, const Segments& segments,
                               const Result<workflow::Client>& caller, const std::string& txn) {
  const Route target = route(segments);
  if (target.place != At::kConfig && !caller) return unauthenticated(caller.error());
  if (target.place == At::kNowhere) return error_response(unknown_resource());
  if (request.method == Method::kOptions) return options_response(target.allow);
  if (target.place == At::kMe) {
    if (auto refused = refuse_me(*caller, request.method)) return *std::move(refused);
  }
  if (!allowed(target.allow, method_name(request.method))) {
    Response response = error_answer(405, {}, "The method is not allowed here.");
    response.set("Allow", target.allow);
    return response;
  }
  if (caller && !may(*caller, target, request.method)) {
    return error_response({Errc::kForbidden, "scope", {}});
  }
  if (auto refused = refuse_form(request, target, settings)) return *std::move(refused);
  if (target.place == At::kConfig || target.place == At::kSchemas || target.place == At::kTypes) {
    return document(request, target, caller);
  }
  if (target.place == At::kEvents) return events.answer(request, target.id, *caller);
  if (is_write(target, request.method)) {
    if (auto accepted = async.accept(request, segments, *caller)) return *std::move(accepted);
  }
  Call call(services, settings, request, *caller);
  call.txn = txn;
  return target.place == At::kMe ? me(call) : resource(call, target);
}

// A fault of ours is logged, and shown as that and nothing else.
Response Server::Parts::guarded(const Request& request, const Segments& segments,
                                const Result<workflow::Client>& caller, const std::string& txn) {
  try {
    return answer(request, segments, caller, txn);
  } catch (const std::exception& fault) {
    services.log.error("scim.bug",
                       {{"request", request.request_id}, {"what", std::string(fault.what())}});
    return error_response({Errc::kInternal, "bug", {}});
  }
}

Response Server::Parts::served(const Request& request, const Segments& segments,
                               const Result<workflow::Client>& caller) {
  if (caller && route(segments).place != At::kConfig) {
    if (auto ok = workflow::admit_client(services, *caller); !ok) return error_response(ok.error());
  }
  return guarded(request, segments, caller);
}

Server::Server(workflow::Services& services, Settings settings)
    : parts_(std::make_unique<Parts>(services, std::move(settings))) {}

Server::~Server() = default;

Response Server::handle(const Request& request, const std::vector<std::string>& segments,
                        const Result<workflow::Client>& caller) {
  Response response = parts_->served(request, segments, caller);
  if (request.method == Method::kHead) response.body.clear();
  return response;
}

}  // namespace habilitd::scim
