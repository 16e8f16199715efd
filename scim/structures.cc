#include "scim/structures.h"

#include "scim/announce.h"
#include "scim/errors.h"
#include "scim/immutable.h"
#include "scim/member_plan.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "scim/structure_reader.h"
#include "scim/users.h"
#include "scim/version.h"
#include "workflow/structures.h"

namespace habilitd::scim {
namespace {

// What a request makes of a structure, worked out while the view is held and written after it.
struct Planned {
  EntryUuid id;
  workflow::StructureChange change;
  ldap::WriteOptions condition;
  std::string csn;  // before
};

struct Plans {
  MemberPlan members, managers;
};

std::string text_of(const Json& tree, const char* name) {
  const auto found = tree.find(name);
  return found == tree.end() ? std::string() : found->get<std::string>();
}

// What the client may not see does not exist.
bool is_visible(const Call& call, const ldap::Mirror::View& view, const EntryUuid& id) {
  const auto record = view.by_id(id);
  return call.audience.sight.all() || (record && call.audience.sight.sees(*record, view));
}

Result<workflow::StructureFields> fields_of(const Call& call, const ldap::Mirror::View& view,
                                            const Json& tree) {
  workflow::StructureFields fields;
  fields.name = text_of(tree, "displayName");
  if (const auto active = tree.find("active"); active != tree.end()) fields.open = *active == true;
  const std::string external_id = text_of(tree, "externalId");
  if (!external_id.empty()) fields.external_id = call.audience.id_prefix + external_id;
  const auto parent = tree.find("parent");
  if (parent == tree.end()) return fields;
  const auto id = EntryUuid::parse(linked_id(*parent));
  if (!id || !is_visible(call, view, *id)) return invalid("unknown-parent");
  fields.parent = *id;
  return fields;
}

// What a client can set, as it is, without the people.
Result<Json> tree_now(const Call& call, const ldap::RecordPtr& record,
                      const ldap::Mirror::View& view) {
  StructureReader reader(call.audience);
  reader.look_at(record, &view);
  AttributeSet wanted;
  wanted.set(structure_attributes().parent->index);
  reader.keep_links(wanted);
  return tree_of(reader);
}

// Finds the structure, checks If-Match, lets `edit` change the tree and the people.
template <class Edit>
Result<Planned> work_out(Call& call, std::string_view id, Edit&& edit) {
  const auto view = call.services.directory.view();
  if (!view) return view.error();
  auto record = find_resource(call, *view, structure_type(), id);
  if (!record) return record.error();
  auto condition = write_condition(call.request.headers.if_match, **record, call.layout());
  if (!condition) return condition.error();
  auto tree = tree_now(call, *record, *view);
  if (!tree) return tree.error();
  auto before = fields_of(call, *view, *tree);
  if (!before) return before.error();
  Plans plans{{structure_members(), *view, *record, call.audience, call.tolerance},
              {structure_managers(), *view, *record, call.audience, call.tolerance}};
  if (auto ok = edit(*tree, plans); !ok) return ok.error();
  auto after = fields_of(call, *view, *tree);
  if (!after) return after.error();
  return Planned{(*record)->id(),
                 {*before, *after, plans.members.change(), plans.managers.change()},
                 *std::move(condition),
                 std::string((*record)->csn())};
}

// The people that a body lists; left out they stay.
Status list_people(const Json& body, const Json& tree, const char* name, MemberPlan& plan) {
  if (!member_of(body, name)) return done();
  const auto people = tree.find(name);
  return plan.replace_with(people == tree.end() ? Json() : *people);
}

Status apply(Call& call, const Edit& edit, Json& tree, Plans& plans) {
  const StructureAttributes& known = structure_attributes();
  if (edit.target.path.attribute == known.members) return plans.members.apply(edit);
  if (edit.target.path.attribute == known.managers) return plans.managers.apply(edit);
  return apply_edit(structure_type(), tree, edit, call.tolerance);
}

std::vector<std::string> changed_by(const workflow::StructureChange& change) {
  std::vector<std::string> names;
  const workflow::StructureFields &before = change.before, &after = change.after;
  const auto note = [&](bool changed, const char* name) {
    if (changed) names.emplace_back(name);
  };
  note(before.name != after.name, "displayName");
  note(before.open != after.open, "active");
  note(before.parent != after.parent, "parent");
  note(before.external_id != after.external_id, "externalId");
  note(!change.managers.empty(), "managers");
  note(!change.members.empty(), "members");
  return names;
}

Status write(Call& call, const Planned& planned, const char* verb) {
  auto written = workflow::change_structure(call.services, call.client.actor(), planned.id,
                                            planned.change, planned.condition);
  if (!written) return written.error();
  if (written->csn != planned.csn) {
    announce(call, structure_type(), {verb, planned.id, changed_by(planned.change)});
  }
  return done();
}

// A body that does not say whether the structure is open is as good as one that says yes.
Result<Json> normalise_structure(Call& call, Json body) {
  if (body.is_object() && !member_of(body, "active")) body["active"] = true;
  return normalise(structure_type(), body, call.tolerance);
}

}  // namespace

Result<Response> create_structure(Call& call) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto tree = normalise_structure(call, *body);
  if (!tree) return tree.error();
  auto siret = read_siret(*tree);
  if (!siret) return siret.error();
  if (auto ok = call.audience.sight.accepts_structure(*siret); !ok) return ok.error();
  workflow::StructureChange change;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    auto fields = fields_of(call, *view, *tree);
    if (!fields) return fields.error();
    change.after = *std::move(fields);
    Plans plans{{structure_members(), *view, nullptr, call.audience, call.tolerance},
                {structure_managers(), *view, nullptr, call.audience, call.tolerance}};
    if (auto ok = list_people(*body, *tree, "members", plans.members); !ok) return ok.error();
    if (auto ok = list_people(*body, *tree, "managers", plans.managers); !ok) return ok.error();
    change.members = plans.members.change();
    change.managers = plans.managers.change();
  }
  auto added = workflow::create_structure(call.services, call.client.actor(), *siret, change);
  if (!added) return added.error();
  announce(call, structure_type(),
           {"create", added->id, changed_attributes(Json::object(), *tree)});
  return written_response(call, structure_type(), added->id, 201);
}

