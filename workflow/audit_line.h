// The form of one line of the audit log, for its writer and its verifier.
//
// {"seq":7,"time":"...","event":"...",<fields>,"prev":"<hash of line 6>","hash":"<64 hex>"}
// The hash is the SHA-256 of everything before `,"hash":`; the first line's prev is 64 zeros.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace habilitd::workflow {

struct AuditLink {
  std::uint64_t seq = 0;
  std::string hash = std::string(64, '0');
};

// The line without its line end, and the chain's new end.
std::string audit_line(const AuditLink& before, Instant, std::string_view event, const Json& fields,
                       AuditLink& after);
// Checks a line's own hash, not its place in the chain. Errors: kInvalid with what is wrong in
// detail.
struct AuditLine {
  AuditLink link;
  std::string prev;
};
Result<AuditLine> read_audit_line(std::string_view line);

}  // namespace habilitd::workflow
