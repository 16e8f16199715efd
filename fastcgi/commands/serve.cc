#include <unistd.h>

#include <chrono>
#include <functional>
#include <iostream>

#include "base/memory.h"
#include "base/version.h"
#include "fastcgi/app.h"
#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/context.h"
#include "fastcgi/commands/services_context.h"
#include "fastcgi/commands/signals.h"
#include "fastcgi/self_test.h"
#include "fastcgi/service_manager.h"
#include "fastcgi/timers.h"

namespace habilitd::fastcgi {
namespace {

using Milliseconds = std::chrono::milliseconds;

// True: a signal asked to stop meanwhile.
bool wait_until_ready(const App& app, const Signals& signals, Milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!app.ready() && std::chrono::steady_clock::now() < end) {
    const int signal = signals.wait(Milliseconds(10));
    if (signal == SIGTERM || signal == SIGINT) return true;
  }
  return false;
}

void run_until_stopped(const Signals& signals, const std::function<void()>& reload) {
  const Milliseconds period = watchdog_period().value_or(Milliseconds(60000));
  while (true) {
    const int signal = signals.wait(period);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) reload();
    notify_service_manager("WATCHDOG=1");
  }
}

// Complaints go out at once; what is only degraded is kept for /health/ready.
std::vector<std::string> degradations(const std::vector<Finding>& findings, Log& log) {
  std::vector<std::string> notes;
  for (const Finding& finding : findings) {
    if (finding.grade != Finding::Grade::kDegraded) continue;
    log.warn("start.degraded",
             {{"what", finding.what}, {"text", finding.text}, {"remedy", finding.remedy}});
    // The mirror's own state says whether the directory is there.
    if (finding.what != "directory.uri") notes.push_back(finding.what + ": " + finding.text);
  }
  return notes;
}

int refuse_to_start(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.grade == Finding::Grade::kFatal) std::cerr << line_of(finding) << '\n';
  }
  complain("not started; `habilitd check` tries everything again");
  return kExitUsage;
}

int run(App& app, const Signals& signals, Log& log, Milliseconds start_wait) {
  app.start();
  if (!wait_until_ready(app, signals, start_wait)) {
    if (!app.ready()) log.warn("start.without-directory");
    app.open_doors();
    notify_service_manager("READY=1");
    log.info("start.serving", {{"version", std::string(kVersion)}, {"ready", app.ready()}});
    run_until_stopped(signals, [&app] { app.reload_policies(); });
  }
  log.info("stop.draining");
  notify_service_manager("STOPPING=1");
  app.stop();
  log.info("stop.done");
  return kExitDone;
}

}  // namespace

int serve(const std::string& config) {
  spare_memory();
  const Signals signals;
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  Log log(STDERR_FILENO, configuration->log_level);
  const std::vector<Finding> findings = test_everything(*configuration);
  if (is_fatal(findings)) return refuse_to_start(findings);
  const Milliseconds start_wait = configuration->start_wait;
  auto app = App::open(*std::move(configuration), log, degradations(findings, log));
  if (!app) {
    complain(app.error());
    return kExitUsage;
  }
  return run(**app, signals, log, start_wait);
}

int send_mails(const std::string& config) {
  const Signals signals;
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  // The server holds the main record; one writer a file.
  const std::string record = configuration->audit_file + ".mails";
  auto context = ServicesContext::open(*std::move(configuration), record);
  if (!context) return complain(context.error());
  Log log(STDERR_FILENO);
  Ticker sender("mails", MailPass((*context)->services()), log);
  notify_service_manager("READY=1");
  run_until_stopped(signals, [] {});
  return kExitDone;
}

}  // namespace habilitd::fastcgi
