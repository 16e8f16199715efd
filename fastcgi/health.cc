#include "fastcgi/health.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include "base/json.h"
#include "base/version.h"

namespace habilitd::fastcgi {
namespace {

Response json_response(int status, const Json& body) {
  Response response{status, {}, dump(body) + "\n"};
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  if (status == 503) response.set("Retry-After", "5");
  return response;
}

// Can an audit line still be written? Nothing is decided without one.
std::string audit_trouble(const std::string& file) {
  if (::access(file.c_str(), W_OK) != 0) return "not writable";
  struct statvfs disk {};
  if (::statvfs(file.c_str(), &disk) == 0 && disk.f_bavail == 0) return "disk full";
  return {};
}

Json mirror_state(ldap::Mirror& mirror, bool usable) {
  return {{"loaded", mirror.loaded()},
          {"usable", usable},
          {"age_ms", mirror.loaded() ? Json(mirror.age().count()) : Json(nullptr)},
          {"changes", mirror.changes()}};
}

}  // namespace

Health::Health(workflow::Services& services, std::vector<std::string> notes)
    : services_(services), notes_(std::move(notes)) {}

Response Health::handle(const Received& received) const {
  if (received.refusal) return json_response(received.refusal->status, {{"status", "refused"}});
  const Request& request = received.request;
  if (request.method != Method::kGet && request.method != Method::kHead) {
    Response response = json_response(405, {{"status", "refused"}});
    response.set("Allow", "GET, HEAD");
    return response;
  }
  const std::string& path = request.target.path;
  if (path == "/health/live")
    return json_response(200, {{"status", "live"}, {"version", kVersion}});
  if (path == "/health/ready" || path == "/health") return ready();
  if (path == "/metrics") return metrics();
  return json_response(404, {{"status", "refused"}});
}

Response Health::ready() const {
  ldap::Mirror& mirror = services_.directory.mirror();
  const bool usable = services_.directory.view().ok();
  const std::string audit = audit_trouble(services_.audit.file());
  const std::vector<std::string> policies = services_.catalogue.degraded();
  const bool ready = usable && audit.empty();
  const bool degraded = !policies.empty() || !notes_.empty();
  Json reasons = notes_;
  if (!usable)
    reasons.push_back(mirror.loaded() ? "directory-out-of-touch" : "directory-not-loaded");
  if (!audit.empty()) reasons.push_back("audit: " + audit);
  if (!policies.empty())
    reasons.push_back("policies: " + std::to_string(policies.size()) + " refused");
  const Json body = {{"status", !ready     ? "unavailable"
                                : degraded ? "degraded"
                                           : "ready"},
                     {"reasons", reasons},
                     {"version", kVersion},
                     {"mirror", mirror_state(mirror, usable)},
                     {"policies", {{"degraded", policies}}},
                     {"audit", audit.empty() ? "ok" : audit}};
  return json_response(ready ? 200 : 503, body);
}

Response Health::metrics() const {
  ldap::Mirror& mirror = services_.directory.mirror();
  services_.metrics.set("habilitd_mirror_age_seconds", {},
                        static_cast<double>(mirror.age().count()) / 1000.0);
  services_.metrics.set("habilitd_mirror_loaded", {}, mirror.loaded() ? 1 : 0);
  services_.metrics.set("habilitd_policies_refused", {},
                        static_cast<double>(services_.catalogue.degraded().size()));
  Response response{200, {}, services_.metrics.text()};
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace habilitd::fastcgi
