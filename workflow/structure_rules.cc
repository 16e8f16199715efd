#include "workflow/structure_rules.h"

#include <algorithm>

#include "workflow/managers.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

RecordPtr parent_of(const View& view, const ldap::Record& structure) {
  for (const ldap::NodeId node : view.targets(structure.node(), Link::kSeeAlso)) {
    auto record = view.at(node);
    if (record && record->kind() == Kind::kStructure) return record;
  }
  return nullptr;
}

}  // namespace

Status check_may_appoint(const Actor& actor) {
  if (may_grant(actor, {}, {})) return done();
  return Error{Errc::kForbidden, "managers-need-grant", {}};
}

Status check_manager_stays(const View& view, const ldap::Record& entry, const LinkDelta& managers) {
  if (managers.remove.empty() || !managers.add.empty()) return done();
  if (view.targets(entry.node(), Link::kOwner).size() > managers.remove.size()) return done();
  return Error{Errc::kForbidden, "last-manager", {}};
}

Result<std::string> parent_name(const View& view, const EntryUuid& parent, const EntryUuid& self) {
  constexpr int kDeepest = 64;
  if (parent.nil()) return std::string();
  const RecordPtr found = view.by_id(parent);
  if (!found || found->kind() != Kind::kStructure) return invalid("unknown-parent", parent.str());
  RecordPtr above = found;
  for (int depth = 0; above; above = parent_of(view, *above), ++depth) {
    if (above->id() == self || depth == kDeepest) return invalid("parent-cycle", parent.str());
  }
  return found->dn();
}

bool is_used(const View& view, std::string_view siret) {
  const auto found = view.find(Attr::kHabSiret, siret);
  return std::any_of(found.begin(), found.end(), [&](const RecordPtr& record) {
    if (record->kind() == Kind::kHabilitation) {
      return !view.targets(record->node(), Link::kMember).empty();
    }
    const auto state = record->first(Attr::kHabState);
    return record->kind() == Kind::kRequest &&
           (state == state_name(State::kApproved) || state == state_name(State::kActive));
  });
}

}  // namespace habilitd::workflow
