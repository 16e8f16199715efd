// Identifiers as types. Each has a private constructor and a parse(): text that has not been
// checked cannot be passed where an identifier is wanted.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace habilitd {

// RFC 4530 entryUUID. Written lower case; parse() accepts only the canonical lower-case form,
// because SCIM ids are case-exact (RFC 7643 section 3.1).
class EntryUuid {
 public:
  EntryUuid() = default;                             // the nil uuid: no entry
  static Result<EntryUuid> parse(std::string_view);  // error: kInvalid, uuid-syntax
  // Throws std::invalid_argument unless there are sixteen: that is a bug of the caller.
  static EntryUuid from_bytes(std::string_view sixteen_bytes);
  static EntryUuid random();

  std::string str() const;
  bool nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  std::size_t hash() const;
  auto operator<=>(const EntryUuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A request entry's identity; a type of its own so that a person is never taken for a request.
class RequestId {
 public:
  RequestId() = default;
  explicit RequestId(const EntryUuid& entry) : entry_(entry) {}
  static Result<RequestId> parse(std::string_view);
  const EntryUuid& entry() const { return entry_; }
  std::string str() const { return entry_.str(); }
  auto operator<=>(const RequestId&) const = default;

 private:
  EntryUuid entry_;
};

// 14 digits of the French register of establishments. Luhn over all digits; for La Poste
// (SIREN 356000000) Luhn or a digit sum divisible by 5; all zeros refused; ASCII spaces and
// no-break spaces between digits tolerated, no other digits than ASCII's.
// Errors: kInvalid with reason siret-empty | siret-length | siret-digits | siret-checksum.
class Siret {
 public:
  static Result<Siret> parse(std::string_view);
  const std::string& str() const { return digits_; }
  std::string spaced() const;  // "732 829 320 00074"
  auto operator<=>(const Siret&) const = default;

 private:
  explicit Siret(std::string digits) : digits_(std::move(digits)) {}
  std::string digits_;
};

// One mail address, dot-atom "@" domain with at least one dot, ASCII, at most 254 characters, no
// leading dash, no comments, quotes or lists, none of % ! | ` (RFC 5321 section 4.1.2, the safe
// subset). Errors: kInvalid with reason email-syntax | email-length.
class Email {
 public:
  static Result<Email> parse(std::string_view);
  const std::string& str() const { return address_; }
  std::string domain() const;  // lower case
  auto operator<=>(const Email&) const = default;

 private:
  explicit Email(std::string address) : address_(std::move(address)) {}
  std::string address_;
};

// An application's role: each part [a-z0-9][a-z0-9-]{0,31}. Error: kInvalid, role-syntax.
class RoleId {
 public:
  static Result<RoleId> parse(std::string_view application, std::string_view role);
  const std::string& application() const { return application_; }
  const std::string& role() const { return role_; }
  std::string str() const { return application_ + "." + role_; }
  auto operator<=>(const RoleId&) const = default;

 private:
  RoleId(std::string application, std::string role)
      : application_(std::move(application)), role_(std::move(role)) {}
  std::string application_, role_;
};

// Is this an application id, [a-z0-9][a-z0-9-]{0,31}?
bool is_slug(std::string_view);

}  // namespace habilitd

template <>
struct std::hash<habilitd::EntryUuid> {
  std::size_t operator()(const habilitd::EntryUuid& id) const { return id.hash(); }
};
