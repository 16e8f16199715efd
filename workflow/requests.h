// The life of a request (approvals.md): each function is one use case, called by every protocol.
//
// A decision is one modify of the request entry that swaps state and revision, and carries with it
// the effects still to be done (habEffect) and the mails still to be sent (habOutbox). Effects are
// idempotent; the reconciler finishes what a crash interrupted. The audit line is written first:
// when it cannot be, nothing is decided (kUnavailable, reason audit-unavailable).
#pragma once

#include <optional>
#include <string>

#include "workflow/actor.h"
#include "workflow/people.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

class Services;

struct Ask {
  EntryUuid person;  // who would hold the role; the actor for people
  std::string application, role;
  Siret siret;
  std::string justification;
  std::optional<Instant> until;
  std::string operation;  // one-time id of the form; empty for protocols without one
};

// What the form knew. A stale revision is refused (kStale, reason stale-revision) even when the
// state is the same again.
struct Decided {
  int revision = 0;
  std::string operation;
  std::string reason;  // demanded by refuse and revoke (kInvalid, reason reason-missing)
  std::optional<Instant> until;
};

struct Outcome {
  RequestRecord record;
  bool repeated = false;  // the same operation had been done before: nothing was done now
};

// Errors of all: kForbidden (reason = policy rule, or actor-disabled), kNotFound (unknown-request,
// unknown-application), kConflict (already-decided, request-open, already-held), kStale
// (stale-revision), kInvalid (justification-short, justification-long, text-invalid,
// reason-missing, reason-long, until-past, until-too-late), kUnavailable, kUnknownOutcome. Besides:
//   submit   kForbidden request-for-another, no-approver; kTooMany too-many-pending
//   approve  kForbidden not-an-approver, voted-before (in an earlier stage), no-approver;
//            kConflict already-voted. A request whose role, structure or person is gone is
//            cancelled. With more stages or votes to come the outcome is still pending.
//   cancel   kForbidden not-the-asker
//   revoke   kForbidden last-manager; kNotFound unknown-habilitation. Revision 0: any.
Result<Outcome> submit(Services&, const Actor&, const Ask&);
Result<Outcome> approve(Services&, const Actor&, const RequestId&, const Decided&);
Result<Outcome> refuse(Services&, const Actor&, const RequestId&, const Decided&);
Result<Outcome> cancel(Services&, const Actor&, const RequestId&, const Decided&);
// A direct grant: a record born approved.
Result<Outcome> add(Services&, const Actor&, const Ask&);
// Ends a habilitation, whether it has a record or was found in the directory.
struct Holding {
  EntryUuid person;
  std::string application, role;
  Siret siret;
};
Result<Outcome> revoke(Services&, const Actor&, const Holding&, const Decided&);

// Moves the end of a live habilitation to `until` (none: as late as the role allows). Later is
// judged as a new grant to somebody who does not hold the role, sooner as a revocation. Revision 0:
// any. kConflict (already-decided) when the record is not live.
Result<Outcome> change_end(Services&, const Actor&, const RequestId&, const Decided&);

// Finishes the effects of one record (called by the use cases and by the reconciler).
Status apply_effects(Services&, const RequestId&);

}  // namespace habilitd::workflow
