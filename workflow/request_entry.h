// How a request stands in the directory, and the one modify that decides about it. For the use
// cases of this folder; the reading half is request_from().
//
// habSlot is unique in the tree: "p:" holds the one open request, "a:" the one live habilitation of
// a person, role and structure; closed requests hold none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/outbox.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

class Services;

inline constexpr const char* kGrantEffect = "grant";
inline constexpr const char* kAttachEffect = "attach";
inline constexpr const char* kWithdrawEffect = "withdraw";

enum class Slot { kOpen, kLive };
std::string slot_name(Slot, const EntryUuid& person, std::string_view application,
                      std::string_view role, std::string_view siret);

struct StoredRequest {
  RequestRecord record;
  std::vector<std::string> effects;
};

// What goes with a change of state, in the same write.
struct Extras {
  std::vector<std::string> effects;       // to be done from now on
  std::vector<std::string> effects_done;  // to be forgotten
  std::vector<MailJob> mails;
};

// From slapd itself. kNotFound with reason unknown-request.
Result<StoredRequest> read_request(Services&, const RequestId&);
// The record that holds a slot, or nothing.
Result<std::optional<StoredRequest>> read_slot(Services&, const std::string& slot);
// Every record of a person, in no particular order; unreadable ones are left out.
Result<std::vector<StoredRequest>> read_requests_of(Services&, const EntryUuid& person);

// Adds the entry; sets the record's id and dn. kConflict (request-open or already-held) when the
// slot is taken.
Status add_request(Services&, RequestRecord&, const Extras&);

// Turns `before` into `after` (revision + 1 and at least one event more) if the entry is still what
// `before` says; kLost when it is not. kConflict (already-held) when the new slot is taken;
// kUnknownOutcome when even a second look cannot tell.
enum class Swap { kDone, kLost };
Result<Swap> swap_request(Services&, const RequestRecord& before, RequestRecord& after,
                          const Extras&);

}  // namespace habilitd::workflow
