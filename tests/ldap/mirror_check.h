// Is what the mirror says what the directory holds? Worked out again from plain entries, without
// any of the mirror's own code but dn_key.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "ldap/mirror.h"

namespace habilitd::ldap::mirror_check {

inline constexpr std::array<std::pair<Link, Attr>, 4> kLinks{{{Link::kMember, Attr::kMember},
                                                              {Link::kOwner, Attr::kOwner},
                                                              {Link::kSeeAlso, Attr::kSeeAlso},
                                                              {Link::kManager, Attr::kManager}}};
inline constexpr std::array kKinds{Kind::kOther,        Kind::kPerson,  Kind::kStructure,
                                   Kind::kHabilitation, Kind::kGroup,   Kind::kApplication,
                                   Kind::kRequest,      Kind::kSession, Kind::kToken,
                                   Kind::kOutbox,       Kind::kEvent,   Kind::kService};

// What each Kind's entries must be on the standard tree.
inline Kind expected_kind(const Entry& entry, const Layout& layout) {
  const std::array<std::tuple<Dn, const char*, Kind>, 11> places{{
      {layout.people, "inetOrgPerson", Kind::kPerson},
      {layout.structures, "groupOfNames", Kind::kStructure},  // at a place of their own
      {layout.habilitations, "habHabilitation", Kind::kHabilitation},
      {layout.groups, "groupOfNames", Kind::kGroup},
      {layout.applications, "habApplicationInfo", Kind::kApplication},
      {layout.requests, "habRequest", Kind::kRequest},
      {layout.sessions, "habSession", Kind::kSession},
      {layout.tokens, "habToken", Kind::kToken},
      {layout.outbox, "habOutboxEntry", Kind::kOutbox},
      {layout.events, "habEvent", Kind::kEvent},
      {layout.services, "top", Kind::kService},
  }};
  const std::string key = dn_key(entry.dn);
  for (const auto& [base, object_class, kind] : places) {
    const std::string above = dn_key(base.str());
    if (key == above || !is_under(key, above)) continue;
    if (kind == Kind::kService) return kind;
    const auto* classes = entry.find("objectClass");
    if (classes == nullptr) return Kind::kOther;
    const bool has = std::any_of(classes->begin(), classes->end(), [&](const std::string& c) {
      return ascii_lower(c) == ascii_lower(object_class);
    });
    return has ? kind : Kind::kOther;
  }
  return Kind::kOther;
}

// Answers "" when all is equal, else the first difference. `Reading` is a Mirror::View or a
// MirrorContent.
template <class Reading>
class Comparison {
 public:
  Comparison(const Reading& mirror, const std::vector<Entry>& directory, const Layout& layout)
      : mirror_(mirror), directory_(directory), layout_(layout) {}

  std::string difference() {
    for (const Entry& entry : directory_) {
      const RecordPtr record = mirror_.by_id(id_of(entry));
      if (!record) return "missing: " + entry.dn;
      by_key_[dn_key(entry.dn)] = record->node();
      nodes_[record->node()] = &entry;
    }
    if (nodes_.size() != directory_.size()) return "two entries have one node";
    for (const Entry& entry : directory_) {
      if (std::string found = compare(entry); !found.empty()) return entry.dn + ": " + found;
    }
    if (std::string found = compare_kinds(); !found.empty()) return found;
    if (std::string found = compare_sources(); !found.empty()) return found;
    return compare_indexes();
  }

 private:
  static EntryUuid id_of(const Entry& entry) {
    return EntryUuid::parse(entry.first("entryUUID")).value();
  }
  static std::vector<std::string> sorted(std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    return values;
  }
  std::vector<std::string> values(const Entry& entry, Attr attr) const {
    const auto* found = entry.find(layout_.name(attr).str());
    return found == nullptr ? std::vector<std::string>() : *found;
  }

  std::string compare(const Entry& entry) {
    const RecordPtr record = mirror_.by_id(id_of(entry));
    if (record->dn() != entry.dn) return "its name is " + record->dn();
    if (record->id() != id_of(entry)) return "another id";
    if (mirror_.by_dn(entry.dn) != record) return "not found by its name";
    if (mirror_.at(record->node()) != record) return "not at its node";
    if (record->kind() != expected_kind(entry, layout_)) return "another kind";
    for (const AttrInfo& info : attr_table()) {
      if (info.link || info.attr == Attr::kEntryUuid) continue;
      const auto held = record->values(info.attr);
      if (sorted({held.begin(), held.end()}) != sorted(values(entry, info.attr))) {
        return std::string("another ") + info.name;
      }
    }
    return compare_links(entry, record->node());
  }

