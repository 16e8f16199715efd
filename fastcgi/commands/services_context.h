// The use cases for one command: directory loaded, policies read.
#pragma once

#include <memory>
#include <string>

#include "fastcgi/commands/context.h"
#include "workflow/services.h"

namespace habilitd::fastcgi {

class ServicesContext {
 public:
  // `audit_file`: the record to append to; empty for commands that decide nothing. kUnavailable
  // when the directory cannot be read, or when another process writes the audit file.
  static Result<std::unique_ptr<ServicesContext>> open(Configuration,
                                                       const std::string& audit_file);
  ~ServicesContext();

  workflow::Services& services() { return *services_; }

 private:
  explicit ServicesContext(Configuration);
  Status prepare(const std::string& audit_file);
  std::string audit_path(const std::string& audit_file);

  Configuration configuration_;
  DirectoryContext directory_;
  SystemClock clock_;
  std::string scratch_;  // folder of a record nobody needs
  std::unique_ptr<workflow::Catalogue> catalogue_;
  std::unique_ptr<workflow::Audit> audit_;
  std::unique_ptr<workflow::Services> services_;
};

}  // namespace habilitd::fastcgi
