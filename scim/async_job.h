// A request that was accepted to be done later (RFC 9967 section 2.5.1.1), as an entry under
// ou=events: written before 202 is said, so that a crash loses nothing.
//   habState queued -> running -> done; habSlot "async:<txn>"; habClient the client's id; while it
//   runs, description who runs it and habExpires until when that is believed.
// From "queued" one process takes it, by compare-and-swap, after those that the same client sent
// before. One that is found "running" after its process is gone was perhaps done: its outcome is
// reported as unknown, and it is not run again.
#pragma once

#include <string>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "workflow/events.h"
#include "workflow/services.h"
#include "workflow/tokens.h"

namespace habilitd::scim {

inline constexpr std::string_view kJobQueued = "queued", kJobRunning = "running", kJobDone = "done";

struct AsyncJob {
  std::string txn;
  workflow::Client client;
  Request request;
  std::vector<std::string> segments;  // below the base
};

// The entry's name. Errors: those of Directory::add.
Result<std::string> store_job(workflow::Services&, const AsyncJob&);
// kInternal for what store_job() has not written.
Result<AsyncJob> read_job(const ldap::Record&);
// The jobs in the order in which they were accepted.
std::string job_key(const std::string& dn);
// Is one that this client sent before neither done nor given up?
bool has_earlier_job(const ldap::Mirror::View&, const std::string& key, const EntryUuid& client);

// False: somebody else has it, or had it. `runner` is new for each process. `perhaps_mine`: an
// earlier attempt had an unknown outcome. The claim holds for half a minute, and from each renewal.
Result<bool> claim_job(workflow::Services&, const std::string& dn, const std::string& runner,
                       bool perhaps_mine = false);
// Fails when it is not running any more.
Status renew_job(workflow::Services&, const std::string& dn);
// Is it running, as it seems, but nobody renews it?
bool is_abandoned(const ldap::Record&, Instant now);
// Turns the entry into the completion event, for its client alone.
Status complete_job(workflow::Services&, const std::string& dn, const AsyncJob&,
                    const std::string& uri, const Json& payload);

// The client's own request of that transaction; null: none.
ldap::RecordPtr find_job(const ldap::Mirror::View&, const std::string& txn,
                         const workflow::Client&);

}  // namespace habilitd::scim
