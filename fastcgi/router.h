// Which handler answers a path, and how its callers are recognised.
//
// A route can only be made by naming its audience: Route::everyone, Route::clients (bearer tokens)
// or Route::people (portal sessions). There is no default, and a path without a route is 404. The
// audiences never mix: a clients route sees no cookie's owner, a people route sees no token's
// client.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/log.h"
#include "base/metrics.h"
#include "fastcgi/exchange.h"
#include "fastcgi/refusals.h"
#include "workflow/tokens.h"

namespace habilitd::fastcgi {

using Segments = std::vector<std::string>;  // of the path, decoded
using Handler = std::function<Response(const Request&, const Segments& rest)>;
// The caller, or why there is none; the handler answers 401 itself, in its protocol's form.
using ClientHandler =
    std::function<Response(const Request&, const Segments& rest, const Result<workflow::Client>&)>;
using FindCaller = std::function<Result<workflow::Client>(const Request&)>;

class Route {
 public:
  // `prefix`: segments that the path begins with; the handler gets the rest.
  static Route everyone(std::string name, Form, Segments prefix, Handler);
  static Route clients(std::string name, Form, Segments prefix, ClientHandler);
  static Route people(std::string name, Form, Segments prefix, Handler);

  const std::string& name() const { return name_; }
  const std::string& audience() const { return audience_; }
  const Segments& prefix() const { return prefix_; }

 private:
  friend class Router;
  Route(std::string name, std::string audience, Form form, Segments prefix, ClientHandler handler)
      : name_(std::move(name)),
        audience_(std::move(audience)),
        form_(form),
        prefix_(std::move(prefix)),
        handler_(std::move(handler)) {}
  bool matches(const Segments& path) const;

  std::string name_, audience_;
  Form form_;
  Segments prefix_;
  ClientHandler handler_;
};

class Router {
 public:
  // Longer prefixes go before shorter ones; two routes with one prefix are a bug (throws).
  Router(std::vector<Route>, FindCaller, Log&, Metrics&);

  // Never throws: an exception is logged and becomes 500. Every answer carries the request's id;
  // 503 carries Retry-After.
  Response handle(const Received&) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  const Route* find(const Segments& path) const;
  Response route(const Received&, const Route*) const;
  Response call(const Route&, const Request&) const;

  std::vector<Route> routes_;
  FindCaller find_caller_;
  Log& log_;
  Metrics& metrics_;
};

}  // namespace habilitd::fastcgi
