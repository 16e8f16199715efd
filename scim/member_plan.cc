#include "scim/member_plan.h"

#include <algorithm>

#include "scim/call.h"
#include "scim/errors.h"
#include "scim/group_reader.h"
#include "scim/json_reader.h"
#include "scim/normalise.h"

namespace habilitd::scim {
namespace {

std::vector<EntryUuid> listed(const std::set<EntryUuid>& ids) { return {ids.begin(), ids.end()}; }

// {"value": ""}, which counts as unassigned, or a list with such a member.
bool names_nobody(const Json& value) {
  if (value.is_array()) return std::any_of(value.begin(), value.end(), names_nobody);
  const Json* id = value.is_object() ? member_of(value, "value") : nullptr;
  return id && *id == "";
}

bool is_person(const ldap::Record& record) { return record.kind() == ldap::Kind::kPerson; }

}  // namespace

const MemberAttribute& group_members() {
  static const MemberAttribute members{group_type(), *group_attributes().members,
                                       ldap::Link::kMember, workflow::may_be_member,
                                       "a User or Group"};
  return members;
}

const MemberAttribute& structure_members() {
  static const MemberAttribute members{structure_type(), *structure_attributes().members,
                                       ldap::Link::kMember, is_person, "a User"};
  return members;
}

const MemberAttribute& structure_managers() {
  static const MemberAttribute managers{structure_type(), *structure_attributes().managers,
                                        ldap::Link::kOwner, is_person, "a User"};
  return managers;
}

Error MemberPlan::no_member(const std::string& id) const {
  return invalid_value("\"" + id.substr(0, 64) + "\" is not the id of " +
                       std::string(members_.what) + ".");
}

// The ids of one member object or of several. What does not exist cannot be added, but may be
// removed.
Result<std::set<EntryUuid>> MemberPlan::ids_of(const Json& value, bool must_exist) const {
  auto given = check_value(members_.attribute, value, tolerance_, !value.is_array());
  if (!given) return given.error();
  if (must_exist && names_nobody(value)) return no_member({});
  if (given->is_object()) return ids_in(Json::array({*std::move(given)}), must_exist);
  return ids_in(*given, must_exist);
}

Result<std::set<EntryUuid>> MemberPlan::ids_in(const Json& members, bool must_exist) const {
  std::set<EntryUuid> ids;
  for (const Json& member : members) {
    const auto found = member.find("value");
    if (found == member.end()) return invalid_value("A member needs a \"value\".");
    const std::string& text = found->get_ref<const std::string&>();
    const auto id = EntryUuid::parse(text);
    if (!id) {
      if (must_exist) return no_member(text);
      continue;
    }
    const auto record = view_.by_id(*id);
    const bool known = record && members_.fits(*record) && sees(*record);
    if (must_exist && !known) return no_member(text);
    // Somebody else's people do not leave by this client's hand either.
    if (known || audience_.sight.all()) ids.insert(*id);
  }
  return ids;
}

// value eq "a", and "or" of these: no list is needed.
bool MemberPlan::ids_in_filter(const FilterNode& filter, std::set<EntryUuid>& ids) const {
  if (filter.op == FilterOp::kOr) {
    for (const FilterNode& child : filter.children) {
      if (!ids_in_filter(child, ids)) return false;
    }
    return true;
  }
  if (filter.op != FilterOp::kEqual || filter.path.sub != members_.attribute.value_sub()) {
    return false;
  }
  if (const auto id = EntryUuid::parse(filter.operand.text)) ids.insert(*id);
  return true;
}

Result<std::set<EntryUuid>> MemberPlan::matching(const FilterNode& filter) const {
  std::set<EntryUuid> ids;
  if (ids_in_filter(filter, ids)) return ids;
  ids.clear();
  const Attribute& attribute = members_.attribute;
  const auto consider = [&](const Accessor& reader, std::size_t element, const EntryUuid& id) {
    if (element_matches(filter, reader, element)) ids.insert(id);
  };
  if (group_ && !replace_all_) {
    const auto reader = make_reader(members_.type, audience_);
    reader->look_at(group_, &view_);
    for (std::size_t i = 0; i < reader->count(attribute); ++i) {
      const auto id = EntryUuid::parse(reader->get(attribute, i, attribute.value_sub()).text);
      if (id && remove_.count(*id) == 0) consider(*reader, i, *id);
    }
  }
  for (const EntryUuid& id : add_) {
    const auto record = view_.by_id(id);
    if (!record || !sees(*record)) continue;
    const Json alone{
        {attribute.name, Json::array({{{"value", id.str()},
                                       {"display", shown_name(*record)},
                                       {"type", is_person(*record) ? "User" : "Group"}}})}};
    consider(JsonReader(members_.type, alone), 0, id);
  }
  return ids;
}

Status MemberPlan::add(const std::set<EntryUuid>& ids) {
  for (const EntryUuid& id : ids) {
    if (group_ && id == group_->id()) return invalid_value("Nothing can be its own member.");
    remove_.erase(id);
    add_.insert(id);
  }
  return done();
}

void MemberPlan::remove(const std::set<EntryUuid>& ids) {
  for (const EntryUuid& id : ids) {
    add_.erase(id);
    if (!replace_all_) remove_.insert(id);
  }
}

Status MemberPlan::replace_with(const Json& members) {
  auto ids = ids_in(members, true);
  return ids ? replace_by(*ids) : Status(ids.error());
}

Status MemberPlan::replace_by(const std::set<EntryUuid>& ids) {
  replace_all_ = true;
  add_.clear();
  remove_.clear();
  return add(ids);
}

// members[value eq "..."] as the target of an addition names whom to add.
Status MemberPlan::add_matching(const Edit& edit) {
  std::set<EntryUuid> ids;
  if (edit.op == PatchOp::kReplace) {
    return not_mutable("A member cannot be turned into another one: remove it and add the other.");
  }
  if (!ids_in_filter(*edit.target.filter, ids) || ids.empty() ||
      !tolerance_.accept(Quirk::kAddCreates)) {
    return no_target("No member matches the filter.");
  }
  Json members = Json::array();
  for (const EntryUuid& id : ids) members.push_back({{"value", id.str()}});
  auto existing = ids_in(members, true);
  return existing ? add(*existing) : Status(existing.error());
}

Status MemberPlan::apply(const Edit& edit) {
  const bool removes = edit.op == PatchOp::kRemove;
  if (edit.target.path.sub) return not_mutable("What a member is called cannot be changed here.");
  if (edit.target.filter && !removes) return add_matching(edit);
  if (edit.target.filter) {
    auto ids = matching(*edit.target.filter);
    if (!ids) return ids.error();
    remove(*ids);
    return done();
  }
  if (removes && !edit.value.is_null()) {
    auto ids = ids_of(edit.value, false);
    if (!ids) return ids.error();
    remove(*ids);
    return done();
  }
  if (removes) return replace_by({});
  auto ids = ids_of(edit.value, true);
  if (!ids) return ids.error();
  return edit.op == PatchOp::kReplace ? replace_by(*ids) : add(*ids);
}

// Who replaces the members that she sees leaves the others alone.
workflow::MemberChange MemberPlan::change() const {
  if (!audience_.sight.all() && group_) return difference();
  return {listed(add_), listed(remove_), replace_all_};
}

workflow::MemberChange MemberPlan::difference() const {
  workflow::MemberChange change;
  const ldap::NodeId group = group_->node();
  const auto holds = [&](const EntryUuid& id) {
    const auto record = view_.by_id(id);
    return record && sees(*record) && view_.linked(group, members_.link, record->node());
  };
  for (const EntryUuid& id : add_) {
    if (!holds(id)) change.add.push_back(id);
  }
  for (const EntryUuid& id : remove_) {
    if (holds(id)) change.remove.push_back(id);
  }
  if (!replace_all_) return change;
  for (const ldap::NodeId node : view_.targets(group, members_.link)) {
    const auto record = view_.at(node);
    if (record && sees(*record) && add_.count(record->id()) == 0)
      change.remove.push_back(record->id());
  }
  return change;
}

}  // namespace habilitd::scim
