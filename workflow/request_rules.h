// What the use cases of requests.h check alike: texts, end dates, repeated forms, who may see what.
#pragma once

#include <optional>

#include "policies/policy.h"
#include "workflow/request_entry.h"
#include "workflow/requests.h"

namespace habilitd::workflow {

// Line ends made one "\n", blanks at both ends removed. kInvalid: text-invalid (not UTF-8, control
// or bidirectional characters), <what>-short, <what>-long, and for an empty text that is demanded
// <what>-missing. Lengths in characters.
struct TextRule {
  const char* what;  // "justification", "reason"
  int least = 0, most = 500;
  bool demanded = false;
};
Result<std::string> check_text(const std::string&, const TextRule&);

// When a habilitation given now ends: as asked, else after the role's longest duration, else never.
// kInvalid: until-past, until-too-late.
Result<std::optional<Instant>> end_of(const policies::Policy&, const std::string& role,
                                      const std::optional<Instant>& asked, Instant now);

// A record of these that the actor made, or decided, with this operation before; nullptr when there
// is none or the operation is empty.
const StoredRequest* find_repeated(const std::vector<StoredRequest>&, const Holding&,
                                   const std::string& operation, const EntryUuid& actor);

// Fills in names as they are today, to be kept as text, and whether the person has to be attached.
// kNotFound when person or structure have left the mirror.
Status describe(Services&, RequestRecord&);

// The state has moved on; tells by whom and when in `detail`.
Error already_decided(const RequestRecord&);

}  // namespace habilitd::workflow
