#include "scim/shortcuts.h"

#include <algorithm>

#include "scim/merged_values.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Link;
using ldap::RecordPtr;
using Found = std::optional<std::vector<RecordPtr>>;

class Finder {
 public:
  Finder(const ResourceType& type, const ldap::Mirror::View& view, const Audience& audience)
      : view_(view), audience_(audience), common_(common_attributes(type)) {}

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
        return std::vector<RecordPtr>();
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
    std::vector<RecordPtr> together;
    for (const FilterNode& child : node.children) {
      Found found = find(child);
      if (!found) return std::nullopt;
      together.insert(together.end(), found->begin(), found->end());
    }
    return together;
  }

  Found equal(const Attribute& attribute, const Attribute* sub, const std::string& text) const {
    const bool by_value = sub && sub->name == "value";
    if (&attribute == common_.id) return by_id(text);
    if (&attribute == common_.external_id) {
      return view_.find(Attr::kHabExternalId, audience_.id_prefix + text);
    }
    const UserAttributes& user = user_attributes();
    const GroupAttributes& group = group_attributes();
    if (&attribute == user.user_name) return view_.find(Attr::kUid, text);
    if (&attribute == group.display_name) return view_.find(Attr::kCn, text);
    if (&attribute == user.emails && by_value && ldap_holds(Attr::kMail, text)) {
      return view_.find(Attr::kMail, text);
    }
    if (&attribute == user.groups && by_value) return linked(text, false);
    if (&attribute == group.members && by_value) return linked(text, true);
    return std::nullopt;
  }

  Found by_id(const std::string& text) const {
    const auto id = EntryUuid::parse(text);
    const RecordPtr record = id ? view_.by_id(*id) : nullptr;
    return record ? std::vector<RecordPtr>{record} : std::vector<RecordPtr>{};
  }

  // The members of a group, or the groups of a member.
  Found linked(const std::string& text, bool groups) const {
    const auto id = EntryUuid::parse(text);
    const RecordPtr record = id ? view_.by_id(*id) : nullptr;
    std::vector<RecordPtr> found;
    if (!record) return found;
    const auto& nodes = groups ? view_.sources(record->node(), Link::kMember)
                               : view_.targets(record->node(), Link::kMember);
    for (const ldap::NodeId node : nodes) {
      if (auto other = view_.at(node)) found.push_back(std::move(other));
    }
    return found;
  }

  const ldap::Mirror::View& view_;
  const Audience& audience_;
  const CommonAttributes& common_;
};

void keep_each_once(std::vector<RecordPtr>& records) {
  std::sort(records.begin(), records.end());
  records.erase(std::unique(records.begin(), records.end()), records.end());
}

}  // namespace

Found candidates(const FilterNode& filter, const ResourceType& type, const ldap::Mirror::View& view,
                 const Audience& audience) {
  Found found = Finder(type, view, audience).find(filter);
  if (found) keep_each_once(*found);
  return found;
}

std::size_t term_count(const FilterNode& filter) {
  std::size_t terms = filter.children.empty() ? 1 : 0;
  for (const FilterNode& child : filter.children) terms += term_count(child);
  return terms;
}

}  // namespace habilitd::scim
