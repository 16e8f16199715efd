#include "scim/group_entry.h"

#include "workflow/deed.h"
#include "workflow/group_names.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;
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

workflow::GroupFields in_directory(const Call& call, const GroupFields& fields) {
  const std::string& id = fields.external_id;
  return {fields.display_name, id.empty() ? std::string() : call.audience.id_prefix + id};
}

Json about_change(const EntryUuid& group, const workflow::MemberChange& members) {
  Json about{{"group", group.str()}};
  if (members.empty()) return about;
  about["added"] = workflow::ids_json(members.add);
  about["removed"] = workflow::ids_json(members.remove);
  about["replaced"] = members.replace_all;
  return about;
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
  if (const auto stored = in_directory(call, fields); !stored.external_id.empty()) {
    entry.push_back(ldap::attribute(layout, Attr::kHabExternalId, {stored.external_id}));
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

Result<ldap::Written> change_group(Call& call, const EntryUuid& group, const GroupFields& before,
                                   const GroupFields& after, const workflow::MemberChange& members,
                                   const ldap::WriteOptions& options) {
  workflow::Deed deed(call.services, call.client.actor(),
                      before == after ? "group.members" : "group.change",
                      about_change(group, members), workflow::Deed::Durable::kSoon);
  if (auto intended = deed.intend(); !intended) return intended.error();
  auto written = workflow::change_group(
      call.services, group, {in_directory(call, before), in_directory(call, after), members},
      options);
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
