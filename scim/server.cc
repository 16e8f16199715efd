#include "scim/server.h"

#include <exception>

#include "scim/async.h"
#include "scim/bulk.h"
#include "scim/call.h"
#include "scim/discovery.h"
#include "scim/errors.h"
#include "scim/events_endpoint.h"
#include "scim/me.h"
#include "scim/projection.h"
#include "scim/request_form.h"
#include "scim/route.h"
#include "scim/search.h"
#include "scim/streamed.h"
#include "scim/version.h"
#include "workflow/client_limiter.h"

namespace habilitd::scim {
namespace {

Response unauthenticated(const Error& error) {
  Response response = error_response(error);
  if (response.status == 401 && error.reason == "invalid-token") {
    response.set("WWW-Authenticate", "Bearer realm=\"habilitd\", error=\"invalid_token\"");
  }
  return response;
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
  if (!known.empty() && !names_others(type, *shown) && names_version(known, (*reader)->version())) {
    Response response = no_content(**reader);
    response.status = 304;
    return response;
  }
  if (has_many_values(**reader)) return streamed_response(call, type, id, *shown);
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

// What is done with one resource. The methods of `allow` are all that come here. What a write is to
// be answered with is judged before it is done.
Result<Response> dispatch(Call& call, const Route& target) {
  const Endpoint& at = *target.endpoint;
  if (has_body(call.request.method)) {
    if (auto shown = asked_projection(call, *at.type); !shown) return shown.error();
  }
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

// What can be done later, when the client prefers that.
bool is_write(const Route& target, Method method) {
  if (target.place == At::kBulk) return true;
  const bool writes = has_body(method) || method == Method::kDelete;
  return writes && (target.place == At::kCollection || target.place == At::kResource);
}

}  // namespace

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
  Response response = resource(call, route_to_oneself(id));
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
  if (!is_allowed(target, request.method)) {
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
  if (request.method == Method::kHead) {
    response.body.clear();
    response.stream = nullptr;
  }
  return response;
}

}  // namespace habilitd::scim