  std::string compare_links(const Entry& entry, NodeId node) {
    bool steward = false;
    const std::string steward_key = dn_key(layout_.steward.str());
    for (const auto& [link, attr] : kLinks) {
      std::set<std::string> names;
      for (const std::string& value : values(entry, attr)) names.insert(dn_key(value));
      const bool had_steward = names.erase(steward_key) > 0;
      steward = steward || (link == Link::kMember && had_steward);
      const auto& targets = mirror_.targets(node, link);
      if (!std::is_sorted(targets.begin(), targets.end())) return "links are not in order";
      if (targets.size() != names.size()) {
        std::string told = "its links are";
        for (const NodeId target : targets) {
          const RecordPtr there = mirror_.at(target);
          told += there ? " [" + there->dn() + "]" : " [a name without an entry]";
        }
        told += " and not";
        for (const std::string& name : names) told += " [" + name + "]";
        return told;
      }
      for (const std::string& name : names) {
        const auto target = by_key_.find(name);
        if (target == by_key_.end()) continue;
        if (!mirror_.linked(node, link, target->second)) return "no link to " + name;
        sources_[{target->second, link}].insert(node);
      }
      for (const NodeId target : targets) {
        if (mirror_.at(target) == nullptr) strangers_[{target, link}].insert(node);
      }
    }
    return steward == mirror_.has_steward(node) ? "" : "the steward is forgotten or invented";
  }

  std::string compare_kinds() const {
    std::size_t total = 0;
    for (const Kind kind : kKinds) {
      const auto& all = mirror_.all(kind);
      total += all.size();
      if (std::set<NodeId>(all.begin(), all.end()).size() != all.size())
        return "a node listed twice";
      for (const NodeId node : all) {
        if (!mirror_.at(node) || mirror_.at(node)->kind() != kind)
          return "listed under a wrong kind";
      }
    }
    if (total == directory_.size()) return "";
    std::string extra = "not in the directory:";
    for (const Kind kind : kKinds) {
      for (const NodeId node : mirror_.all(kind)) {
        if (!nodes_.contains(node)) extra += " [" + mirror_.at(node)->dn() + "]";
      }
    }
    return extra;
  }

  std::string compare_sources() const {
    for (const auto& [node, entry] : nodes_) {
      for (const auto& [link, attr] : kLinks) {
        const auto found = sources_.find({node, link});
        const auto& held = mirror_.sources(node, link);
        const auto wanted = found == sources_.end() ? std::set<NodeId>() : found->second;
        if (!std::equal(held.begin(), held.end(), wanted.begin(), wanted.end())) {
          return entry->dn + ": other sources";
        }
      }
    }
    for (const auto& [place, wanted] : strangers_) {
      const auto& held = mirror_.sources(place.first, place.second);
      if (!std::equal(held.begin(), held.end(), wanted.begin(), wanted.end())) {
        return "a name without an entry has other sources";
      }
    }
    return "";
  }

  std::string compare_indexes() const {
    for (const AttrInfo& info : attr_table()) {
      if (!info.indexed) continue;
      std::map<std::string, std::pair<std::string, std::set<EntryUuid>>> wanted;
      for (const Entry& entry : directory_) {
        for (const std::string& value : values(entry, info.attr)) {
          auto& place = wanted[info.exact ? value : fold(value)];
          place.first = value;
          place.second.insert(id_of(entry));
        }
      }
      for (const auto& [key, expected] : wanted) {
        std::set<EntryUuid> found;
        for (const RecordPtr& record : mirror_.find(info.attr, expected.first)) {
          if (!found.insert(record->id()).second) return std::string("twice by ") + info.name;
        }
        if (found != expected.second) return std::string(info.name) + " = " + key + " finds others";
      }
    }
    return "";
  }

  const Reading& mirror_;
  const std::vector<Entry>& directory_;
  const Layout& layout_;
  std::map<std::string, NodeId> by_key_;
  std::map<NodeId, const Entry*> nodes_;
  std::map<std::pair<NodeId, Link>, std::set<NodeId>> sources_, strangers_;
};

template <class Reading>
std::string difference(const Reading& mirror, const std::vector<Entry>& directory,
                       const Layout& layout) {
  return Comparison<Reading>(mirror, directory, layout).difference();
}

}  // namespace habilitd::ldap::mirror_check
