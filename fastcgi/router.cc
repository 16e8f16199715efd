#include "fastcgi/router.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace habilitd::fastcgi {
namespace {

constexpr const char* kRetryAfter = "5";  // seconds; recovery of the directory takes about that

ClientHandler without_caller(Handler handler) {
  return [handler = std::move(handler)](const Request& request, const Segments& rest,
                                        const Result<workflow::Client>&) {
    return handler(request, rest);
  };
}

void set_unless_there(Response& response, const char* name, HeaderValue value) {
  if (!response.header(name)) response.set(name, std::move(value));
}

void finish(Response& response, const Request& request, Form form) {
  response.set("Habilitd-Request-Id", request.request_id);
  set_unless_there(response, "X-Content-Type-Options", "nosniff");
  set_unless_there(response, "Cache-Control", "no-store");
  if (response.status == 503) set_unless_there(response, "Retry-After", kRetryAfter);
  // AuthZEN 1.0: the caller's identifier comes back on every answer, errors too.
  if (form == Form::kAuthzen && !request.headers.x_request_id.empty()) {
    response.set("X-Request-ID", request.headers.x_request_id);
  }
}

}  // namespace

Route Route::everyone(std::string name, Form form, Segments prefix, Handler handler) {
  return {std::move(name), "everyone", form, std::move(prefix), without_caller(std::move(handler))};
}

Route Route::clients(std::string name, Form form, Segments prefix, ClientHandler handler) {
  return {std::move(name), "clients", form, std::move(prefix), std::move(handler)};
}

Route Route::people(std::string name, Form form, Segments prefix, Handler handler) {
  return {std::move(name), "people", form, std::move(prefix), without_caller(std::move(handler))};
}

bool Route::matches(const Segments& path) const {
  return path.size() >= prefix_.size() && std::equal(prefix_.begin(), prefix_.end(), path.begin());
}

Router::Router(std::vector<Route> routes, FindCaller find_caller, Log& log, Metrics& metrics)
    : routes_(std::move(routes)),
      find_caller_(std::move(find_caller)),
      log_(log),
      metrics_(metrics) {
  std::stable_sort(routes_.begin(), routes_.end(), [](const Route& a, const Route& b) {
    return a.prefix().size() > b.prefix().size();
  });
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    for (std::size_t j = i + 1; j < routes_.size(); ++j) {
      if (routes_[i].prefix() == routes_[j].prefix()) {
        throw std::logic_error("two routes with one prefix: " + routes_[i].name() + " and " +
                               routes_[j].name());
      }
    }
  }
}

const Route* Router::find(const Segments& path) const {
  const auto found = std::find_if(routes_.begin(), routes_.end(),
                                  [&](const Route& route) { return route.matches(path); });
  return found == routes_.end() ? nullptr : &*found;
}

Response Router::call(const Route& route, const Request& request) const {
  const auto& path = request.target.segments;
  const auto first = path.begin() + static_cast<std::ptrdiff_t>(route.prefix().size());
  const Segments rest(first, path.end());
  if (route.audience_ == "clients") return route.handler_(request, rest, find_caller_(request));
  return route.handler_(request, rest, Error{Errc::kUnauthenticated, "not-for-clients", {}});
}

Response Router::route(const Received& received, const Route* route) const {
  const Request& request = received.request;
  const Form form = route ? route->form_ : form_of_raw_target(received.raw_target);
  if (received.refusal) {
    return refuse(form,
                  {received.refusal->status, received.refusal->reason, received.refusal->detail},
                  request);
  }
  if (!route) return refuse(form, {404, "no-such-path", "There is nothing at this path."}, request);
  try {
    return call(*route, request);
  } catch (const std::exception& fault) {
    log_.error("request.fault", {{"request", request.request_id},
                                 {"route", route->name()},
                                 {"error", std::string(fault.what())}});
  } catch (...) {
    log_.error("request.fault", {{"request", request.request_id}, {"route", route->name()}});
  }
  return refuse(form, {500, "internal", "An internal error happened; the request id leads to it."},
                request);
}

Response Router::handle(const Received& received) const {
  const auto begun = std::chrono::steady_clock::now();
  const Route* found =
      received.request.target.path.empty() ? nullptr : find(received.request.target.segments);
  Response response = route(received, found);
  finish(response, received.request,
         found ? found->form_ : form_of_raw_target(received.raw_target));
  const std::string name = found ? found->name() : "none";
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  metrics_.count("habilitd_requests_total",
                 "route=\"" + name + "\",status=\"" + std::to_string(response.status) + "\"");
  metrics_.count("habilitd_request_seconds_total", "route=\"" + name + "\"", took.count());
  return response;
}

}  // namespace habilitd::fastcgi
