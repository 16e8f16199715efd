// Errors as values. Every function that can fail at run time returns Result<T>; exceptions are for
// bugs, exhausted memory and start-up only.
//
// An Error carries a closed code (what a protocol must answer), a stable reason (a key for the text
// a reader sees, or a SCIM scimType), and a detail that is for the log and for administrators.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace habilitd {

enum class Errc {
  kInvalid,          // the caller's input is wrong
  kUnauthenticated,  // nobody, or not who they say
  kForbidden,        // known, but may not
  kNotFound,         // no such thing, or not for this caller
  kConflict,         // uniqueness, or the state has moved on
  kStale,            // the version or revision the caller named is not the current one
  kTooLarge,         // above a size limit
  kTooMany,          // above a rate or count limit
  kUnavailable,      // not done; trying again later may work
  kUnknownOutcome,   // the directory did not answer in time: done or not, nobody knows
  kInternal          // a fault of ours
};

struct Error {
  Errc code = Errc::kInternal;
  std::string reason;      // stable, lower-case-with-hyphens ("sod-exclusive", "unknown-role")
  std::string detail;      // for the log and administrators; never shown to people
  int directory_code = 0;  // RFC 4511 result code when the directory refused, else 0
};

struct Nothing {};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  // Precondition: ok().
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Precondition: !ok().
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Nothing>;
inline Status done() { return Nothing{}; }

inline Error invalid(std::string reason, std::string detail = {}) {
  return {Errc::kInvalid, std::move(reason), std::move(detail)};
}

}  // namespace habilitd
