// The settings file as the values that each part of the program takes.
#pragma once

#include <string>

#include "base/log.h"
#include "base/settings.h"
#include "fastcgi/authzen_endpoint.h"
#include "fastcgi/jwt_caller.h"
#include "fastcgi/server.h"
#include "ldap/directory.h"
#include "portal/portal.h"
#include "scim/server.h"
#include "workflow/services.h"

namespace habilitd::fastcgi {

struct Configuration {
  std::string file;  // where it came from, for messages
  std::string socket, health_socket, policies_dir, audit_file;
  Log::Level log_level = Log::Level::kInfo;
  Server::Options server;
  Duration start_wait{5000};
  bool send_mails = true;
  ldap::Directory::Options directory;
  workflow::WorkflowSettings workflow;
  scim::Settings scim;
  portal::Settings portal;
  AuthzenEndpoint::Settings authzen;
  JwtSettings jwt;
};

// Reads the file, checks every value and reads the password files. kInvalid: detail holds one line
// a problem, each with its place and remedy.
Result<Configuration> load_configuration(const std::string& file);
Result<Configuration> configure(const Settings&, const std::string& file);

}  // namespace habilitd::fastcgi
