#include "workflow/structures.h"

#include "workflow/deed.h"
#include "workflow/external_ids.h"
#include "workflow/member_delta.h"
#include "workflow/services.h"
#include "workflow/structure_rules.h"
#include "workflow/system_acts.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Identity;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

bool is_person(const ldap::Record& record) { return record.kind() == Kind::kPerson; }

Error unknown_structure(const EntryUuid& id) {
  return {Errc::kNotFound, "unknown-structure", id.str()};
}

void add_parent_change(const View& view, const ldap::Layout& layout, const ldap::Record& entry,
                       const std::string& wanted, std::vector<Change>& changes) {
  LinkDelta delta;
  bool present = false;
  for (const ldap::NodeId node : view.targets(entry.node(), Link::kSeeAlso)) {
    const RecordPtr record = view.at(node);
    if (!record || record->kind() != Kind::kStructure) continue;
    if (record->dn() == wanted) {
      present = true;
    } else {
      delta.remove.push_back(record->dn());
    }
  }
  if (!present && !wanted.empty()) delta.add.push_back(wanted);
  append_changes(layout, Attr::kSeeAlso, delta, changes);
}

// An adopted structure is a plain group until it gets its first attribute of ours.
void add_class(const ldap::Layout& layout, const ldap::Record& entry, const StructureFields& after,
               std::vector<Change>& changes) {
  const bool needed = !after.open || !after.external_id.empty();
  if (!needed || entry.has_class("habStructure")) return;
  changes.insert(changes.begin(),
                 ldap::change(layout, Change::Op::kAdd, Attr::kObjectClass, {"habStructure"}));
}

std::vector<std::string> one_or_none(const std::string& value) {
  return value.empty() ? std::vector<std::string>() : std::vector<std::string>{value};
}

// What one attempt will write.
struct Plan {
  RecordPtr entry;
  std::vector<Change> changes;
  bool dismisses = false;  // a manager goes: nobody may have changed the entry in between
};

class Changing {
 public:
  Changing(Services& services, const Actor& actor, const EntryUuid& id,
           const StructureChange& change, const ldap::WriteOptions& options)
      : services_(services),
        layout_(services.directory.layout()),
        actor_(actor),
        id_(id),
        change_(change),
        options_(options) {}

  Result<ldap::Written> run(Deed&);

 private:
  Result<Plan> plan() const;
  Status plan_fields(const View&, Plan&) const;
  Status plan_people(const View&, Plan&) const;
  Result<ldap::Written> write(const Plan&) const;

  Services& services_;
  const ldap::Layout& layout_;
  const Actor& actor_;
  const EntryUuid& id_;
  const StructureChange& change_;
  const ldap::WriteOptions& options_;
};

Status Changing::plan_fields(const View& view, Plan& plan) const {
  const StructureFields &before = change_.before, &after = change_.after;
  const auto replace = [&](Attr attr, const std::string& value) {
    plan.changes.push_back(ldap::change(layout_, Change::Op::kReplace, attr, one_or_none(value)));
  };
  if (before.name != after.name) replace(Attr::kO, after.name);
  if (before.open != after.open) replace(Attr::kHabState, after.open ? "" : "closed");
  if (before.parent != after.parent) {
    const auto parent = parent_name(view, after.parent, id_);
    if (!parent) return parent.error();
    add_parent_change(view, layout_, *plan.entry, *parent, plan.changes);
  }
  append_external_id_change(layout_, *plan.entry, before.external_id, after.external_id,
                            plan.changes);
  if (!plan.changes.empty()) add_class(layout_, *plan.entry, after, plan.changes);
  return done();
}

Status Changing::plan_people(const View& view, Plan& plan) const {
  auto members = link_delta(view, *plan.entry, Link::kMember, change_.members, is_person);
  if (!members) return members.error();
  const auto managers = link_delta(view, *plan.entry, Link::kOwner, change_.managers, is_person);
  if (!managers) return managers.error();
  if (!managers->empty()) {
    if (auto may = check_may_appoint(actor_); !may) return may;
    if (auto stays = check_manager_stays(view, *plan.entry, *managers); !stays) return stays;
  }
  plan.dismisses = !managers->remove.empty();
  if (!members->empty() && !view.has_steward(plan.entry->node())) {
    members->add.push_back(layout_.steward.str());
  }
  append_changes(layout_, Attr::kMember, *members, plan.changes);
  append_changes(layout_, Attr::kOwner, *managers, plan.changes);
  return done();
}

Result<Plan> Changing::plan() const {
  const auto view = services_.directory.view();
  if (!view) return view.error();
  Plan plan{view->by_id(id_), {}};
  if (!plan.entry || plan.entry->kind() != Kind::kStructure) return unknown_structure(id_);
  if (auto ok = plan_fields(*view, plan); !ok) return ok.error();
  if (auto ok = plan_people(*view, plan); !ok) return ok.error();
  return plan;
}

Result<ldap::Written> Changing::write(const Plan& plan) const {
  const auto dn = ldap::Dn::parse(plan.entry->dn());
  if (!dn) return dn.error();
  ldap::WriteOptions options = options_;
  if (plan.dismisses) {
    const auto same = ldap::Filter::equals(layout_.name(Attr::kEntryCsn), plan.entry->csn());
    options.assertion = options.assertion ? *options.assertion & same : same;
  }
  return services_.directory.modify(Identity::kProvisioning, *dn, plan.changes, options);
}

