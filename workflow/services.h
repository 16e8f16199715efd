// What the use cases need, handed down by reference from the composition root.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "ldap/directory.h"
#include "workflow/audit.h"
#include "workflow/catalogue.h"
#include "workflow/mail_text.h"

namespace habilitd::workflow {

class SignInLimiter;  // workflow/sign_in_limiter.h

struct WorkflowSettings {
  MailSettings mail;
  std::string sendmail = "/usr/sbin/sendmail";
  Duration sendmail_deadline{10000};
  std::string administrators_group = "iam-admin";   // cn of the group whose members administer the platform
  Duration session_idle{30 * 60 * 1000}, session_absolute{8 * 3600 * 1000};
  int sign_ins_per_name = 10, sign_ins_per_network = 60;  // failures a minute before slow-down
};

class Services {
 public:
  Services(ldap::Directory&, Catalogue&, Audit&, const Clock&, Log&, Metrics&, WorkflowSettings);
  ~Services();

  ldap::Directory& directory;
  Catalogue& catalogue;
  Audit& audit;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  const WorkflowSettings settings;
  SignInLimiter& limiter() { return *limiter_; }

 private:
  std::unique_ptr<SignInLimiter> limiter_;
};

}  // namespace habilitd::workflow
