#include "workflow/services.h"

#include "base/turns.h"
#include "workflow/client_limiter.h"
#include "workflow/sign_in_limiter.h"

namespace habilitd::workflow {

Services::Services(ldap::Directory& directory_in, Catalogue& catalogue_in, Audit& audit_in,
                   const Clock& clock_in, Log& log_in, Metrics& metrics_in,
                   WorkflowSettings settings_in)
    : directory(directory_in),
      catalogue(catalogue_in),
      audit(audit_in),
      clock(clock_in),
      log(log_in),
      metrics(metrics_in),
      settings(std::move(settings_in)),
      limiter_(std::make_unique<SignInLimiter>(settings.sign_ins_per_name,
                                               settings.sign_ins_per_network)),
      client_limiter_(
          std::make_unique<ClientLimiter>(RateLimit{settings.client_rate, settings.client_burst})) {
}

Services::~Services() = default;

std::unique_lock<std::mutex> Services::one_at_a_time(const EntryUuid& person) {
  return patient_lock(person_locks_[person.hash() % person_locks_.size()]);
}

}  // namespace habilitd::workflow
