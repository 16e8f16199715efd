// The controls and extended values that requests carry, as owned libldap objects. For ldap/ only.
#pragma once

#include <ldap.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ldap/connection.h"

namespace habilitd::ldap {

struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Message = std::unique_ptr<LDAPMessage, FreeMessage>;

struct FreeControls {
  void operator()(LDAPControl** controls) const { ldap_controls_free(controls); }
};
using Controls = std::unique_ptr<LDAPControl*, FreeControls>;

struct FreeMemory {
  void operator()(void* memory) const { ldap_memfree(memory); }
};
using LdapText = std::unique_ptr<char, FreeMemory>;

// A null-terminated list of request controls that owns their values.
class RequestControls {
 public:
  RequestControls() = default;
  RequestControls(const RequestControls&) = delete;
  RequestControls& operator=(const RequestControls&) = delete;

  void add_password_policy();                    // draft-behera-ldap-password-policy
  void add_post_read();                          // RFC 4527: entryUUID and entryCSN
  void add_pre_read();                           // RFC 4527: the same, of before
  Status add_assertion(::ldap*, const Filter&);  // RFC 4528
  LDAPControl** list();

 private:
  struct Owned {
    std::string oid, value;
    bool critical, has_value;
    LDAPControl control;
  };
  void add(std::string oid, std::string value, bool has_value, bool critical);
  std::vector<std::unique_ptr<Owned>> owned_;
  std::vector<LDAPControl*> list_;
};

// The post-read response among response controls, and the pre-read response if there is one;
// kUnknownOutcome when the first is missing or unreadable.
Result<Written> parse_post_read(LDAPControl** response);

// The password policy response; `error` is a LDAPPasswordPolicyError, PP_noError without a
// response.
struct PasswordPolicy {
  int seconds_to_expiry = -1, grace_logins = -1;
  LDAPPasswordPolicyError error = PP_noError;
};
PasswordPolicy parse_password_policy(::ldap*, LDAPControl** response);

// A berval over text that outlives it; libldap does not write to what it is given.
inline berval view_of(std::string_view text) {
  return {static_cast<ber_len_t>(text.size()), const_cast<char*>(text.data())};
}

}  // namespace habilitd::ldap
