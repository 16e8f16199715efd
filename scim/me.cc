#include "scim/me.h"

#include <algorithm>

#include "scim/errors.h"

namespace habilitd::scim {
namespace {

// How a person is called, shown and reached. Not the mail addresses: they are what she signs in
// with, and what the directory has verified.
constexpr std::string_view kOwn[] = {"name",      "displayName", "nickName",          "profileUrl",
                                     "addresses", "locale",      "preferredLanguage", "timezone",
                                     "photos",    "ims",         "phoneNumbers"};

bool is_own(std::string_view name) {
  return std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn);
}

bool has_same(const Json& tree, const std::string& name, const Json& value) {
  const auto found = tree.find(name);
  return found != tree.end() && *found == value;
}

// Is everything of `one` that is not one's own in `other`, too?
bool covers(const Json& other, const Json& one) {
  for (const auto& [name, value] : one.items()) {
    if (!is_own(name) && name != "schemas" && !has_same(other, name, value)) return false;
  }
  return true;
}

}  // namespace

std::optional<Response> refuse_me(const workflow::Client& client, Method method) {
  if (!client.person) {
    return error_answer(501, {}, "This token acts for no person, so that there is no /Me.");
  }
  if (method == Method::kPost) return error_answer(501, {}, "People do not make themselves.");
  if (method == Method::kDelete) return error_answer(403, {}, "People do not delete themselves.");
  return std::nullopt;
}

Status check_own_change(const Json& before, const Json& after) {
  if (covers(before, after) && covers(after, before)) return done();
  return Error{Errc::kForbidden, "not-for-oneself", {}};
}

void keep_what_is_not_own(const Json& before, Json& after) {
  for (const auto& [name, value] : before.items()) {
    if (!is_own(name) && after.find(name) == after.end()) after[name] = value;
  }
}

}  // namespace habilitd::scim
