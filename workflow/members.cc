// Members of groups that confer no habilitation: change_members() of grants.h.
#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "workflow/grants.h"
#include "workflow/lookup.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

struct Delta {
  RecordPtr group;
  std::vector<std::string> add, remove;  // names of entries

  bool empty() const { return add.empty() && remove.empty(); }
};

Status check_group(const Services& services, const ldap::Record* group) {
  if (!group) return Error{Errc::kNotFound, "unknown-group", {}};
  if (group->kind() != Kind::kGroup) {
    return Error{Errc::kForbidden, "habilitation-group", group->dn()};
  }
  if (group->first(Attr::kCn) == services.settings.administrators_group) {
    return Error{Errc::kForbidden, "administrators-group", group->dn()};
  }
  return done();
}

Result<std::set<ldap::NodeId>> nodes_of(const View& view, const std::vector<EntryUuid>& ids) {
  std::set<ldap::NodeId> nodes;
  for (const EntryUuid& id : ids) {
    const RecordPtr record = view.by_id(id);
    const bool fits = record && (record->kind() == Kind::kPerson || record->kind() == Kind::kGroup);
    if (!fits) return invalid("unknown-member", id.str());
    nodes.insert(record->node());
  }
  return nodes;
}

// People and groups that are gone are no members any more: removing them is no error.
std::set<ldap::NodeId> known_nodes(const View& view, const std::vector<EntryUuid>& ids) {
  std::set<ldap::NodeId> nodes;
  for (const EntryUuid& id : ids) {
    if (const RecordPtr record = view.by_id(id)) nodes.insert(record->node());
  }
  return nodes;
}

// What has to change, by what the mirror knows of the members.
Result<Delta> delta_of(Services& services, const EntryUuid& id, const MemberChange& change) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  Delta delta{view->by_id(id), {}, {}};
  if (auto checked = check_group(services, delta.group.get()); !checked) return checked.error();
  auto wanted = nodes_of(*view, change.add);
  if (!wanted) return wanted.error();
  auto unwanted = known_nodes(*view, change.remove);
  const ldap::NodeId group = delta.group->node();
  if (change.replace_all) {
    for (const ldap::NodeId node : view->targets(group, Link::kMember)) {
      if (wanted->count(node) == 0) unwanted.insert(node);
    }
  }
  const auto name = [&](ldap::NodeId node) {
    const RecordPtr record = view->at(node);
    return record ? record->dn() : std::string();
  };
  for (const ldap::NodeId node : *wanted) {
    if (!view->linked(group, Link::kMember, node)) delta.add.push_back(name(node));
  }
  for (const ldap::NodeId node : unwanted) {
    if (wanted->count(node) > 0 || !view->linked(group, Link::kMember, node)) continue;
    if (std::string dn = name(node); !dn.empty()) delta.remove.push_back(std::move(dn));
  }
  if (!view->has_steward(group)) {
    delta.add.push_back(services.directory.layout().steward.str());
  }
  return delta;
}

Result<ldap::Written> write_delta(Services& services, const Delta& delta,
                                  const ldap::WriteOptions& options) {
  const ldap::Layout& layout = services.directory.layout();
  const auto dn = ldap::Dn::parse(delta.group->dn());
  if (!dn) return dn.error();
  std::vector<Change> changes;
  // Added first: the group is at no moment empty.
  if (!delta.add.empty()) {
    changes.push_back(ldap::change(layout, Change::Op::kAdd, Attr::kMember, delta.add));
  }
  if (!delta.remove.empty()) {
    changes.push_back(ldap::change(layout, Change::Op::kDelete, Attr::kMember, delta.remove));
  }
  return services.directory.modify(ldap::Identity::kProvisioning, *dn, changes, options);
}

// Somebody changed the same members since the mirror was asked.
bool overtaken(const Error& error) {
  return error.directory_code == ldap::code::kTypeOrValueExists ||
         error.directory_code == ldap::code::kNoSuchAttribute;
}

bool only_the_steward(const Services& services, const Delta& delta) {
  return delta.remove.empty() && delta.add.size() == 1 &&
         delta.add.front() == services.directory.layout().steward.str();
}

// A no-op leaves the version alone, yet the caller's condition must hold.
Result<ldap::Written> unchanged(Services& services, const ldap::Record& group,
                                const ldap::WriteOptions& options) {
  if (options.assertion) {
    const auto dn = ldap::Dn::parse(group.dn());
    if (!dn) return dn.error();
    const auto holds = exists(services, *dn, *options.assertion);
    if (!holds) return holds.error();
    if (!*holds) return Error{Errc::kStale, "assertion-failed", {}, ldap::code::kAssertionFailed};
  }
  return ldap::Written{group.id(), std::string(group.csn())};
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
    const bool nothing = delta->empty() || only_the_steward(services, *delta);
    if (nothing) return unchanged(services, *delta->group, options);
    const auto written = write_delta(services, *delta, options);
    if (written || !overtaken(written.error())) return written;
    last = written.error();
    // The change that overtook this one is on its way to the mirror.
    for (int wait = 0; wait < 20 && services.directory.mirror().changes() == seen; ++wait) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1 << attempt));
    }
  }
  return last;
}

}  // namespace habilitd::workflow
