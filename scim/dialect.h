// What clients send beyond the RFC, by name. Each client has a dialect; a quirk is accepted only
// where its dialect allows it, and every use is counted (habilitd_scim_quirks_total) and logged
// (scim.quirk), so that an administrator sees what a provider really sends.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/log.h"
#include "base/metrics.h"

namespace habilitd::scim {

enum class Dialect : std::uint8_t { kRfc, kEntra, kOkta, kStrict };
// Unknown words mean kRfc.
Dialect parse_dialect(std::string_view);
std::string_view dialect_name(Dialect);

enum class Quirk : std::uint8_t {
  kOpCase,            // "op": "Replace"
  kStringBoolean,     // "True" and "False" for a boolean, in values and in filters
  kBareManager,       // the manager as a string; "" removes
  kReplaceCreates,    // replace on emails[type eq "work"].value without such an element creates it
  kAddCreates,        // add on the same
  kDottedKeys,        // {"name.givenName": ...}, {"urn:...:User:department": ...} without a path
  kPathless,          // PATCH operations without a path
  kPathlessReadOnly,  // ... whose value names id, meta and the like: ignored
  kRemoveByValue,     // remove members with a value: only those
  kExtraMembers,      // unknown members in a PatchOp or in an operation: ignored
  kUnknownAttribute,  // ignored
  kForeignSchema,     // unknown URNs in `schemas`: ignored
  kSchemasMissing,    // a body or message without `schemas`
  kCount
};
inline constexpr std::size_t kQuirkCount = static_cast<std::size_t>(Quirk::kCount);
std::string_view quirk_name(Quirk);
bool allows(Dialect, Quirk);

// One request's view of it: asks, and remembers what was used. Not thread-safe.
class Tolerance {
 public:
  explicit Tolerance(Dialect dialect) : dialect_(dialect) {}
  Dialect dialect() const { return dialect_; }
  // May this deviation pass? Noted when it may.
  bool accept(Quirk);
  bool used(Quirk quirk) const { return used_[static_cast<std::size_t>(quirk)]; }
  // Once, at the end of the request.
  void report(Metrics&, Log&, std::string_view client_id) const;

 private:
  Dialect dialect_;
  std::array<bool, kQuirkCount> used_{};
};

}  // namespace habilitd::scim
