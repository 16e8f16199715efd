#include "ldap/mirror_content.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "base/text.h"
#include "ldap/name_key.h"
#include "ldap/text.h"

namespace habilitd::ldap {
namespace {

constexpr std::uint8_t kSources = kLinkCount;  // slots: targets first, then sources

std::uint32_t short_hash(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}
std::uint32_t short_hash(const EntryUuid& id) { return static_cast<std::uint32_t>(id.hash()); }

const AttrInfo& info(Attr attr) { return attr_table()[static_cast<std::size_t>(attr)]; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

std::uint32_t value_hash(std::string_view value, bool exact) {
  if (exact) return short_hash(value);
  return short_hash(is_ascii(value) ? ascii_lower(value) : fold(value));
}

bool same_value(std::string_view a, std::string_view b, bool exact) {
  if (a == b) return true;
  if (exact) return false;
  if (is_ascii(a) && is_ascii(b)) return same_text(a, b);
  return fold(a) == fold(b);
}

bool has_value(const Record& record, Attr wanted, std::string_view value) {
  const bool exact = info(wanted).exact;
  bool found = false;
  record.each([&](Attr attr, std::string_view candidate) {
    found = attr == wanted && same_value(candidate, value, exact);
    return attr <= wanted && !found;
  });
  return found;
}

const std::vector<NodeId>& nothing() {
  static const std::vector<NodeId> empty;
  return empty;
}

// In `a` and not in `b`; both sorted.
std::vector<NodeId> without(const std::vector<NodeId>& a, const std::vector<NodeId>& b) {
  std::vector<NodeId> rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest;
}

void sort_unique(std::vector<NodeId>& ids) {
  if (!std::is_sorted(ids.begin(), ids.end())) std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

// "cn=a," of "cn=a,ou=b,...".
std::string_view first_rdn(std::string_view dn) {
  for (std::size_t i = 0; i < dn.size(); ++i) {
    if (dn[i] == '\\') {
      ++i;
    } else if (dn[i] == ',') {
      return dn.substr(0, i + 1);
    }
  }
  return dn;
}

}  // namespace

MirrorContent::MirrorContent(const SiteReader& site, const MirrorContent* previous)
    : site_(site), previous_(previous) {
  if (previous != nullptr) {
    nodes_.resize(previous->nodes_.size());
    stewards_.resize(nodes_.size());
  }
  // The steward keeps its node for good: its name is left out of links by number.
  if (!site.steward_key().empty()) steward_node_ = claim(site.steward_key(), {});
}

// --- look-ups -----------------------------------------------------------------------------------

NodeId MirrorContent::find_node(const EntryUuid& id) const {
  const auto* node =
      by_id_.find(short_hash(id), [&](NodeId n) { return nodes_[n].record->id() == id; });
  return node == nullptr ? kNone : *node;
}

NodeId MirrorContent::find_node(std::string_view key, std::string_view dn) const {
  const auto* node = by_key_.find(short_hash(key), [&](NodeId n) {
    const Record* record = nodes_[n].record.get();
    return record != nullptr && record->dn() == dn ? true : key_of(n) == key;
  });
  return node == nullptr ? kNone : *node;
}

std::string MirrorContent::key_of(NodeId node) const {
  std::string key;
  if (const Record* record = nodes_[node].record.get()) {
    name_key(record->dn(), key);
  } else if (const auto stranger = strangers_.find(node); stranger != strangers_.end()) {
    key = stranger->second;
  }
  return key;
}

RecordPtr MirrorContent::by_id(const EntryUuid& id) const {
  const NodeId node = find_node(id);
  return node == kNone ? nullptr : nodes_[node].record;
}

RecordPtr MirrorContent::by_dn(std::string_view dn) const {
  std::string key;
  name_key(dn, key);
  const NodeId node = find_node(key, dn);
  return node == kNone ? nullptr : nodes_[node].record;
}

RecordPtr MirrorContent::at(NodeId node) const {
  return node < nodes_.size() ? nodes_[node].record : nullptr;
}

std::vector<RecordPtr> MirrorContent::find(Attr attr, std::string_view value) const {
  if (!info(attr).indexed) throw std::logic_error(std::string("no index: ") + info(attr).name);
  std::vector<RecordPtr> found;
  const auto& index = values_[static_cast<std::size_t>(attr)];
  for (const NodeId node : index.find(value_hash(value, info(attr).exact))) {
    if (has_value(*nodes_[node].record, attr, value)) found.push_back(nodes_[node].record);
  }
  return found;
}

RecordPtr MirrorContent::find_one(Attr attr, std::string_view value, Kind kind) const {
  if (!info(attr).indexed) throw std::logic_error(std::string("no index: ") + info(attr).name);
  const auto& index = values_[static_cast<std::size_t>(attr)];
  for (const NodeId node : index.find(value_hash(value, info(attr).exact))) {
    const RecordPtr& record = nodes_[node].record;
    if (record->kind() == kind && has_value(*record, attr, value)) return record;
  }
  return nullptr;
}

const std::vector<NodeId>& MirrorContent::targets(NodeId from, Link link) const {
  if (from >= nodes_.size()) return nothing();
  const auto* ids = nodes_[from].links.find(static_cast<std::uint8_t>(link));
  return ids == nullptr ? nothing() : *ids;
}

const std::vector<NodeId>& MirrorContent::sources(NodeId to, Link link) const {
  if (to >= nodes_.size()) return nothing();
  const auto slot = static_cast<std::uint8_t>(kSources + static_cast<std::uint8_t>(link));
  const auto* ids = nodes_[to].links.find(slot);
  return ids == nullptr ? nothing() : *ids;
}

bool MirrorContent::linked(NodeId from, Link link, NodeId to) const {
  const auto& ids = targets(from, link);
  return std::binary_search(ids.begin(), ids.end(), to);
}

bool MirrorContent::has_steward(NodeId group) const {
  return group < stewards_.size() && stewards_[group];
}

bool MirrorContent::recently_erased(const EntryUuid& id) const {
  const auto end = erased_.begin() + static_cast<long>(std::min(next_erased_, erased_.size()));
  return std::find(erased_.begin(), end, id) != end;
}

// --- nodes and names ----------------------------------------------------------------------------

bool MirrorContent::is_named(NodeId node) const {
  return nodes_[node].record != nullptr || strangers_.contains(node);
}

NodeId MirrorContent::free_number(std::string_view key, std::string_view dn) {
  if (previous_ != nullptr) {
    const NodeId before = previous_->find_node(key, dn);
    if (before != kNone && !is_named(before)) return before;
  }
  if (!loading_ && !free_.empty()) {
    const NodeId node = free_.front();
    free_.pop_front();
    return node;
  }
  nodes_.emplace_back();
  stewards_.push_back(false);
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId MirrorContent::claim(const std::string& key, std::string_view dn) {
  if (const NodeId node = find_node(key, dn); node != kNone) return node;
  const NodeId node = free_number(key, dn);
  name_node(node, key);
  return node;
}

void MirrorContent::name_node(NodeId node, const std::string& key) {
  by_key_.insert(short_hash(key), node);
  strangers_[node] = key;
}

void MirrorContent::release_if_unused(NodeId node) {
  if (node == steward_node_ || nodes_[node].record != nullptr || !nodes_[node].links.empty())
    return;
  const auto stranger = strangers_.find(node);
  if (stranger == strangers_.end() || lost_lately(node)) return;
  by_key_.erase(short_hash(stranger->second), node);
  strangers_.erase(stranger);
  if (!loading_) free_.push_back(node);
}

// --- one entry's change -------------------------------------------------------------------------

MirrorContent::Prepared MirrorContent::prepare(const EntryView& entry) const {
  Prepared prepared;
  prepare(entry, prepared);
  return prepared;
}

void MirrorContent::prepare(const EntryView& entry, Prepared& out) const {
  out.id = entry.id;
  out.dn.assign(entry.dn);
  name_key(entry.dn, out.key);
  site_.read(entry, out.key, out.reading);
  out.steward = false;
  out.unplaced.clear();
  out.members.clear();
  // A rename may give another number to a name that the entry itself links to.
  const NodeId before = find_node(entry.id);
  const bool stays = before == kNone || before == find_node(out.key, out.dn);
  for (std::uint8_t link = 0; link < kLinkCount; ++link) prepare_links(link, stays, out);
}

void MirrorContent::prepare_links(std::uint8_t link, bool stays, Prepared& out) const {
  const auto& names = out.reading.links[link];
  auto& targets = out.targets[link];
  targets.clear();
  targets.reserve(names.size());
  const bool members = static_cast<Link>(link) == Link::kMember;
  const bool large = members && names.size() >= LargeGroups::kLarge && !loading_;
  const auto* lately = large && stays ? large_groups_.find(out.id) : nullptr;
  NameGuesses guesses(lately ? *lately : nothing(),
                      [this](NodeId node) { return nodes_[node].record.get(); });
  std::string key;
  for (const std::string_view name : names) {
    NodeId node = guesses.next(name, kNone);
    if (node == kNone) {
      name_key(name, key);
      node = stays ? find_node(key, name) : kNone;
      guesses.looked_up(node);
    }
    if (large && node != kNone) out.members.push_back(node);
    if (node != kNone && node == steward_node_) {
      out.steward = out.steward || members;
    } else if (node != kNone) {
      targets.push_back(node);
    } else {
      out.unplaced.emplace_back(link, key);
    }
  }
  sort_unique(targets);
}

void MirrorContent::commit(Prepared& change) {
  const NodeId node = place(change);
  set_record(node, {change.id, node, change.reading.kind, change.dn, change.reading.packed});
  place_links(change);
  set_links(node, change);
  stewards_[node] = change.steward;
  if (!change.members.empty()) large_groups_.remember(change.id, std::move(change.members));
}

// Numbers the names that had none.
void MirrorContent::place_links(Prepared& change) {
  if (change.unplaced.empty()) return;
  for (const auto& [link, key] : change.unplaced) {
    const NodeId node = claim(key, {});
    if (node != steward_node_) {
      change.targets[link].push_back(node);
    } else if (static_cast<Link>(link) == Link::kMember) {
      change.steward = true;
    }
  }
  for (auto& targets : change.targets) sort_unique(targets);
}

// The entry's node, moved there when the entry was renamed.
NodeId MirrorContent::place(const Prepared& change) {
  const NodeId before = find_node(change.id);
  if (before == kNone) {
    if (recently_erased(change.id)) doubtful_.push_back(change.id);
    return claim(change.key, change.dn);
  }
  if (before == find_node(change.key, change.dn)) return before;
  return rename(before, change.key, change.dn);
}

// Only for a name the entry does not have yet. What links say stays: they point to names.
NodeId MirrorContent::rename(NodeId from, const std::string& key, std::string_view dn) {
  const std::string old_key = key_of(from);
  if (const NodeId taken = find_node(key, dn); taken != kNone && nodes_[taken].record)
    detach(taken);
  const NodeId to = claim(key, dn);
  const RecordPtr record = nodes_[from].record;
  // Out of the tables under the old number, into them under the new one, at the same place in the
  // list of its kind.
  set_values(from, record.get(), nullptr);
  set_values(to, nullptr, record.get());
  *by_id_.find(short_hash(record->id()), [from](NodeId n) { return n == from; }) = to;
  auto& kind = kinds_[static_cast<std::size_t>(record->kind())];
  std::replace(kind.begin(), kind.end(), from, to);
  move_links(from, to);
  stewards_[to] = stewards_[from];
  stewards_[from] = false;
  nodes_[to].record = record;
  strangers_.erase(to);
  nodes_[from].record.reset();
  strangers_[from] = old_key;
  note_loss(from);
  release_if_unused(from);
  count_child(old_key, -1);
  count_child(key, 1);
  rename_below(old_key, dn);
  return to;
}

void MirrorContent::move_links(NodeId from, NodeId to) {
  for (std::uint8_t link = 0; link < kLinkCount; ++link) {
    auto* ids = nodes_[from].links.find(link);
    if (ids == nullptr) continue;
    const std::vector<NodeId> targets = std::move(*ids);
    nodes_[from].links.drop(link);
    for (const NodeId target : targets) add_source(target, link, to);
    for (const NodeId target : targets) remove_source(target, link, from);
    nodes_[to].links.edit(link) = targets;
  }
}

// The directory announces only the top of a renamed subtree.
void MirrorContent::rename_below(const std::string& old_key, std::string_view new_dn) {
  if (!children_.contains(std::hash<std::string_view>{}(old_key))) return;
  std::vector<NodeId> below;
  for (NodeId node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].record && parent_key(key_of(node)) == old_key) below.push_back(node);
  }
  for (const NodeId node : below) {
    const RecordPtr record = nodes_[node].record;
    const std::string dn = std::string(first_rdn(record->dn())) + std::string(new_dn);
    std::string key;
    name_key(dn, key);
    const NodeId to = rename(node, key, dn);
    const auto kind = site_.kind_of(key, record->values(Attr::kObjectClass));
    set_record(to, {record->id(), to, kind, dn, record->packed()});
  }
}

void MirrorContent::set_record(NodeId node, Record::Parts parts) {
  const RecordPtr before = nodes_[node].record;
  RecordPtr after;
  const RecordPtr known = previous_ == nullptr ? nullptr : previous_->at(node);
  if (known && known->same_as(parts)) {
    after = known;
  } else {
    after = std::make_shared<const Record>(std::move(parts));
  }
  if (!before) {
    strangers_.erase(node);
    std::string key;
    name_key(after->dn(), key);
    count_child(key, 1);
    ++entries_;
  } else if (before->id() != after->id()) {
    by_id_.erase(short_hash(before->id()), node);
    note_erased(before->id());
  }
  if (!before) doubt_sources(node);
  if (before && before->id() != after->id()) note_loss(node);
  nodes_[node].record = after;
  if (!before || before->id() != after->id()) by_id_.insert(short_hash(after->id()), node);
  set_kind(node, before.get(), after.get());
  set_values(node, before.get(), after.get());
  if (!loading_) journal_.note(before, after);
}

void MirrorContent::set_kind(NodeId node, const Record* before, const Record* after) {
  const bool same_entry = before && after && before->id() == after->id();
  if (same_entry && before->kind() == after->kind()) return;
  if (before) {
    auto& list = kinds_[static_cast<std::size_t>(before->kind())];
    list.erase(std::find(list.begin(), list.end(), node));
  }
  if (after) kinds_[static_cast<std::size_t>(after->kind())].push_back(node);
}

MirrorContent::Hashes MirrorContent::hashes_of(const Record* record) const {
  Hashes hashes;
  if (record == nullptr) return hashes;
  record->each([&](Attr attr, std::string_view value) {
    if (info(attr).indexed) {
      hashes.emplace_back(static_cast<std::uint8_t>(attr), value_hash(value, info(attr).exact));
    }
    return true;
  });
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

void MirrorContent::set_values(NodeId node, const Record* before, const Record* after) {
  const Hashes old_hashes = hashes_of(before);
  const Hashes new_hashes = hashes_of(after);
  Hashes change;
  std::set_difference(old_hashes.begin(), old_hashes.end(), new_hashes.begin(), new_hashes.end(),
                      std::back_inserter(change));
  for (const auto& [attr, hash] : change) values_[attr].erase(hash, node);
  change.clear();
  std::set_difference(new_hashes.begin(), new_hashes.end(), old_hashes.begin(), old_hashes.end(),
                      std::back_inserter(change));
  for (const auto& [attr, hash] : change) values_[attr].insert(hash, node, !loading_);
}

// Adds before it removes: a name that only changes its role must not be forgotten in between.
void MirrorContent::set_links(NodeId node, Prepared& change) {
  std::array<std::vector<NodeId>, kLinkCount> gone;
  for (std::uint8_t link = 0; link < kLinkCount; ++link) {
    const auto& before = targets(node, static_cast<Link>(link));
    auto& after = change.targets[link];
    const std::vector<NodeId> added = without(after, before);
    gone[link] = without(before, after);
    for (const NodeId target : added) {
      add_source(target, link, node);
      if (!loading_ && is_doubtful(target)) doubtful_.push_back(nodes_[node].record->id());
    }
    if (added.empty() && gone[link].empty()) continue;
    if (after.empty()) {
      nodes_[node].links.drop(link);
    } else {
      nodes_[node].links.edit(link) = std::vector<NodeId>(after);
    }
  }
  for (std::uint8_t link = 0; link < kLinkCount; ++link) {
    for (const NodeId target : gone[link]) remove_source(target, link, node);
  }
}

void MirrorContent::insert_id(std::vector<NodeId>& ids, NodeId id) const {
  ids.insert(loading_ ? ids.end() : std::lower_bound(ids.begin(), ids.end(), id), id);
}

void MirrorContent::erase_id(std::vector<NodeId>& ids, NodeId id) const {
  const auto place = loading_ ? std::find(ids.begin(), ids.end(), id)
                              : std::lower_bound(ids.begin(), ids.end(), id);
  if (place != ids.end() && *place == id) ids.erase(place);
}

void MirrorContent::add_source(NodeId to, std::uint8_t link, NodeId from) {
  insert_id(nodes_[to].links.edit(static_cast<std::uint8_t>(kSources + link)), from);
}

void MirrorContent::remove_source(NodeId to, std::uint8_t link, NodeId from) {
  const auto slot = static_cast<std::uint8_t>(kSources + link);
  auto* ids = nodes_[to].links.find(slot);
  if (ids == nullptr) return;
  erase_id(*ids, from);
  if (ids->empty()) nodes_[to].links.drop(slot);
  release_if_unused(to);
}

void MirrorContent::doubt_sources(NodeId node) {
  for (std::uint8_t link = 0; !loading_ && link < kLinkCount; ++link) {
    for (const NodeId from : sources(node, static_cast<Link>(link))) {
      doubtful_.push_back(nodes_[from].record->id());
    }
  }
}

void MirrorContent::note_loss(NodeId node) {
  if (loading_) return;
  doubt_sources(node);
  lost_.insert(node);
}

void MirrorContent::note_erased(const EntryUuid& id) {
  erased_[next_erased_++ % erased_.size()] = id;
}

void MirrorContent::forget_losses() {
  youth_ = std::max(youth_ - 1, 0);
  const std::unordered_set<NodeId> forgotten =
      std::exchange(lost_before_, std::exchange(lost_, {}));
  for (const NodeId node : forgotten) release_if_unused(node);
}

void MirrorContent::count_child(std::string_view key, int by) {
  const auto parent = std::hash<std::string_view>{}(parent_key(key));
  auto& count = children_[parent];
  count += static_cast<std::uint32_t>(by);
  if (count == 0) children_.erase(parent);
}

// --- the end of an entry, and of loading --------------------------------------------------------

bool MirrorContent::erase(const EntryUuid& id) {
  const NodeId node = find_node(id);
  if (node == kNone) {
    note_erased(id);
    return false;
  }
  detach(node);
  return true;
}

void MirrorContent::detach(NodeId node) {
  const RecordPtr record = nodes_[node].record;
  const std::string key = key_of(node);
  Prepared nothing_left;
  set_links(node, nothing_left);
  stewards_[node] = false;
  set_kind(node, record.get(), nullptr);
  set_values(node, record.get(), nullptr);
  by_id_.erase(short_hash(record->id()), node);
  nodes_[node].record.reset();
  strangers_[node] = key;
  count_child(key, -1);
  --entries_;
  if (!loading_) journal_.note(record, nullptr);
  note_erased(record->id());
  ahead_.erase(record->id());
  note_loss(node);
  release_if_unused(node);
}

void MirrorContent::finish_load() {
  for (Node& node : nodes_) {
    node.links.each([](std::uint8_t slot, std::vector<NodeId>& ids) {
      if (slot >= kSources) std::sort(ids.begin(), ids.end());
    });
  }
  for (ValueIndex& index : values_) index.sort();
  for (NodeId node = 0; node < nodes_.size(); ++node) {
    if (!is_named(node)) free_.push_back(node);
  }
  loading_ = false;
  youth_ = 2;
  previous_ = nullptr;
  for (const auto& [node, key] : strangers_) doubt_sources(node);
}

}  // namespace habilitd::ldap
