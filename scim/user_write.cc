#include "scim/user_write.h"

#include <algorithm>

#include "scim/errors.h"
#include "scim/normalise.h"
#include "scim/user_values.h"
#include "workflow/people.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Change;

constexpr const char* kPersonClass = "habPerson";

bool is_hab(Attr attr) {
  return attr == Attr::kHabActive || attr == Attr::kHabScim || attr == Attr::kHabExternalId;
}

// Order counts for no LDAP attribute, except that SCIM shows the first of several.
bool same_values(const ldap::Record& record, Attr attr, const std::vector<std::string>& wanted) {
  const auto present = record.values(attr);
  if (present.size() != wanted.size()) return false;
  if (attr == Attr::kMail || attr == Attr::kHabExternalId) {
    return std::is_permutation(present.begin(), present.end(), wanted.begin());
  }
  return std::equal(present.begin(), present.end(), wanted.begin());
}

Status take_password(Json& tree, UserWrite& write) {
  const auto found = tree.find("password");
  if (found == tree.end()) return done();
  Secret password(found->get<std::string>());
  tree.erase(found);
  // A hash would set a password that no policy has seen.
  if (password.reveal().starts_with('{')) {
    return invalid_value("A password is given in clear and does not begin with \"{\".");
  }
  write.password = std::move(password);
  return done();
}

// This client's identifier among those of others.
std::vector<std::string> wanted_external_ids(const Json& tree, const ldap::Record* record,
                                             const Audience& audience) {
  std::vector<std::string> values;
  if (record) {
    for (const std::string_view value : record->values(Attr::kHabExternalId)) {
      if (!value.starts_with(audience.id_prefix)) values.emplace_back(value);
    }
  }
  const auto given = tree.find("externalId");
  if (given != tree.end()) values.push_back(audience.id_prefix + given->get<std::string>());
  return values;
}

// The manager's name in the directory; empty: none.
Result<std::string> wanted_manager(const Json& tree, const Audience& audience,
                                   const ldap::Mirror::View& view) {
  const Json* manager = find_value(user_type(), tree, *user_attributes().manager);
  if (!manager) return std::string();
  const std::string_view text = linked_id(*manager);
  if (text.empty()) return std::string();
  const auto id = EntryUuid::parse(text);
  const auto record = id ? view.by_id(*id) : nullptr;
  if (!record || record->kind() != ldap::Kind::kPerson || !audience.sight.sees(*record, view)) {
    return invalid_value("The manager is not the id of a User.");
  }
  return record->dn();
}

void add_change(UserWrite& write, const ldap::Layout& layout, Attr attr,
                std::vector<std::string> values) {
  write.changes.push_back(ldap::change(layout, Change::Op::kReplace, attr, std::move(values)));
}

void compare(UserWrite& write, const ldap::Layout& layout, const ldap::Record& record,
             const WantedValues& wanted) {
  bool hab = false;
  for (const auto& [attr, values] : wanted) {
    if (same_values(record, attr, values)) continue;
    hab = hab || (is_hab(attr) && !values.empty());
    add_change(write, layout, attr, values);
  }
  // People of a directory that was there before get the class with their first attribute of ours.
  if (hab && !record.has_class(kPersonClass)) {
    write.changes.insert(write.changes.begin(), ldap::change(layout, Change::Op::kAdd,
                                                             Attr::kObjectClass, {kPersonClass}));
  }
}

// What lets somebody in, or keeps her out.
bool changes_account(const UserWrite& write, const ldap::Layout& layout, const ldap::Record& now) {
  if (write.password) return true;
  const auto changes = [&](const Change& change) {
    const auto attr = layout.attr(change.attribute.str());
    if (attr == Attr::kHabActive) {
      const bool off = !change.values.empty() && change.values.front() == "FALSE";
      return off == workflow::is_active(now);
    }
    return attr == Attr::kUid || attr == Attr::kMail;
  };
  return std::any_of(write.changes.begin(), write.changes.end(), changes);
}

}  // namespace

Status may_write(const Call& call, const ldap::Record& now, const ldap::Mirror::View& view,
                 const UserWrite& write) {
  if (!changes_account(write, call.layout(), now)) return done();
  return call.audience.sight.governs(call.services, now, view);
}

namespace {

// habExternalId begins with the client's id.
std::string_view client_of(const Audience& audience) {
  const std::string_view prefix = audience.id_prefix;
  return prefix.substr(0, prefix.find(':'));
}

// Whom another client, or somebody with access to the directory, switched off, only a client that
// sees everything switches on again.
Status may_switch(const Audience& audience, const ldap::Record& now, const WantedValues& wanted) {
  if (audience.sight.all() || workflow::is_active(now)) return done();
  const auto active = wanted.find(Attr::kHabActive);
  const bool stays_off =
      active != wanted.end() && !active->second.empty() && active->second.front() == "FALSE";
  if (stays_off || switched_off_by(now) == client_of(audience)) return done();
  return Error{Errc::kForbidden, "switched-off-by-other", {}};
}

}  // namespace

Result<UserWrite> write_user(Json tree, const UserReader* now, const Audience& audience,
                             const ldap::Layout& layout, const ldap::Mirror::View& view) {
  UserWrite write;
  if (auto ok = take_password(tree, write); !ok) return ok.error();
  const ldap::Record* record = now ? now->record().get() : nullptr;
  auto wanted = wanted_values(tree, record, client_of(audience));
  if (!wanted) return wanted.error();
  if (record) {
    if (auto ok = may_switch(audience, *record, *wanted); !ok) return ok.error();
  }
  const auto wish = [&](Attr attr) {
    const auto found = wanted->find(attr);
    return found == wanted->end() ? std::vector<std::string>() : found->second;
  };
  if (auto ok = audience.sight.accepts(record, view, wish(Attr::kMail), wish(Attr::kUid)); !ok) {
    return ok.error();
  }
  (*wanted)[Attr::kHabExternalId] = wanted_external_ids(tree, record, audience);
  auto manager = wanted_manager(tree, audience, view);
  if (!manager) return manager.error();
  if (!now) {
    if (!manager->empty()) (*wanted)[Attr::kManager] = {*manager};
    for (auto& [attr, values] : *wanted) {
      if (!values.empty()) write.attributes.push_back(ldap::attribute(layout, attr, values));
    }
    return write;
  }
  compare(write, layout, *record, *wanted);
  const auto present = now->manager();
  if (*manager != (present ? present->dn() : std::string())) {
    add_change(write, layout, Attr::kManager,
               manager->empty() ? std::vector<std::string>() : std::vector<std::string>{*manager});
  }
  return write;
}

}  // namespace habilitd::scim
