#include "scim/groups.h"

#include "scim/announce.h"
#include "scim/errors.h"
#include "scim/group_entry.h"
#include "scim/group_reader.h"
#include "scim/habilitation_members.h"
#include "scim/member_plan.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "scim/projection.h"
#include "scim/users.h"
#include "scim/version.h"

namespace habilitd::scim {
namespace {

// What a request makes of a group, worked out while the view is held and written after it.
struct GroupChange {
  ldap::RecordPtr group;
  GroupFields before, after;
  bool members_change = false;
  workflow::MemberChange members;     // for an ordinary group
  workflow::MemberChange difference;  // for one that confers a habilitation
  ldap::WriteOptions condition;
};

Result<GroupFields> fields_of(const ResourceReader& reader) {
  auto tree = tree_of(reader);
  if (!tree) return tree.error();
  return group_fields(*tree);
}

// Finds the group, checks If-Match, lets `describe` say what changes.
template <class Describe>
Result<GroupChange> work_out(Call& call, std::string_view id, Describe&& describe) {
  const auto view = call.services.directory.view();
  if (!view) return view.error();
  auto record = find_resource(call, *view, group_type(), id);
  if (!record) return record.error();
  auto condition = write_condition(call.request.headers.if_match, **record, call.layout());
  if (!condition) return condition.error();
  GroupReader reader(call.audience);
  reader.look_at(*record, &*view);
  reader.keep_links({});
  auto before = fields_of(reader);
  if (!before) return before.error();
  GroupChange change{*record, *before, *before, false, {}, {}, *std::move(condition)};
  MemberPlan plan(group_members(), *view, *record, call.audience, call.tolerance);
  if (auto ok = describe(change, plan); !ok) return ok.error();
  change.members_change = !plan.empty();
  change.members = plan.change();
  if (change.group->kind() == ldap::Kind::kHabilitation) change.difference = plan.difference();
  return change;
}

// A group that could not be filled is not left behind: nobody has seen it yet.
void take_back(Call& call, const EntryUuid& id) {
  ldap::RecordPtr record;
  if (const auto view = call.services.directory.view()) record = view->by_id(id);
  if (!record || !remove_group(call, *record, {})) {
    call.services.log.error("scim.group-left-over", {{"group", id.str()}});
  }
}

Status write_group(Call& call, const GroupChange& change) {
  const bool renamed = change.before != change.after;
  if (change.group->kind() == ldap::Kind::kHabilitation) {
    if (renamed) return may_change_group(call, *change.group);
    return change_holders(call, *change.group, change.difference, change.condition);
  }
  if (!renamed && !change.members_change) return done();
  if (auto ok = may_change_group(call, *change.group); !ok) return ok;
  auto written = change_group(call, change.group->id(), change.before, change.after, change.members,
                              change.condition);
  return written ? done() : Status(written.error());
}

// Of a group that confers a habilitation each grant is told by whoever applies it.
void announce_change(const Call& call, const GroupChange& change, const char* verb) {
  if (change.group->kind() == ldap::Kind::kHabilitation) return;
  const EntryUuid id = change.group->id();
  {
    const auto view = call.services.directory.view();
    const auto now = view ? view->by_id(id) : nullptr;
    if (!now || now->csn() == change.group->csn()) return;
  }
  std::vector<std::string> attributes;
  if (change.before.display_name != change.after.display_name) {
    attributes.emplace_back("displayName");
  }
  if (change.before.external_id != change.after.external_id) attributes.emplace_back("externalId");
  if (change.members_change) attributes.emplace_back("members");
  announce(call, group_type(), {verb, id, std::move(attributes)});
}

Status apply_edits(Call& call, const std::vector<Edit>& edits, GroupChange& change,
                   MemberPlan& plan) {
  Json tree{{"displayName", change.before.display_name}};
  if (!change.before.external_id.empty()) tree["externalId"] = change.before.external_id;
  for (const Edit& edit : edits) {
    const bool members = edit.target.path.attribute == group_attributes().members;
    const Status applied =
        members ? plan.apply(edit) : apply_edit(group_type(), tree, edit, call.tolerance);
    if (!applied) return applied;
  }
  if (auto ok = check_required(group_type(), tree); !ok) return ok;
  change.after = group_fields(tree);
  return done();
}

}  // namespace

Result<Response> create_group(Call& call) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto tree = normalise(group_type(), *body, call.tolerance);
  if (!tree) return tree.error();
  workflow::MemberChange members;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    MemberPlan plan(group_members(), *view, nullptr, call.audience, call.tolerance);
    const auto given = tree->find("members");
    if (auto ok = plan.replace_with(given == tree->end() ? Json() : *given); !ok) return ok.error();
    members.add = plan.change().add;
  }
  const GroupFields fields = group_fields(*tree);
  auto added = add_group(call, fields);
  if (!added) return added.error();
  if (!members.add.empty()) {
    if (auto joined = change_group(call, added->id, fields, fields, members, {}); !joined) {
      take_back(call, added->id);
      return joined.error();
    }
  }
  announce(call, group_type(), {"create", added->id, changed_attributes(Json::object(), *tree)});
  return written_response(call, group_type(), added->id, 201);
}

Result<Response> replace_group(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto tree = normalise(group_type(), *body, call.tolerance);
  if (!tree) return tree.error();
  const bool with_members = member_of(*body, "members") != nullptr;
  auto change = work_out(call, id, [&](GroupChange& group, MemberPlan& plan) -> Status {
    group.after = group_fields(*tree);
    if (!with_members) return done();
    const auto members = tree->find("members");
    return plan.replace_with(members == tree->end() ? Json() : *members);
  });
  if (!change) return change.error();
  if (auto ok = write_group(call, *change); !ok) return ok.error();
  announce_change(call, *change, "put");
  return written_response(call, group_type(), change->group->id(), 200);
}

Result<Response> patch_group(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto edits = parse_patch(group_type(), *body, call.tolerance);
  if (!edits) return edits.error();
  auto change = work_out(call, id, [&](GroupChange& group, MemberPlan& plan) {
    return apply_edits(call, *edits, group, plan);
  });
  if (!change) return change.error();
  if (auto ok = write_group(call, *change); !ok) return ok.error();
  announce_change(call, *change, "patch");
  return patched_response(call, group_type(), change->group->id(), group_attributes().members);
}

Result<Response> delete_group(Call& call, std::string_view id) {
  auto change = work_out(call, id, [](GroupChange&, MemberPlan&) { return done(); });
  if (!change) return change.error();
  if (auto ok = may_change_group(call, *change->group); !ok) return ok.error();
  const auto receivers = workflow::receivers_of(call.services, change->group->id());
  auto removed = remove_group(call, *change->group, change->condition);
  if (!removed) return removed.error();
  announce_deletion(call, group_type(), change->group->id(), receivers);
  return deleted_response();
}

}  // namespace habilitd::scim