Result<ldap::Written> Changing::run(Deed& deed) {
  constexpr int kTries = 8;
  Error last;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto seen = services_.directory.mirror().changes();
    const auto planned = plan();
    if (!planned) return planned.error();
    if (planned->changes.empty()) return unchanged(services_, *planned->entry, options_);
    if (attempt == 0) {
      if (auto intended = deed.intend(); !intended) return intended.error();
    }
    const auto written = write(*planned);
    if (written) return written;
    last = written.error();
    const bool moved = planned->dismisses && !options_.assertion && last.code == Errc::kStale;
    if (!moved && !overtaken(last)) return last;
    wait_for_news(services_, seen, attempt);
  }
  return last;
}

Json about_people(const MemberChange& members, const MemberChange& managers) {
  Json about = Json::object();
  const auto put = [&](const char* key, const std::vector<EntryUuid>& ids) {
    if (!ids.empty()) about[key] = ids_json(ids);
  };
  put("attached", members.add);
  put("detached", members.remove);
  put("appointed", managers.add);
  put("dismissed", managers.remove);
  if (members.replace_all) about["members_replaced"] = true;
  if (managers.replace_all) about["managers_replaced"] = true;
  return about;
}

template <class T>
void end_deed(Deed& deed, const Result<T>& result) {
  if (result) {
    deed.end("done");
  } else {
    deed.end(result.error());
  }
}

// After the structure: what cannot be closed now, its approvers still can refuse.
void close_requests(Services& services, const std::string& siret, const char* why,
                    bool habilitations) {
  const auto closed = close_requests_at(services, siret, why, habilitations);
  if (!closed) services.log.warn("structure.closing", {{"reason", closed.error().reason}});
}

Result<ldap::Attributes> new_entry(Services& services, const Actor& actor, const Siret& siret,
                                   const StructureChange& change) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  auto members = names_of(*view, change.members.add, is_person);
  if (!members) return members.error();
  auto managers = names_of(*view, change.managers.add, is_person);
  if (!managers) return managers.error();
  const auto parent = parent_name(*view, change.after.parent, {});
  if (!parent) return parent.error();
  const ldap::Layout& layout = services.directory.layout();
  members->insert(members->begin(), layout.steward.str());
  ldap::Attributes entry;
  const auto put = [&](Attr attr, std::vector<std::string> values) {
    if (!values.empty()) entry.push_back(ldap::attribute(layout, attr, std::move(values)));
  };
  put(Attr::kObjectClass, {layout.group_class, "habStructure"});
  put(Attr::kCn, {siret.str()});
  put(Attr::kHabSiret, {siret.str()});
  put(Attr::kO, one_or_none(change.after.name));
  put(Attr::kHabState, one_or_none(change.after.open ? "" : "closed"));
  put(Attr::kHabExternalId, one_or_none(change.after.external_id));
  put(Attr::kHabSource, one_or_none(source_name(actor)));
  put(Attr::kSeeAlso, one_or_none(*parent));
  put(Attr::kMember, *std::move(members));
  put(Attr::kOwner, *std::move(managers));
  return entry;
}

// The entry that may be deleted.
Result<RecordPtr> find_unused(Services& services, const EntryUuid& id) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  RecordPtr entry = view->by_id(id);
  if (!entry || entry->kind() != Kind::kStructure) return unknown_structure(id);
  if (is_used(*view, entry->first(Attr::kCn))) {
    return Error{Errc::kConflict, "habilitations-exist", id.str()};
  }
  return entry;
}

}  // namespace

Result<ldap::Written> create_structure(Services& services, const Actor& actor, const Siret& siret,
                                       const StructureChange& change) {
  if (!change.managers.add.empty()) {
    if (auto may = check_may_appoint(actor); !may) return may.error();
  }
  const auto entry = new_entry(services, actor, siret, change);
  if (!entry) return entry.error();
  Json about = about_people(change.members, change.managers);
  about["siret"] = siret.str();
  Deed deed(services, actor, "structure.create", std::move(about));
  if (auto intended = deed.intend(); !intended) return intended.error();
  auto added = services.directory.add(Identity::kProvisioning,
                                      services.directory.layout().structure(siret), *entry);
  if (added) deed.note("structure", added->id.str());
  end_deed(deed, added);
  if (!added && added.error().code == Errc::kConflict) {
    return Error{Errc::kConflict, "uniqueness", added.error().detail, added.error().directory_code};
  }
  return added;
}

Result<ldap::Written> change_structure(Services& services, const Actor& actor, const EntryUuid& id,
                                       const StructureChange& change,
                                       const ldap::WriteOptions& options) {
  Json about = about_people(change.members, change.managers);
  about["structure"] = id.str();
  const bool closes = change.before.open && !change.after.open;
  if (closes) about["open"] = false;
  Deed deed(services, actor, "structure.change", std::move(about));
  auto written = Changing(services, actor, id, change, options).run(deed);
  end_deed(deed, written);
  if (!written || !closes) return written;
  std::string siret;
  if (const auto view = services.directory.view()) {
    if (const RecordPtr entry = view->by_id(id)) siret = entry->first(Attr::kCn);
  }
  close_requests(services, siret, "structure-closed", false);
  return written;
}

Status delete_structure(Services& services, const Actor& actor, const EntryUuid& id,
                        const ldap::WriteOptions& options) {
  const auto entry = find_unused(services, id);
  if (!entry) return entry.error();
  const auto dn = ldap::Dn::parse((*entry)->dn());
  if (!dn) return dn.error();
  const std::string siret((*entry)->first(Attr::kCn));
  Deed deed(services, actor, "structure.delete", {{"structure", id.str()}, {"siret", siret}});
  if (auto intended = deed.intend(); !intended) return intended;
  auto removed = services.directory.remove(Identity::kProvisioning, *dn, id, options);
  end_deed(deed, removed);
  if (!removed) return removed;
  close_requests(services, siret, "structure-deleted", true);
  return done();
}

}  // namespace habilitd::workflow
