#include "workflow/reconcile.h"

#include <algorithm>
#include <set>

#include "workflow/request_entry.h"
#include "workflow/requests.h"
#include "workflow/services.h"
#include "workflow/system_acts.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Kind;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

// A use case that is still at work finishes its own effects.
constexpr Duration kLeaveAlone{5000};
// How many entries are looked at under one lock of the mirror, so that changes are not held up.
constexpr std::size_t kChunk = 1000;

// Calls use(view, record) for every entry of a kind, a chunk at a time.
template <class Use>
Status each(Services& services, Kind kind, Use&& use) {
  for (std::size_t at = 0;; at += kChunk) {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const auto& nodes = view->all(kind);
    if (at >= nodes.size()) return done();
    for (std::size_t i = at; i < std::min(at + kChunk, nodes.size()); ++i) {
      if (const RecordPtr record = view->at(nodes[i])) use(*view, record);
    }
  }
}

class Reconciler {
 public:
  Reconciler(Services& services, bool dry_run) : services_(services), dry_run_(dry_run) {}

  Result<Reconciled> run() {
    if (auto ok = finish_effects(); !ok) return ok.error();
    if (auto ok = close_orphans(); !ok) return ok.error();
    if (auto ok = repair_values(); !ok) return ok.error();
    return std::move(report_);
  }

 private:
  Status finish_effects();
  Status close_orphans();
  Status repair_values();
  void repair(const RecordPtr& person, const std::vector<Change>& changes);
  void problem(std::string_view what, const std::string& dn, const Error& error) {
    report_.problems.push_back(std::string(what) + " " + dn + ": " + error.reason +
                               (error.detail.empty() ? "" : " (" + error.detail + ")"));
  }

  Services& services_;
  const bool dry_run_;
  Reconciled report_;
};

Status Reconciler::finish_effects() {
  std::vector<RecordPtr> waiting;
  auto ok = each(services_, Kind::kRequest, [&](const View&, const RecordPtr& record) {
    if (record->has(Attr::kHabEffect)) waiting.push_back(record);
  });
  if (!ok) return ok;
  for (const RecordPtr& entry : waiting) {
    const auto record = request_from(*entry);
    if (!record) {
      problem("unreadable", entry->dn(), record.error());
      continue;
    }
    if (record->history.back().at + kLeaveAlone > services_.clock.now()) continue;
    if (!dry_run_) {
      if (auto applied = apply_effects(services_, record->id); !applied) {
        problem("effects of", entry->dn(), applied.error());
        continue;
      }
      services_.log.info("reconcile.effects", {{"request", record->id.str()}});
    }
    ++report_.effects_finished;
  }
  return done();
}

// Open requests and live habilitations of people who are gone: an account can be deleted by others.
Status Reconciler::close_orphans() {
  std::set<EntryUuid> gone;
  auto ok = each(services_, Kind::kRequest, [&](const View& view, const RecordPtr& record) {
    if (!record->has(Attr::kHabSlot)) return;
    const auto person = EntryUuid::parse(record->first(Attr::kHabPersonId));
    if (person && !view.by_id(*person)) gone.insert(*person);
  });
  if (!ok) return ok;
  for (const EntryUuid& person : gone) {
    if (!dry_run_) {
      if (auto closed = close_requests_of(services_, person, "account-deleted", true); !closed) {
        problem("requests of", person.str(), closed.error());
        continue;
      }
    }
    ++report_.effects_finished;
  }
  return done();
}

std::set<std::string> values_by_membership(const View& view, const RecordPtr& person) {
  std::set<std::string> values;
  for (const ldap::NodeId node : view.sources(person->node(), ldap::Link::kMember)) {
    const RecordPtr group = view.at(node);
    if (!group || group->kind() != Kind::kHabilitation) continue;
    values.insert(std::string(group->first(Attr::kHabApplication)) + ":" +
                  std::string(group->first(Attr::kHabRole)) + ":" +
                  std::string(group->first(Attr::kHabSiret)));
  }
  return values;
}

// What would make a person's derived values what membership says; empty when they are.
std::vector<Change> repairs(const ldap::Layout& layout, const View& view, const RecordPtr& person) {
  const auto wanted = values_by_membership(view, person);
  std::set<std::string> found;
  for (const std::string_view value : person->values(Attr::kHabilitation)) found.emplace(value);
  std::vector<std::string> missing, extra;
  std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(extra));
  std::vector<Change> changes;
  const auto put = [&](Change::Op op, std::vector<std::string> values) {
    if (values.empty()) return;
    changes.push_back(ldap::change(layout, op, Attr::kHabilitation, std::move(values)));
  };
  put(Change::Op::kDelete, std::move(extra));
  put(Change::Op::kAdd, std::move(missing));
  return changes;
}

void Reconciler::repair(const RecordPtr& person, const std::vector<Change>& changes) {
  const auto dn = ldap::Dn::parse(person->dn());
  if (!dn) return;
  if (!dry_run_) {
    const auto written = services_.directory.modify(ldap::Identity::kDecisions, *dn, changes);
    if (!written) {
      // A use case did it meanwhile, or the next run will.
      const int refused = written.error().directory_code;
      if (refused != ldap::code::kNoSuchAttribute && refused != ldap::code::kTypeOrValueExists) {
        problem("values of", person->dn(), written.error());
      }
      return;
    }
    services_.log.info("reconcile.values", {{"person", person->id().str()}});
  }
  ++report_.values_repaired;
}

Status Reconciler::repair_values() {
  std::vector<std::pair<RecordPtr, std::vector<Change>>> wrong;
  const ldap::Layout& layout = services_.directory.layout();
  auto ok = each(services_, Kind::kPerson, [&](const View& view, const RecordPtr& person) {
    // Adopted people without our class keep no derived values.
    if (!person->has_class("habPerson")) return;
    auto changes = repairs(layout, view, person);
    if (!changes.empty()) wrong.emplace_back(person, std::move(changes));
  });
  if (!ok) return ok;
  for (const auto& [person, changes] : wrong) repair(person, changes);
  return done();
}

}  // namespace

Result<Reconciled> reconcile(Services& services, bool dry_run) {
  return Reconciler(services, dry_run).run();
}

}  // namespace habilitd::workflow
