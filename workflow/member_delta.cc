#include "workflow/member_delta.h"

#include <chrono>
#include <set>
#include <thread>

#include "base/turns.h"
#include "workflow/lookup.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Change;
using ldap::RecordPtr;
using View = ldap::Mirror::View;
using Fits = bool (*)(const ldap::Record&);

Result<std::set<ldap::NodeId>> nodes_of(const View& view, const std::vector<EntryUuid>& ids,
                                        Fits fits) {
  std::set<ldap::NodeId> nodes;
  for (const EntryUuid& id : ids) {
    const RecordPtr record = view.by_id(id);
    if (!record || !fits(*record)) return invalid("unknown-member", id.str());
    nodes.insert(record->node());
  }
  return nodes;
}

// Entries that are gone are named nowhere any more: removing them is no error.
std::set<ldap::NodeId> known_nodes(const View& view, const std::vector<EntryUuid>& ids) {
  std::set<ldap::NodeId> nodes;
  for (const EntryUuid& id : ids) {
    if (const RecordPtr record = view.by_id(id)) nodes.insert(record->node());
  }
  return nodes;
}

std::string name_at(const View& view, ldap::NodeId node) {
  const RecordPtr record = view.at(node);
  return record ? record->dn() : std::string();
}

}  // namespace

Result<LinkDelta> link_delta(const View& view, const ldap::Record& entry, ldap::Link link,
                             const MemberChange& change, Fits fits) {
  auto wanted = nodes_of(view, change.add, fits);
  if (!wanted) return wanted.error();
  auto unwanted = known_nodes(view, change.remove);
  const ldap::NodeId from = entry.node();
  if (change.replace_all) {
    for (const ldap::NodeId node : view.targets(from, link)) {
      if (wanted->count(node) == 0) unwanted.insert(node);
    }
  }
  LinkDelta delta;
  for (const ldap::NodeId node : *wanted) {
    if (!view.linked(from, link, node)) delta.add.push_back(name_at(view, node));
  }
  for (const ldap::NodeId node : unwanted) {
    if (wanted->count(node) > 0 || !view.linked(from, link, node)) continue;
    if (std::string dn = name_at(view, node); !dn.empty()) delta.remove.push_back(std::move(dn));
  }
  return delta;
}

Result<std::vector<std::string>> names_of(const View& view, const std::vector<EntryUuid>& ids,
                                          Fits fits) {
  const auto nodes = nodes_of(view, ids, fits);
  if (!nodes) return nodes.error();
  std::vector<std::string> names;
  for (const ldap::NodeId node : *nodes) names.push_back(name_at(view, node));
  return names;
}

void append_changes(const ldap::Layout& layout, ldap::Attr attr, const LinkDelta& delta,
                    std::vector<Change>& changes) {
  if (!delta.add.empty()) {
    changes.push_back(ldap::change(layout, Change::Op::kAdd, attr, delta.add));
  }
  if (!delta.remove.empty()) {
    changes.push_back(ldap::change(layout, Change::Op::kDelete, attr, delta.remove));
  }
}

bool overtaken(const Error& error) {
  return error.directory_code == ldap::code::kTypeOrValueExists ||
         error.directory_code == ldap::code::kNoSuchAttribute;
}

void wait_for_news(Services& services, std::uint64_t seen, int attempt) {
  const StepAside meanwhile;
  for (int wait = 0; wait < 20 && services.directory.mirror().changes() == seen; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1 << attempt));
  }
}

Result<ldap::Written> unchanged(Services& services, const ldap::Record& entry,
                                const ldap::WriteOptions& options) {
  if (options.assertion) {
    const auto dn = ldap::Dn::parse(entry.dn());
    if (!dn) return dn.error();
    const auto holds = exists(services, *dn, *options.assertion);
    if (!holds) return holds.error();
    if (!*holds) return Error{Errc::kStale, "assertion-failed", {}, ldap::code::kAssertionFailed};
  }
  return ldap::Written{entry.id(), std::string(entry.csn())};
}

}  // namespace habilitd::workflow
