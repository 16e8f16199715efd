// A group's record as a SCIM Group: groups pushed by identity providers, and groups that confer a
// habilitation. The steward is no member here.
#pragma once

#include "scim/resource_reader.h"

namespace habilitd::scim {

class GroupReader : public ResourceReader {
 public:
  explicit GroupReader(const Audience& audience) : ResourceReader(group_type(), audience) {}

 private:
  std::size_t own_count(const Attribute&) const override;
  Scalar own_get(const Attribute&, std::size_t element, const Attribute* sub) const override;
  void fetch_links(const AttributeSet& wanted) override;
  void forget() override { members_ready_ = false; }
  const std::vector<ldap::RecordPtr>& members() const;

  const GroupAttributes& known_ = group_attributes();
  mutable bool members_ready_ = false;
  mutable std::vector<ldap::RecordPtr> members_;
};

}  // namespace habilitd::scim
