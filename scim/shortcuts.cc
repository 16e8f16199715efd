#include "scim/shortcuts.h"

#include <algorithm>

#include "scim/endpoints.h"
#include "scim/merged_values.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Link;
using ldap::NodeId;
using ldap::RecordPtr;
using Nodes = std::vector<NodeId>;
using Found = std::optional<Nodes>;

class Finder {
 public:
  Finder(const ResourceType& type, const ldap::Mirror::View& view, const Audience& audience)
      : type_(type),
        view_(view),
        audience_(audience),
        common_(common_attributes(type)),
        most_(population(type, view) + kAlways) {}

  Found find(const FilterNode& node) const {
    switch (node.op) {
      case FilterOp::kAnd:
        return smallest(node);
      case FilterOp::kOr:
        return all(node);
      case FilterOp::kElement:
        return find(node.children.front());
      case FilterOp::kEqual:
        return equal(*node.path.attribute, node.path.sub, node.operand.text);
      case FilterOp::kNever:
        return Nodes();
      default:
        return std::nullopt;
    }
  }

 private:
  Found smallest(const FilterNode& node) const {
    Found best;
    for (const FilterNode& child : node.children) {
      Found found = find(child);
      if (found && (!best || found->size() < best->size())) best = std::move(found);
    }
    return best;
  }

  Found all(const FilterNode& node) const {
    Nodes together;
    for (const FilterNode& child : node.children) {
      Found found = find(child);
      if (!found || !add(*found, together)) return std::nullopt;
    }
    return together;
  }

  Found equal(const Attribute& attribute, const Attribute* sub, const std::string& text) const {
    const bool by_value = sub && sub->name == "value";
    if (&attribute == common_.id) return by_id(text);
    if (&attribute == common_.external_id) {
      return nodes_of(view_.find(Attr::kHabExternalId, audience_.id_prefix + text));
    }
    const Attribute& leaf = sub ? *sub : attribute;
    if (!attribute.multi_valued && is_indexed(leaf)) {
      return nodes_of(view_.find(leaf.ldap, text));
    }
    if (&type_ == &user_type()) return user_equal(attribute, sub, text);
    if (!by_value) return std::nullopt;
    const StructureAttributes& structure = structure_attributes();
    if (&attribute == group_attributes().members || &attribute == structure.members) {
      return naming(other(text), Link::kMember);
    }
    if (&attribute == structure.managers) return naming(other(text), Link::kOwner);
    if (&attribute == structure.parent) return naming(other(text), Link::kSeeAlso);
    return std::nullopt;
  }

  Found user_equal(const Attribute& attribute, const Attribute* sub,
                   const std::string& text) const {
    const UserAttributes& user = user_attributes();
    const bool by_value = sub && sub->name == "value";
    if (&attribute == user.emails && by_value && ldap_holds(Attr::kMail, text)) {
      return nodes_of(view_.find(Attr::kMail, text));
    }
    if (&attribute == user.groups && by_value) return named_by({other(text)});
    if (sub == user.structure_value) return named_by({other(text)});
    if (sub == user.structure_siret) return named_by(view_.find(Attr::kCn, text));
    if (sub == user.held_siret) return named_by(view_.find(Attr::kHabSiret, text));
    if (sub == user.held_application) return named_by(view_.find(Attr::kHabApplication, text));
    return std::nullopt;
  }

  static bool is_indexed(const Attribute& attribute) {
    return attribute.home == Home::kLdap && attribute.ldap != Attr::kCount &&
           ldap::attr_table()[static_cast<std::size_t>(attribute.ldap)].indexed;
  }

  Found by_id(const std::string& text) const {
    const auto id = type_.entry_of(text);
    const RecordPtr record = id ? view_.by_id(*id) : nullptr;
    return record ? Nodes{record->node()} : Nodes();
  }

  // The resource that a link names by its id; null when there is none.
  RecordPtr other(const std::string& text) const {
    const auto id = EntryUuid::parse(text);
    return id ? view_.by_id(*id) : nullptr;
  }

  static Nodes nodes_of(const std::vector<RecordPtr>& records) {
    Nodes nodes;
    for (const RecordPtr& record : records) nodes.push_back(record->node());
    return nodes;
  }

  // False: with repetitions it is more than looking at everybody.
  bool add(const Nodes& more, Nodes& together) const {
    if (together.size() + more.size() > most_) return false;
    together.insert(together.end(), more.begin(), more.end());
    return true;
  }

  // The entries that name this one.
  Found naming(const RecordPtr& record, Link link) const {
    return record ? view_.sources(record->node(), link) : Nodes();
  }

  // Whom these entries name as members or managers. Requests name nobody.
  Found named_by(const std::vector<RecordPtr>& entries) const {
    Nodes found;
    for (const RecordPtr& entry : entries) {
      if (!entry) continue;
      for (const Link link : {Link::kMember, Link::kOwner}) {
        if (!add(view_.targets(entry->node(), link), found)) return std::nullopt;
      }
    }
    return found;
  }

  static constexpr std::size_t kAlways = 1000;  // an index serves so many however few there are

  const ResourceType& type_;
  const ldap::Mirror::View& view_;
  const Audience& audience_;
  const CommonAttributes& common_;
  const std::size_t most_;  // entries, with repetitions
};

}  // namespace

Found candidates(const FilterNode& filter, const ResourceType& type, const ldap::Mirror::View& view,
                 const Audience& audience) {
  Found found = Finder(type, view, audience).find(filter);
  if (!found) return std::nullopt;
  std::sort(found->begin(), found->end());
  found->erase(std::unique(found->begin(), found->end()), found->end());
  return found;
}

}  // namespace habilitd::scim
