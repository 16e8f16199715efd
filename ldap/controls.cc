#include "ldap/controls.h"

#include <lber.h>

#include <new>

#include "ldap/errors.h"
#include "ldap/schema.h"

namespace habilitd::ldap {
namespace {

struct FreeBer {
  void operator()(BerElement* ber) const { ber_free(ber, 1); }
};
using Ber = std::unique_ptr<BerElement, FreeBer>;

std::string flattened(BerElement* ber) {
  berval value{};
  if (ber_flatten2(ber, &value, 0) != 0) throw std::bad_alloc();
  return {value.bv_val, static_cast<std::size_t>(value.bv_len)};
}

// The attributes that a pre-read or post-read control asks for.
std::string read_value() {
  const Ber ber(ber_alloc_t(LBER_USE_DER));
  if (!ber || ber_printf(ber.get(), "{ss}", "entryUUID", "entryCSN") == -1) throw std::bad_alloc();
  return flattened(ber.get());
}

// The write itself was done, so this is not a refusal.
Error bad_post_read(const char* what) { return {Errc::kUnknownOutcome, "post-read", what}; }

bool same_type(const berval& type, std::string_view name) {
  return std::string_view(type.bv_val, static_cast<std::size_t>(type.bv_len)) == name;
}

struct State {
  std::string uuid, csn;
};

// One PartialAttribute: type and a set of values, of which the first is kept.
bool read_attribute(BerElement* ber, State& state) {
  berval type{};
  BerVarray values = nullptr;
  if (ber_scanf(ber, "{m[W]}", &type, &values) == LBER_ERROR) return false;
  if (values != nullptr && values[0].bv_val != nullptr) {
    const std::string first(values[0].bv_val, static_cast<std::size_t>(values[0].bv_len));
    if (same_type(type, "entryUUID")) state.uuid = first;
    if (same_type(type, "entryCSN")) state.csn = first;
  }
  ber_bvarray_free(values);
  return true;
}

// The entry in a pre-read or post-read response.
bool read_state(LDAPControl& control, State& state) {
  const Ber ber(ber_init(&control.ldctl_value));
  berval name{};
  if (!ber || ber_scanf(ber.get(), "{m{", &name) == LBER_ERROR) return false;
  ber_len_t length = 0;
  while (ber_peek_tag(ber.get(), &length) == LBER_SEQUENCE) {
    if (!read_attribute(ber.get(), state)) return false;
  }
  return true;
}

}  // namespace

void RequestControls::add(std::string oid, std::string value, bool has_value, bool critical) {
  auto owned = std::make_unique<Owned>(
      Owned{std::move(oid), std::move(value), critical, has_value, LDAPControl{}});
  owned->control.ldctl_oid = owned->oid.data();
  owned->control.ldctl_iscritical = critical ? 1 : 0;
  if (has_value) owned->control.ldctl_value = view_of(owned->value);
  owned_.push_back(std::move(owned));
}

void RequestControls::add_password_policy() {
  add(LDAP_CONTROL_PASSWORDPOLICYREQUEST, {}, false, false);
}

void RequestControls::add_post_read() { add(LDAP_CONTROL_POST_READ, read_value(), true, true); }

void RequestControls::add_pre_read() { add(LDAP_CONTROL_PRE_READ, read_value(), true, true); }

Status RequestControls::add_assertion(::ldap* handle, const Filter& filter) {
  berval value{};
  std::string text = filter.str();
  const int code = ldap_create_assertion_control_value(handle, text.data(), &value);
  if (code != LDAP_SUCCESS) return error_from(code, "assertion " + text);
  add(LDAP_CONTROL_ASSERT, std::string(value.bv_val, static_cast<std::size_t>(value.bv_len)), true,
      true);
  ber_memfree(value.bv_val);
  return done();
}

LDAPControl** RequestControls::list() {
  list_.clear();
  for (const auto& owned : owned_) list_.push_back(&owned->control);
  list_.push_back(nullptr);
  return list_.data();
}

Result<Written> parse_post_read(LDAPControl** response) {
  LDAPControl* control = ldap_control_find(LDAP_CONTROL_POST_READ, response, nullptr);
  if (control == nullptr) return bad_post_read("the server sent no post-read control");
  State after;
  if (!read_state(*control, after)) return bad_post_read("bad control");
  auto id = EntryUuid::parse(after.uuid);
  if (!id || after.csn.empty()) return bad_post_read("entryUUID or entryCSN may not be read");
  State before;
  LDAPControl* found = ldap_control_find(LDAP_CONTROL_PRE_READ, response, nullptr);
  if (found != nullptr && !read_state(*found, before)) before = {};
  return Written{*id, after.csn, before.csn};
}

PasswordPolicy parse_password_policy(::ldap* handle, LDAPControl** response) {
  PasswordPolicy policy;
  LDAPControl* control = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, response, nullptr);
  if (control == nullptr) return policy;
  ber_int_t expiry = -1;
  ber_int_t grace = -1;
  if (ldap_parse_passwordpolicy_control(handle, control, &expiry, &grace, &policy.error) ==
      LDAP_SUCCESS) {
    policy.seconds_to_expiry = expiry;
    policy.grace_logins = grace;
  }
  return policy;
}

}  // namespace habilitd::ldap
