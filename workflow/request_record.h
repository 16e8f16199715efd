// A request entry, from its submission to the end of the habilitation it led to. The entry's state
// is the arbiter; `habRecord` holds what must outlive accounts and labels, as text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "ldap/record.h"

namespace habilitd::workflow {

enum class State {
  kPending,
  kApproved,
  kActive,
  kRefused,
  kCancelled,
  kExpired,
  kSuperseded,
  kEnded
};
std::string_view state_name(State);  // "pending" ...
Result<State> parse_state(std::string_view);

struct Event {
  std::string
      what;  // requested, approved, refused, cancelled, granted, applied, revoked, ended, expired
  Instant at;
  EntryUuid by;  // nil: the system or a client
  std::string by_name, by_mail;
  std::string reason;     // as written by the person
  std::string operation;  // the form's one-time id
  int stage = 0;          // of the approval block, in which a vote was cast
};

struct RequestRecord {
  RequestId id;
  std::string dn;
  State state = State::kPending;
  int revision = 0;
  std::string application, role;
  std::string siret;  // kept as text: a record may outlive its structure
  EntryUuid person;
  std::string person_name, person_mail, person_dn, language;
  std::string application_label, structure_label, role_label;
  std::string justification;
  bool attach = false;  // also asks to be attached to the structure
  bool direct = false;  // born approved, by a manager's own act
  Instant created{};
  std::optional<Instant> due, until;
  std::string policy_id, policy_hash;
  int policy_version = 0;
  Json approval;               // the frozen block
  int stage = 0;               // of the approval block, waited for now (0: the first)
  std::vector<Event> history;  // oldest first
  const Event* last(std::string_view what) const;
  // The event that a form's one-time id led to, if this actor sent it; null for an empty id.
  const Event* done_by(std::string_view operation, const EntryUuid& actor) const;
};
// kInternal when the entry is not a readable request.
Result<RequestRecord> request_from(const ldap::Record&);
Result<RequestRecord> request_from(const ldap::Entry&, const ldap::Layout&);

}  // namespace habilitd::workflow
