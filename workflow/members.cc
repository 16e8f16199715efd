// Members of groups that confer no habilitation: change_members() of grants.h.
#include "workflow/grants.h"
#include "workflow/group_names.h"
#include "workflow/member_delta.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;

struct Delta {
  RecordPtr group;
  LinkDelta members;
  bool needs_steward = false;
};

Status check_group(const Services& services, const ldap::Record* group) {
  if (!group) return Error{Errc::kNotFound, "unknown-group", {}};
  if (group->kind() != Kind::kGroup) {
    return Error{Errc::kForbidden, "habilitation-group", group->dn()};
  }
  return check_group_is_open(services, *group);
}

bool may_be_member(const ldap::Record& record) {
  return record.kind() == Kind::kPerson || record.kind() == Kind::kGroup;
}

// What has to change, by what the mirror knows of the members.
Result<Delta> delta_of(Services& services, const EntryUuid& id, const MemberChange& change) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const RecordPtr group = view->by_id(id);
  if (auto checked = check_group(services, group.get()); !checked) return checked.error();
  auto members = link_delta(*view, *group, Link::kMember, change, may_be_member);
  if (!members) return members.error();
  return Delta{group, *std::move(members), !view->has_steward(group->node())};
}

Result<ldap::Written> write_delta(Services& services, const Delta& delta,
                                  const ldap::WriteOptions& options) {
  const ldap::Layout& layout = services.directory.layout();
  const auto dn = ldap::Dn::parse(delta.group->dn());
  if (!dn) return dn.error();
  LinkDelta members = delta.members;
  if (delta.needs_steward) members.add.push_back(layout.steward.str());
  std::vector<Change> changes;
  append_changes(layout, Attr::kMember, members, changes);
  return services.directory.modify(ldap::Identity::kProvisioning, *dn, changes, options);
}

}  // namespace

Result<ldap::Written> change_members(Services& services, const EntryUuid& group,
                                     const MemberChange& change,
                                     const ldap::WriteOptions& options) {
  constexpr int kTries = 5;
  Error last;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto seen = services.directory.mirror().changes();
    const auto delta = delta_of(services, group, change);
    if (!delta) return delta.error();
    if (delta->members.empty()) return unchanged(services, *delta->group, options);
    const auto written = write_delta(services, *delta, options);
    if (written || !overtaken(written.error())) return written;
    last = written.error();
    wait_for_news(services, seen, attempt);
  }
  return last;
}

}  // namespace habilitd::workflow
