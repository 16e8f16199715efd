#include "scim/server.h"

#include <array>
#include <exception>

#include "base/text.h"
#include "scim/async.h"
#include "scim/call.h"
#include "scim/discovery.h"
#include "scim/errors.h"
#include "scim/events_endpoint.h"
#include "scim/groups.h"
#include "scim/search.h"
#include "scim/users.h"
#include "scim/version.h"
#include "workflow/client_limiter.h"

namespace habilitd::scim {
namespace {

using Segments = std::vector<std::string>;

enum class Place { kNowhere, kConfig, kSchemas, kTypes, kCollection, kSearch, kResource, kLater };

struct Route {
  Place place = Place::kNowhere;
  const ResourceType* type = nullptr;  // of a collection, search or resource
  std::string_view id;                 // of a resource; of a discovery document, may be empty
  std::string_view allow;              // methods
};

constexpr std::string_view kReadOnly = "GET, HEAD, OPTIONS";
constexpr std::string_view kListing = "GET, HEAD, POST, OPTIONS";
constexpr std::string_view kSearching = "POST, OPTIONS";
constexpr std::string_view kEntry = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";

Route discovery_route(Place place, const Segments& segments) {
  if (segments.size() > 2) return {};
  return {place, nullptr, segments.size() == 2 ? std::string_view(segments[1]) : std::string_view(),
          kReadOnly};
}

Route route(const Segments& segments) {
  if (segments.empty()) return {};
  const std::string& first = segments.front();
  if (first == "ServiceProviderConfig" && segments.size() == 1) {
    return {Place::kConfig, nullptr, {}, kReadOnly};
  }
  if (first == "Schemas") return discovery_route(Place::kSchemas, segments);
  if (first == "ResourceTypes") return discovery_route(Place::kTypes, segments);
  if ((first == "Me" || first == "Bulk" || first == ".search") && segments.size() == 1) {
    return {Place::kLater, nullptr, {}, {}};
  }
  for (const ResourceType* type : resource_types()) {
    if (first != type->endpoint().substr(1) || segments.size() > 2) continue;
    if (segments.size() == 1) return {Place::kCollection, type, {}, kListing};
    if (segments[1] == ".search") return {Place::kSearch, type, {}, kSearching};
    return {Place::kResource, type, segments[1], kEntry};
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

// What can be said of a request without looking at what it asks for. None: nothing wrong.
std::optional<Response> refuse_form(const Request& request, const Settings& settings) {
  // RFC 9967 section 2.5.1.1: an asynchronous answer has no body to accept.
  if (!accepts_json(request.headers.accept) && !prefers_async(request.headers.prefer)) {
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
    return error_answer(413, {}, "The body is too large.");
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

// The one place where a token's scopes are compared with what a request wants to do.
bool may(const workflow::Client& client, const Route& target, Method method) {
  if (!target.type) return true;  // discovery: any client
  const bool users = target.type == &user_type();
  const bool reads =
      target.place == Place::kSearch || method == Method::kGet || method == Method::kHead;
  if (users) return client.may(reads ? "users:read" : "users:write");
  return client.may(reads ? "groups:read" : "groups:write");
}

Response options_response(std::string_view allow) {
  Response response;
  response.status = 204;
  response.set("Allow", allow);
  return response;
}

Result<Response> get_resource(Call& call, const Route& target) {
  auto shown = asked_projection(call, *target.type);
  if (!shown) return shown.error();
  auto reader = read_resource(call, *target.type, target.id, *shown);
  if (!reader) return reader.error();
  const std::string& known = call.request.headers.if_none_match;
  if (!known.empty() && names_version(known, etag_of((*reader)->record()->csn()))) {
    Response response = no_content(**reader);
    response.status = 304;
    return response;
  }
  return resource_response(**reader, *shown, 200);
}

Result<Response> list(Call& call, const ResourceType& type) {
  auto query = query_from_url(call, type);
  if (!query) return query.error();
  return list_resources(call, type, *query);
}

Result<Response> search(Call& call, const ResourceType& type) {
  auto query = query_from_body(call, type);
  if (!query) return query.error();
  return list_resources(call, type, *query);
}

// The methods of `allow` are all that come here.
Result<Response> dispatch(Call& call, const Route& target) {
  const bool users = target.type == &user_type();
  if (target.place == Place::kSearch) return search(call, *target.type);
  switch (call.request.method) {
    case Method::kPost:
      return users ? create_user(call) : create_group(call);
    case Method::kPut:
      return users ? replace_user(call, target.id) : replace_group(call, target.id);
    case Method::kPatch:
      return users ? patch_user(call, target.id) : patch_group(call, target.id);
    case Method::kDelete:
      return users ? delete_user(call, target.id) : delete_group(call, target.id);
    default:
      break;
  }
  return target.place == Place::kResource ? get_resource(call, target) : list(call, *target.type);
}

}  // namespace

struct Server::Parts {
  Parts(workflow::Services& all, Settings set)
      : services(all),
        settings(std::move(set)),
        discovery(settings),
        events(all, settings),
        async(all, settings.base_url, [this](const AsyncJob& job) { return run(job); }) {}

  Response answer(const Request&, const Segments&, const Result<workflow::Client>& caller);
  Response document(const Request&, const Route&) const;
  Response resource(const Request&, const Route&, const workflow::Client&, std::string txn = {});
  Response run(const AsyncJob&);
  void note_failure(const Request&, const Error&);

  workflow::Services& services;
  const Settings settings;
  const Discovery discovery;
  EventsEndpoint events;
  AsyncRequests async;  // its thread uses all the others
};

// RFC 7644 section 4: no filter here, and paging is ignored.
Response Server::Parts::document(const Request& request, const Route& target) const {
  if (find(request.target.query, "filter")) {
    return error_answer(403, {}, "Discovery endpoints cannot be filtered.");
  }
  const auto id = target.id.empty() ? std::nullopt : std::optional(target.id);
  const std::string* found = target.place == Place::kConfig ? &discovery.service_provider_config()
                             : target.place == Place::kSchemas ? discovery.schemas(id)
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

Response Server::Parts::resource(const Request& request, const Route& target,
                                 const workflow::Client& client, std::string txn) {
  Call call(services, settings, request, client);
  call.txn = std::move(txn);
  auto response = dispatch(call, target);
  call.tolerance.report(services.metrics, services.log, client.id.str());
  if (response) return *std::move(response);
  note_failure(request, response.error());
  return error_response(response.error());
}

// A request accepted before, by the client's scopes as they are now.
Response Server::Parts::run(const AsyncJob& job) {
  const Route target = route(job.segments);
  if (!target.type || !allowed(target.allow, method_name(job.request.method))) {
    return error_response(unknown_resource());
  }
  if (!may(job.client, target, job.request.method)) {
    return error_response({Errc::kForbidden, "scope", {}});
  }
  try {
    return resource(job.request, target, job.client, job.txn);
  } catch (const std::exception& fault) {
    services.log.error("scim.bug",
                       {{"request", job.request.request_id}, {"what", std::string(fault.what())}});
    return error_response({Errc::kInternal, "bug", {}});
  }
}

Response Server::Parts::answer(const Request& request, const Segments& segments,
                               const Result<workflow::Client>& caller) {
  const Route target = route(segments);
  if (target.place != Place::kConfig && !caller) return unauthenticated(caller.error());
  if (caller && target.place != Place::kConfig) {
    if (auto ok = workflow::admit_client(services, *caller); !ok) return error_response(ok.error());
  }
  if (!segments.empty() && segments.front() == "Events") {
    if (auto refused = refuse_form(request, settings)) return *std::move(refused);
    return events.answer(request, segments, *caller);
  }
  if (target.place == Place::kNowhere) return error_response(unknown_resource());
  if (target.place == Place::kLater) {
    return error_answer(501, {}, "This endpoint is not implemented.");
  }
  if (request.method == Method::kOptions) return options_response(target.allow);
  if (!allowed(target.allow, method_name(request.method))) {
    Response response = error_answer(405, {}, "The method is not allowed here.");
    response.set("Allow", target.allow);
    return response;
  }
  if (caller && !may(*caller, target, request.method)) {
    return error_response({Errc::kForbidden, "scope", {}});
  }
  if (auto refused = refuse_form(request, settings)) return *std::move(refused);
  if (!target.type) return document(request, target);
  const bool writes = target.place != Place::kSearch && request.method != Method::kGet &&
                      request.method != Method::kHead;
  if (writes) {
    if (auto accepted = async.accept(request, segments, *caller)) return *std::move(accepted);
  }
  return resource(request, target, *caller);
}

Server::Server(workflow::Services& services, Settings settings)
    : parts_(std::make_unique<Parts>(services, std::move(settings))) {}

Server::~Server() = default;

Response Server::handle(const Request& request, const std::vector<std::string>& segments,
                        const Result<workflow::Client>& caller) {
  try {
    Response response = parts_->answer(request, segments, caller);
    if (request.method == Method::kHead) response.body.clear();
    return response;
  } catch (const std::exception& fault) {
    parts_->services.log.error(
        "scim.bug", {{"request", request.request_id}, {"what", std::string(fault.what())}});
    return error_response({Errc::kInternal, "bug", {}});
  }
}

}  // namespace habilitd::scim