Result<Response> replace_structure(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto wanted = normalise_structure(call, *body);
  if (!wanted) return wanted.error();
  if (auto siret = read_siret(*wanted); !siret) return siret.error();
  auto planned = work_out(call, id, [&](Json& tree, Plans& plans) -> Status {
    if (auto ok = check_immutable(structure_type(), tree, *wanted); !ok) return ok;
    Json next = *wanted;
    if (!member_of(*body, "active")) next["active"] = tree.at("active");
    tree = std::move(next);
    if (auto ok = list_people(*body, *wanted, "members", plans.members); !ok) return ok;
    return list_people(*body, *wanted, "managers", plans.managers);
  });
  if (!planned) return planned.error();
  if (auto ok = write(call, *planned, "put"); !ok) return ok.error();
  return written_response(call, structure_type(), planned->id, 200);
}

Result<Response> patch_structure(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto edits = parse_patch(structure_type(), *body, call.tolerance);
  if (!edits) return edits.error();
  auto planned = work_out(call, id, [&](Json& tree, Plans& plans) -> Status {
    for (const Edit& edit : *edits) {
      if (auto ok = apply(call, edit, tree, plans); !ok) return ok;
    }
    return check_required(structure_type(), tree);
  });
  if (!planned) return planned.error();
  if (auto ok = write(call, *planned, "patch"); !ok) return ok.error();
  return patched_response(call, structure_type(), planned->id, structure_attributes().members);
}

Result<Response> delete_structure(Call& call, std::string_view id) {
  auto planned = work_out(call, id, [](Json&, Plans&) { return done(); });
  if (!planned) return planned.error();
  const auto receivers = workflow::receivers_of(call.services, planned->id);
  auto deleted = workflow::delete_structure(call.services, call.client.actor(), planned->id,
                                            planned->condition);
  if (!deleted) return deleted.error();
  announce_deletion(call, structure_type(), planned->id, receivers);
  return deleted_response();
}

}  // namespace habilitd::scim
