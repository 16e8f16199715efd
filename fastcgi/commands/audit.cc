#include "workflow/audit.h"

#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/context.h"

namespace habilitd::fastcgi {

int audit_verify(const std::string& file) {
  const auto lines = workflow::verify_audit(file);
  if (!lines) return complain(file + ": " + lines.error().detail);
  std::cout << file << ": " << *lines << " lines, chain intact\n";
  return kExitDone;
}

int audit_verify_configured(const std::string& config, const std::string& file) {
  if (!file.empty()) return audit_verify(file);
  const auto configuration = configuration_or_complaint(config);
  return configuration ? audit_verify(configuration->audit_file) : kExitUsage;
}

}  // namespace habilitd::fastcgi
