#include "scim/group_entry.h"

#include "workflow/deed.h"
#include "workflow/group_names.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Identity;

std::string text_of(const Json& tree, const char* name) {
  const auto found = tree.find(name);
  return found == tree.end() ? std::string() : found->get<std::string>();
}

template <class T>
void end_deed(workflow::Deed& deed, const Result<T>& result) {
  if (result) {
    deed.end("done");
  } else {
    deed.end(result.error());
  }
}

std::vector<std::string> external_ids(const Call& call, const ldap::Record& record,
                                      const std::string& external_id) {
  std::vector<std::string> values;
  for (const std::string_view value : record.values(Attr::kHabExternalId)) {
    if (!value.starts_with(call.audience.id_prefix)) values.emplace_back(value);
  }
  if (!external_id.empty()) values.push_back(call.audience.id_prefix + external_id);
  return values;
}

std::vector<Change> changes_of(const Call& call, const ldap::Record& record,
                               const GroupFields& fields) {
  std::vector<Change> changes;
  const auto replace = [&](Attr attr, std::vector<std::string> values) {
    const auto present = record.values(attr);
    if (std::equal(present.begin(), present.end(), values.begin(), values.end())) return;
    changes.push_back(ldap::change(call.layout(), Change::Op::kReplace, attr, std::move(values)));
  };
  replace(Attr::kCn, {fields.display_name});
  auto ids = external_ids(call, record, fields.external_id);
  const bool needs_class = !ids.empty() && !record.has_class("habGroup");
  replace(Attr::kHabExternalId, std::move(ids));
  if (needs_class) {
    changes.insert(changes.begin(),
                   ldap::change(call.layout(), Change::Op::kAdd, Attr::kObjectClass, {"habGroup"}));
  }
  return changes;
}

}  // namespace

GroupFields group_fields(const Json& tree) {
  return {text_of(tree, "displayName"), text_of(tree, "externalId")};
}

Status may_change_group(const Call& call, const ldap::Record& record) {
  if (record.kind() != ldap::Kind::kGroup) {
    return Error{Errc::kForbidden, "habilitation-group", {}};
  }
  return workflow::check_group_is_open(call.services, record);
}

Result<ldap::Written> add_group(Call& call, const GroupFields& fields) {
  if (auto ok = workflow::check_group_name(call.services, fields.display_name); !ok) {
    return ok.error();
  }
  const ldap::Layout& layout = call.layout();
  const std::string key = EntryUuid::random().str();
  ldap::Attributes entry{
      ldap::attribute(layout, Attr::kObjectClass, {layout.group_class, "habGroup"}),
      ldap::attribute(layout, Attr::kHabKey, {key}),
      ldap::attribute(layout, Attr::kCn, {fields.display_name}),
      ldap::attribute(layout, Attr::kHabSource, {workflow::source_name(call.client.actor())}),
      ldap::attribute(layout, Attr::kMember, {layout.steward.str()})};
  if (!fields.external_id.empty()) {
    entry.push_back(ldap::attribute(layout, Attr::kHabExternalId,
                                    {call.audience.id_prefix + fields.external_id}));
  }
  workflow::Deed deed(call.services, call.client.actor(), "group.create", Json{{"key", key}},
                      workflow::Deed::Durable::kSoon);
  if (auto intended = deed.intend(); !intended) return intended.error();
  const auto dn = ldap::Dn::child(layout.name(Attr::kHabKey), key, layout.groups);
  auto added = call.services.directory.add(Identity::kProvisioning, dn, entry);
  if (added) deed.note("group", added->id.str());
  end_deed(deed, added);
  return added;
}

Result<ldap::Written> modify_group(Call& call, const ldap::Record& record,
                                   const GroupFields& fields, const ldap::WriteOptions& options) {
  if (fields.display_name != record.first(Attr::kCn)) {
    if (auto ok = workflow::check_group_name(call.services, fields.display_name); !ok) {
      return ok.error();
    }
  }
  const auto changes = changes_of(call, record, fields);
  if (changes.empty()) return ldap::Written{record.id(), std::string(record.csn())};
  const auto dn = ldap::Dn::parse(record.dn());
  if (!dn) return dn.error();
  workflow::Deed deed(call.services, call.client.actor(), "group.change",
                      Json{{"group", record.id().str()}}, workflow::Deed::Durable::kSoon);
  if (auto intended = deed.intend(); !intended) return intended.error();
  auto written = call.services.directory.modify(Identity::kProvisioning, *dn, changes, options);
  end_deed(deed, written);
  return written;
}

Status remove_group(Call& call, const ldap::Record& record, const ldap::WriteOptions& options) {
  const auto dn = ldap::Dn::parse(record.dn());
  if (!dn) return dn.error();
  workflow::Deed deed(call.services, call.client.actor(), "group.delete",
                      Json{{"group", record.id().str()}}, workflow::Deed::Durable::kSoon);
  if (auto intended = deed.intend(); !intended) return intended;
  auto removed = call.services.directory.remove(Identity::kProvisioning, *dn, record.id(), options);
  end_deed(deed, removed);
  return removed;
}

}  // namespace habilitd::scim
