// A Directory on a test's slapd, with its mirror loaded.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "ldap/directory.h"
#include "tests/support/slapd.h"

namespace habilitd::tests {

ldap::Directory::Options directory_options(const Slapd&);

// Its log is a file in the slapd's folder.
class Site {
 public:
  explicit Site(const Slapd&);
  Site(const Slapd&, ldap::Directory::Options);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  ldap::Directory& directory() { return *directory_; }
  Log& log() { return log_; }
  Metrics& metrics() { return metrics_; }
  // Waits for the mirror's first refresh; throws after 10 s.
  void start();
  std::string logged() const;

 private:
  std::string log_file_;
  int log_fd_;
  Log log_;
  Metrics metrics_;
  std::unique_ptr<ldap::Directory> directory_;
};

}  // namespace habilitd::tests
