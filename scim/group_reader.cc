#include "scim/group_reader.h"

#include "workflow/grants.h"

namespace habilitd::scim {

using ldap::Attr;
using ldap::Kind;

void GroupReader::fetch_links(const AttributeSet& wanted) {
  if (wanted[known_.members->index]) {
    members();
  } else {
    members_.clear();
    members_ready_ = true;
  }
}

const std::vector<ldap::RecordPtr>& GroupReader::members() const {
  if (members_ready_) return members_;
  members_ready_ = true;
  members_.clear();
  const auto& nodes = view_->targets(record_->node(), ldap::Link::kMember);
  members_.reserve(nodes.size());
  for (const ldap::NodeId node : nodes) {
    auto member = view_->at(node, hold_);
    if (member && workflow::may_be_member(*member) && sees(*member))
      members_.push_back(std::move(member));
  }
  return members_;
}

std::size_t GroupReader::own_count(const Attribute& attribute) const {
  if (&attribute == known_.members) return members().size();
  return attribute.home == Home::kLdap && !first(attribute.ldap).empty() ? 1 : 0;
}

Scalar GroupReader::own_get(const Attribute& attribute, std::size_t element,
                            const Attribute* sub) const {
  if (&attribute != known_.members) return Scalar::of(first(attribute.ldap));
  const ldap::Record& member = *members()[element];
  if (sub == known_.value) return link_scalar(member, "value");
  if (sub == known_.display) return link_scalar(member, "display");
  if (sub == known_.ref) return link_scalar(member, "$ref");
  if (sub == known_.type) return Scalar::of(member.kind() == Kind::kPerson ? "User" : "Group");
  return {};
}

}  // namespace habilitd::scim
