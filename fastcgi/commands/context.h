// What commands that talk to the directory share: settings read, errors told, the directory opened.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "fastcgi/configuration.h"
#include "ldap/directory.h"

namespace habilitd::fastcgi {

// Nothing when the settings are wrong; every problem has then been written to standard error.
std::optional<Configuration> configuration_or_complaint(const std::string& file);

// "habilitd: reason: detail" on standard error. Returns kExitFailed.
int complain(const Error&);
int complain(const std::string& text);

// A directory for one command. Its log is silent below errors.
class DirectoryContext {
 public:
  explicit DirectoryContext(ldap::Directory::Options);
  // Reads the whole directory into memory, waiting for it as long as the deadline allows.
  Status load(std::chrono::milliseconds deadline = std::chrono::seconds(30));
  ldap::Directory& directory() { return *directory_; }
  Log& log() { return log_; }
  Metrics& metrics() { return metrics_; }

 private:
  Log log_;
  Metrics metrics_;
  std::unique_ptr<ldap::Directory> directory_;
};

}  // namespace habilitd::fastcgi
