#include "fastcgi/commands/context.h"

#include <unistd.h>

#include <iostream>
#include <thread>

#include "fastcgi/commands/commands.h"

namespace habilitd::fastcgi {

std::optional<Configuration> configuration_or_complaint(const std::string& file) {
  auto configuration = load_configuration(file);
  if (configuration) return *std::move(configuration);
  std::cerr << "habilitd: the settings are wrong:\n" << configuration.error().detail;
  if (!configuration.error().detail.ends_with('\n')) std::cerr << '\n';
  std::cerr << "docs/settings.md explains every setting; deploy/habilitd.conf.example is a "
               "complete file.\n";
  return std::nullopt;
}

int complain(const std::string& text) {
  std::cerr << "habilitd: " << text << '\n';
  return kExitFailed;
}

int complain(const Error& error) {
  return complain(error.detail.empty() ? error.reason : error.reason + ": " + error.detail);
}

DirectoryContext::DirectoryContext(ldap::Directory::Options options)
    : log_(STDERR_FILENO, Log::Level::kError),
      directory_(std::make_unique<ldap::Directory>(std::move(options), log_, metrics_)) {}

Status DirectoryContext::load(std::chrono::milliseconds deadline) {
  directory_->start();
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    const auto view = directory_->view();
    if (view) return done();
    if (std::chrono::steady_clock::now() > end) return view.error();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace habilitd::fastcgi
