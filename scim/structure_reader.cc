#include "scim/structure_reader.h"

namespace habilitd::scim {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;

void StructureReader::read(Linked& linked, Link link, Kind kind) const {
  if (linked.ready) return;
  linked.ready = true;
  linked.records.clear();
  for (const ldap::NodeId node : view_->targets(record_->node(), link)) {
    auto record = view_->at(node, hold_);
    if (record && record->kind() == kind && sees(*record))
      linked.records.push_back(std::move(record));
  }
}

// Null: the attribute links to nothing.
const std::vector<ldap::RecordPtr>* StructureReader::linked(const Attribute& attribute) const {
  if (&attribute == known_.parent) {
    read(parent_, Link::kSeeAlso, Kind::kStructure);
    return &parent_.records;
  }
  if (&attribute == known_.managers) {
    read(managers_, Link::kOwner, Kind::kPerson);
    return &managers_.records;
  }
  if (&attribute == known_.members) {
    read(members_, Link::kMember, Kind::kPerson);
    return &members_.records;
  }
  return nullptr;
}

void StructureReader::fetch_links(const AttributeSet& wanted) {
  const auto keep = [&](const Attribute& attribute, Linked& links) {
    if (wanted[attribute.index]) {
      linked(attribute);
    } else {
      links = {true, {}};
    }
  };
  keep(*known_.parent, parent_);
  keep(*known_.managers, managers_);
  keep(*known_.members, members_);
}

std::size_t StructureReader::own_count(const Attribute& attribute) const {
  if (&attribute == known_.active) return 1;
  const auto* records = linked(attribute);
  if (!records) return first(attribute.ldap).empty() ? 0 : 1;
  return attribute.multi_valued ? records->size() : std::min<std::size_t>(records->size(), 1);
}

Scalar StructureReader::own_get(const Attribute& attribute, std::size_t element,
                                const Attribute* sub) const {
  if (&attribute == known_.active) return Scalar::of_bool(first(Attr::kHabState) != "closed");
  const auto* records = linked(attribute);
  if (!records) return Scalar::of(first(attribute.ldap));
  if (!sub) return {};
  return link_scalar(*(*records)[element], sub->name);
}

}  // namespace habilitd::scim
