#include "workflow/grants.h"

#include "workflow/lookup.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Identity;
namespace code = ldap::code;

Error unknown_person() { return {Errc::kNotFound, "unknown-person", {}}; }

Result<FoundPerson> target_of(Services& services, const Permission& permission) {
  auto person = look_up_person(services, permission.target());
  if (!person) return person.error();
  if (!*person) return unknown_person();
  return **std::move(person);
}

// One value added or removed by one modify; a value that is already (or no longer) there is fine.
Status change_value(Services& services, const ldap::Dn& dn, Change::Op op, Attr attr,
                    const std::string& value) {
  const auto written = services.directory.modify(
      Identity::kDecisions, dn, {ldap::change(services.directory.layout(), op, attr, {value})});
  if (written) return done();
  const int refused = written.error().directory_code;
  const int harmless = op == Change::Op::kAdd ? code::kTypeOrValueExists : code::kNoSuchAttribute;
  if (refused == harmless) return done();
  return written.error();
}

// The value that tokens carry, derived from membership; adopted people without our class have none.
Status change_derived_value(Services& services, const FoundPerson& person, Change::Op op,
                            const Permission& permission) {
  if (!person.keeps_habilitations) return done();
  return change_value(
      services, person.dn, op, Attr::kHabilitation,
      permission.application() + ":" + permission.role() + ":" + permission.siret().str());
}

Result<ldap::Dn> group_of(Services& services, const Permission& permission) {
  auto role = RoleId::parse(permission.application(), permission.role());
  if (!role) return role.error();
  return services.directory.layout().habilitation(*role, permission.siret());
}

Status create_group(Services& services, const ldap::Dn& dn, const Permission& permission,
                    const std::string& member) {
  const ldap::Layout& layout = services.directory.layout();
  const std::string name =
      permission.application() + "." + permission.role() + "." + permission.siret().str();
  const auto added = services.directory.add(
      Identity::kDecisions, dn,
      {ldap::attribute(layout, Attr::kObjectClass, {layout.group_class, "habHabilitation"}),
       ldap::attribute(layout, Attr::kCn, {name}),
       ldap::attribute(layout, Attr::kHabApplication, {permission.application()}),
       ldap::attribute(layout, Attr::kHabRole, {permission.role()}),
       ldap::attribute(layout, Attr::kHabSiret, {permission.siret().str()}),
       ldap::attribute(layout, Attr::kMember, {layout.steward.str(), member})});
  if (added) return done();
  if (added.error().directory_code != code::kConstraintViolation) return added.error();
  // Somebody with access to the directory has another entry of that name, or the schema refuses it.
  services.log.error("grant.name-taken", {{"name", name}, {"reason", added.error().reason}});
  return Error{Errc::kConflict, "habilitation-name-taken", name, code::kConstraintViolation};
}

Status add_holder(Services& services, const ldap::Dn& group, const Permission& permission,
                  const std::string& member) {
  auto added = change_value(services, group, Change::Op::kAdd, Attr::kMember, member);
  if (added || added.error().directory_code != code::kNoSuchObject) return added;
  auto created = create_group(services, group, permission, member);
  if (created || created.error().directory_code != code::kEntryAlreadyExists) return created;
  // Somebody else created it in between.
  return change_value(services, group, Change::Op::kAdd, Attr::kMember, member);
}

Status remove_holder(Services& services, const ldap::Dn& group, const std::string& member) {
  auto removed = change_value(services, group, Change::Op::kDelete, Attr::kMember, member);
  if (removed) return removed;
  if (removed.error().directory_code == code::kNoSuchObject) return done();
  if (removed.error().directory_code != code::kObjectClassViolation) return removed;
  // An adopted group without the steward, and its last member: a group of names cannot be empty.
  const ldap::Layout& layout = services.directory.layout();
  const auto both = services.directory.modify(
      Identity::kDecisions, group,
      {ldap::change(layout, Change::Op::kAdd, Attr::kMember, {layout.steward.str()}),
       ldap::change(layout, Change::Op::kDelete, Attr::kMember, {member})});
  if (both) return done();
  return both.error();
}

Status attach(Services& services, const Permission& permission, const FoundPerson& person) {
  const ldap::Dn structure = services.directory.layout().structure(permission.siret());
  auto added = change_value(services, structure, Change::Op::kAdd, Attr::kMember, person.dn.str());
  if (added || added.error().directory_code != code::kNoSuchObject) return added;
  return Error{Errc::kNotFound, "unknown-structure", permission.siret().str()};
}

// The steward leaves and comes back, or comes to an adopted group that lacks it.
std::vector<Change> touch(const ldap::Layout& layout, bool has_steward) {
  const auto steward = [&](Change::Op op) {
    return ldap::change(layout, op, Attr::kMember, {layout.steward.str()});
  };
  if (!has_steward) return {steward(Change::Op::kAdd)};
  return {steward(Change::Op::kDelete), steward(Change::Op::kAdd)};
}

}  // namespace

Status claim_version(Services& services, const EntryUuid& group,
                     const ldap::WriteOptions& options) {
  ldap::RecordPtr record;
  bool has_steward = false;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    record = view->by_id(group);
    if (!record || record->kind() != ldap::Kind::kHabilitation) {
      return Error{Errc::kNotFound, "unknown-group", group.str()};
    }
    has_steward = view->has_steward(record->node());
  }
  const auto dn = ldap::Dn::parse(record->dn());
  if (!dn) return dn.error();
  const auto written = services.directory.modify(
      Identity::kDecisions, *dn, touch(services.directory.layout(), has_steward), options);
  return written ? done() : Status(written.error());
}

Status grant(Services& services, const Permission& permission, Attach also) {
  const auto group = group_of(services, permission);
  if (!group) return group.error();
  const auto person = target_of(services, permission);
  if (!person) return person.error();
  if (also == Attach::kYes) {
    if (auto attached = attach(services, permission, *person); !attached) return attached;
  }
  if (auto added = add_holder(services, *group, permission, person->dn.str()); !added) return added;
  return change_derived_value(services, *person, Change::Op::kAdd, permission);
}

Status withdraw(Services& services, const Permission& permission) {
  const auto group = group_of(services, permission);
  if (!group) return group.error();
  const auto person = target_of(services, permission);
  if (!person) return person.error();
  if (auto removed = remove_holder(services, *group, person->dn.str()); !removed) return removed;
  return change_derived_value(services, *person, Change::Op::kDelete, permission);
}

}  // namespace habilitd::workflow
