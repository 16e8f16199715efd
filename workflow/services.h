// What the use cases need, handed down by reference from the composition root.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "ldap/directory.h"
#include "workflow/audit.h"
#include "workflow/catalogue.h"
#include "workflow/mail_text.h"
#include "workflow/name_keys.h"

namespace habilitd::workflow {

class ClientLimiter;  // workflow/client_limiter.h
class SignInLimiter;  // workflow/sign_in_limiter.h

struct WorkflowSettings {
  MailSettings mail;
  std::string sendmail = "/usr/sbin/sendmail";
  Duration sendmail_deadline{10000};
  std::string administrators_group =
      "iam-admin";  // cn of the group whose members administer the platform
  Duration session_idle{30 * 60 * 1000}, session_absolute{8 * 3600 * 1000};
  int sign_ins_per_name = 10, sign_ins_per_network = 60;  // failures a minute before slow-down
  int client_rate = 0, client_burst = 0;  // of clients without their own; a minute; 0: no limit
  Duration events_retention{7 * 24 * 3600 * 1000LL};
  std::size_t events_kept = 100'000;
  std::string jwt_issuer;         // whose JWTs programs may come with; empty: no JWT is accepted
  bool jwt_require_entry = true;  // such a program may do something only with a token entry
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
  ClientLimiter& client_limiter() { return *client_limiter_; }

  // Decisions about one person happen one after the other in this process, so that two grants that
  // exclude each other cannot both be judged before either is applied.
  [[nodiscard]] std::unique_lock<std::mutex> one_at_a_time(const EntryUuid& person);

  // What the last pass over waiting mails saw: an unchanged mirror need not be scanned again before
  // the earliest job is due.
  struct OutboxPass {
    std::uint64_t changes = 0;
    bool complete = false;
    Instant next{};
  };
  Guarded<OutboxPass>& outbox_pass() { return outbox_pass_; }
  const NameKeys& names() const { return names_; }

 private:
  std::array<std::mutex, 64> person_locks_;
  Guarded<OutboxPass> outbox_pass_;
  NameKeys names_;
  std::unique_ptr<SignInLimiter> limiter_;
  std::unique_ptr<ClientLimiter> client_limiter_;
};

}  // namespace habilitd::workflow
