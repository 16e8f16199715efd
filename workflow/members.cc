// Groups that confer no habilitation: change_members() and change_group() of grants.h.
#include <optional>

#include "workflow/external_ids.h"
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
using View = ldap::Mirror::View;

// What one attempt will write.
struct Plan {
  RecordPtr group;
  std::vector<Change> changes;
  std::optional<LinkDelta> only_members = {};  // none: it changes something else, too
};

Status check_group(const Services& services, const ldap::Record* group) {
  if (!group) return Error{Errc::kNotFound, "unknown-group", {}};
  if (group->kind() != Kind::kGroup) {
    return Error{Errc::kForbidden, "habilitation-group", group->dn()};
  }
  return check_group_is_open(services, *group);
}

void plan_fields(const ldap::Layout& layout, const GroupChange& change, Plan& plan) {
  const GroupFields &before = change.before, &after = change.after;
  if (before.name != after.name) {
    plan.changes.push_back(ldap::change(layout, Change::Op::kReplace, Attr::kCn, {after.name}));
  }
  append_external_id_change(layout, *plan.group, before.external_id, after.external_id,
                            plan.changes);
  // An adopted group is a plain one until it gets its first attribute of ours.
  if (before.external_id == after.external_id || after.external_id.empty() ||
      plan.group->has_class("habGroup")) {
    return;
  }
  plan.changes.insert(plan.changes.begin(),
                      ldap::change(layout, Change::Op::kAdd, Attr::kObjectClass, {"habGroup"}));
}

Status plan_members(const View& view, const ldap::Layout& layout, const MemberChange& change,
                    Plan& plan) {
  auto members = link_delta(view, *plan.group, Link::kMember, change, may_be_member);
  if (!members) return members.error();
  if (!members->empty() && !view.has_steward(plan.group->node())) {
    members->add.push_back(layout.steward.str());
  }
  const bool changes_fields = !plan.changes.empty();
  append_changes(layout, Attr::kMember, *members, plan.changes);
  if (!changes_fields) plan.only_members = *std::move(members);
  return done();
}

// What has to change, by what the mirror knows of the group.
Result<Plan> plan_of(Services& services, const EntryUuid& id, const GroupChange& change) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const ldap::Layout& layout = services.directory.layout();
  Plan plan{view->by_id(id), {}};
  if (auto checked = check_group(services, plan.group.get()); !checked) return checked.error();
  plan_fields(layout, change, plan);
  if (auto ok = plan_members(*view, layout, change.members, plan); !ok) return ok.error();
  return plan;
}

Result<ldap::Written> write(Services& services, const Plan& plan,
                            const ldap::WriteOptions& options) {
  const auto dn = ldap::Dn::parse(plan.group->dn());
  if (!dn) return dn.error();
  ldap::Directory& directory = services.directory;
  constexpr auto kWho = ldap::Identity::kProvisioning;
  return plan.only_members
             ? directory.modify_members(kWho, *dn, plan.changes, *plan.only_members, options)
             : directory.modify(kWho, *dn, plan.changes, options);
}

}  // namespace

bool may_be_member(const ldap::Record& record) {
  return record.kind() == Kind::kPerson || record.kind() == Kind::kGroup ||
         record.kind() == Kind::kHabilitation;
}

Result<ldap::Written> change_group(Services& services, const EntryUuid& group,
                                   const GroupChange& change, const ldap::WriteOptions& options) {
  if (change.before.name != change.after.name) {
    if (auto may = check_group_name(services, change.after.name); !may) return may.error();
  }
  constexpr int kTries = 5;
  Error last;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto seen = services.directory.mirror().changes();
    const auto plan = plan_of(services, group, change);
    if (!plan) return plan.error();
    if (plan->changes.empty()) return unchanged(services, *plan->group, options);
    const auto written = write(services, *plan, options);
    if (written || !overtaken(written.error())) return written;
    last = written.error();
    wait_for_news(services, seen, attempt);
  }
  return last;
}

Result<ldap::Written> change_members(Services& services, const EntryUuid& group,
                                     const MemberChange& change,
                                     const ldap::WriteOptions& options) {
  return change_group(services, group, {{}, {}, change}, options);
}

}  // namespace habilitd::workflow
