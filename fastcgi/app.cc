#include "fastcgi/app.h"

#include "fastcgi/bearer.h"
#include "fastcgi/health.h"
#include "fastcgi/jwt_caller.h"
#include "fastcgi/listener.h"
#include "fastcgi/router.h"
#include "fastcgi/timers.h"

namespace habilitd::fastcgi {
namespace {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace

struct App::Parts {
  Parts(Configuration c, Log& l, std::unique_ptr<workflow::Audit> a, std::vector<std::string> notes)
      : configuration(std::move(c)),
        log(l),
        directory(std::move(configuration.directory), log, metrics),
        catalogue(configuration.policies_dir, log),
        audit(std::move(a)),
        services(directory, catalogue, *audit, system_clock(), log, metrics,
                 configuration.workflow),
        scim(services, std::move(configuration.scim)),
        portal(services, configuration.portal),
        authzen(services, configuration.authzen),
        health(services, std::move(notes)),
        jwt(configuration.jwt.on()
                ? std::make_unique<JwtCallers>(configuration.jwt, system_clock(), log, metrics)
                : nullptr),
        router(
            routes(),
            [this](const Request& request) { return caller_of(services, request, jwt.get()); }, log,
            metrics) {}

  std::vector<Route> routes();
  void make_servers(Listener main, Listener health_listener);

  Configuration configuration;
  Log& log;
  Metrics metrics;
  ldap::Directory directory;
  workflow::Catalogue catalogue;
  std::unique_ptr<workflow::Audit> audit;
  workflow::Services services;
  scim::Server scim;
  portal::Portal portal;
  AuthzenEndpoint authzen;
  Health health;
  std::unique_ptr<JwtCallers> jwt;  // null: only our own tokens
  Router router;
  std::unique_ptr<Server> main_server, health_server;
  std::unique_ptr<Timers> timers;
};

std::vector<Route> App::Parts::routes() {
  std::vector<Route> routes;
  routes.push_back(Route::clients(
      "scim", Form::kScim, {"scim", "v2"},
      [this](const Request& request, const Segments& rest, const Result<workflow::Client>& caller) {
        return scim.handle(request, rest, caller);
      }));
  routes.push_back(Route::clients(
      "access", Form::kAuthzen, {"access", "v1"},
      [this](const Request& request, const Segments& rest, const Result<workflow::Client>& caller) {
        return authzen.handle(request, rest, caller);
      }));
  routes.push_back(Route::everyone(
      "authzen-configuration", Form::kAuthzen, {".well-known", "authzen-configuration"},
      [this](const Request& request, const Segments& rest) {
        return rest.empty()
                   ? authzen.configuration(request)
                   : refuse(Form::kAuthzen, {404, "no-such-path", "There is nothing at this path."},
                            request);
      }));
  // What begins like a machine's address is never a page.
  const auto nothing = [](Form form) {
    return [form](const Request& request, const Segments&) {
      return refuse(form, {404, "no-such-path", "There is nothing at this path."}, request);
    };
  };
  routes.push_back(Route::everyone("no-scim", Form::kScim, {"scim"}, nothing(Form::kScim)));
  routes.push_back(
      Route::everyone("no-access", Form::kAuthzen, {"access"}, nothing(Form::kAuthzen)));
  routes.push_back(Route::people(
      "portal", Form::kPage, {},
      [this](const Request& request, const Segments&) { return portal.handle(request); }));
  return routes;
}

void App::Parts::make_servers(Listener main, Listener health_listener) {
  main_server = std::make_unique<Server>(
      std::move(main), configuration.server,
      [this](const Received& received) { return router.handle(received); }, log);
  Server::Options small = configuration.server;
  small.threads = 2;
  health_server = std::make_unique<Server>(
      std::move(health_listener), small,
      [this](const Received& received) { return health.handle(received); }, log);
}

Result<std::unique_ptr<App>> App::open(Configuration configuration, Log& log,
                                       std::vector<std::string> notes) {
  auto main = Listener::open(configuration.socket);
  if (!main) return main.error();
  auto health = Listener::open(configuration.health_socket);
  if (!health) return health.error();
  auto audit = workflow::Audit::open(configuration.audit_file, system_clock());
  if (!audit) return audit.error();
  auto parts =
      std::make_unique<Parts>(std::move(configuration), log, *std::move(audit), std::move(notes));
  if (auto loaded = parts->catalogue.load(); !loaded) return loaded.error();
  parts->make_servers(*std::move(main), *std::move(health));
  return std::unique_ptr<App>(new App(std::move(parts)));
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

App::~App() { stop(); }

void App::start() {
  parts_->directory.start();
  if (parts_->jwt) parts_->jwt->start();
  parts_->health_server->start();
  parts_->timers = std::make_unique<Timers>(parts_->services, parts_->configuration.send_mails);
}

bool App::ready() const { return parts_->directory.view().ok(); }

void App::open_doors() { parts_->main_server->start(); }

void App::reload_policies() {
  if (parts_->catalogue.load())
    parts_->log.info("policies.loaded", {{"folder", parts_->configuration.policies_dir}});
}

void App::stop() {
  parts_->main_server.reset();  // drains
  parts_->timers.reset();
  if (parts_->jwt) parts_->jwt->stop();
  parts_->health_server.reset();
  parts_->directory.stop();
}

}  // namespace habilitd::fastcgi
