// What the mirror is told by this program's own writes, before the directory tells of them
// (Mirror::advance).
#include <algorithm>

#include "ldap/mirror_content.h"
#include "ldap/name_key.h"

namespace habilitd::ldap {
namespace {

// The same record after a modify with that entryCSN, which has the time of the modify in front.
std::string packed_as_of(const Record& record, std::string_view csn) {
  const std::string modified =
      std::string(csn.substr(0, std::string_view("YYYYmmddHHMMSS").size())) + 'Z';
  std::string packed;
  record.each([&](Attr attr, std::string_view value) {
    if (attr == Attr::kEntryCsn) value = csn;
    if (attr == Attr::kModifyTimestamp) value = modified;
    Record::pack(packed, attr, value);
    return true;
  });
  return packed;
}

}  // namespace

std::optional<MirrorContent::Prepared> MirrorContent::prepare(const LinkChange& change) const {
  const NodeId node = find_node(change.id);
  if (node == kNone || nodes_[node].record->csn() != change.csn_before) return std::nullopt;
  const Record& record = *nodes_[node].record;
  Prepared out;
  out.id = record.id();
  out.dn = record.dn();
  name_key(out.dn, out.key);
  out.steward = stewards_[node];
  out.reading = {record.kind(), packed_as_of(record, change.csn), {}};
  for (std::uint8_t link = 0; link < kLinkCount; ++link) {
    out.targets[link] = targets(node, static_cast<Link>(link));
  }
  auto& ids = out.targets[static_cast<std::size_t>(change.link)];
  for (const auto& [names, comes] :
       {std::pair(&change.names.add, true), {&change.names.remove, false}}) {
    for (const std::string& name : *names) {
      const RecordPtr target = by_dn(name);
      if (!target || target->node() == steward_node_) return std::nullopt;
      if (comes) insert_id(ids, target->node());
      if (!comes) erase_id(ids, target->node());
    }
  }
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return out;
}

void MirrorContent::commit_ahead(Prepared& change, const std::string& csn) {
  commit(change);
  ahead_[change.id] = csn;
}

// A message that tells of other members than expected is worth reading: refint changes links
// without a new entryCSN.
bool MirrorContent::is_ahead_of(const EntryUuid& id, std::string_view csn, std::size_t members) {
  const auto known = ahead_.find(id);
  if (known == ahead_.end()) return false;
  if (csn < known->second) return true;
  const NodeId node = find_node(id);
  const bool told_before = csn == known->second && node != kNone &&
                           members == targets(node, Link::kMember).size() + stewards_[node];
  ahead_.erase(known);
  return told_before;
}

}  // namespace habilitd::ldap
