#include "ldap/errors.h"

#include <ldap.h>

#include <algorithm>
#include <array>

#include "ldap/schema.h"

namespace habilitd::ldap {
namespace {

struct Row {
  int code;
  Errc errc;
  const char* reason;
};

constexpr std::array<Row, 27> kRows{{
    {LDAP_TIMELIMIT_EXCEEDED, Errc::kTooLarge, "directory-time-limit"},
    {LDAP_SIZELIMIT_EXCEEDED, Errc::kTooLarge, "directory-size-limit"},
    {LDAP_ADMINLIMIT_EXCEEDED, Errc::kTooLarge, "directory-limit"},
    {LDAP_REFERRAL, Errc::kUnavailable, "directory-not-the-writer"},
    {LDAP_UNAVAILABLE_CRITICAL_EXTENSION, Errc::kUnavailable, "directory-lacks-control"},
    {LDAP_STRONG_AUTH_REQUIRED, Errc::kUnavailable, "directory-wants-tls"},
    {LDAP_CONFIDENTIALITY_REQUIRED, Errc::kUnavailable, "directory-wants-tls"},
    {code::kNoSuchAttribute, Errc::kConflict, "no-such-value"},
    {LDAP_UNDEFINED_TYPE, Errc::kInvalid, "directory-schema"},
    {code::kConstraintViolation, Errc::kInvalid, "constraint"},
    {code::kTypeOrValueExists, Errc::kConflict, "value-exists"},
    {LDAP_INVALID_SYNTAX, Errc::kInvalid, "directory-schema"},
    {code::kNoSuchObject, Errc::kNotFound, "no-such-entry"},
    {LDAP_INVALID_DN_SYNTAX, Errc::kInvalid, "dn-syntax"},
    {LDAP_INAPPROPRIATE_AUTH, Errc::kUnauthenticated, "wrong-credentials"},
    {code::kInvalidCredentials, Errc::kUnauthenticated, "wrong-credentials"},
    {code::kInsufficientAccess, Errc::kForbidden, "insufficient-access"},
    {LDAP_BUSY, Errc::kUnavailable, "directory-busy"},
    {LDAP_UNAVAILABLE, Errc::kUnavailable, "directory-unavailable"},
    // A read-only database, or one that is shutting down.
    {LDAP_UNWILLING_TO_PERFORM, Errc::kUnavailable, "directory-unwilling"},
    {LDAP_NAMING_VIOLATION, Errc::kInvalid, "directory-schema"},
    {code::kObjectClassViolation, Errc::kInvalid, "directory-schema"},
    {LDAP_NOT_ALLOWED_ON_NONLEAF, Errc::kConflict, "has-children"},
    {code::kEntryAlreadyExists, Errc::kConflict, "entry-exists"},
    // slapd's word for a full disk or a full database map; the change was rolled back.
    {LDAP_OTHER, Errc::kUnavailable, "directory-failed"},
    {code::kAssertionFailed, Errc::kStale, "assertion-failed"},
    {LDAP_OPERATIONS_ERROR, Errc::kUnavailable, "directory-failed"},
}};

// The unique overlay has no result code of its own, and two texts.
bool is_uniqueness(int code, std::string_view diagnostic) {
  return code == code::kConstraintViolation &&
         (diagnostic.find("non-unique") != std::string_view::npos ||
          diagnostic.find("not unique") != std::string_view::npos);
}

}  // namespace

bool is_connection_lost(int code) {
  return code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR ||
         code == LDAP_LOCAL_ERROR || code == LDAP_DECODING_ERROR || code == LDAP_ENCODING_ERROR;
}

Error error_from(int code, std::string_view what, std::string_view diagnostic) {
  std::string detail = std::string(what) + ": " + ldap_err2string(code);
  if (!diagnostic.empty()) detail += " (" + std::string(diagnostic) + ")";
  const auto build = [&](Errc errc, const char* reason) {
    return Error{errc, reason, std::move(detail), code};
  };
  if (is_connection_lost(code)) return build(Errc::kUnavailable, "directory-lost");
  if (is_uniqueness(code, diagnostic)) return build(Errc::kConflict, "not-unique");
  const auto row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.code == code; });
  if (row == kRows.end()) return build(Errc::kInternal, "directory-error");
  return build(row->errc, row->reason);
}

}  // namespace habilitd::ldap
