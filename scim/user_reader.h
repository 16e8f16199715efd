// A person's record as a SCIM User.
#pragma once

#include "scim/merged_values.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

class UserReader : public ResourceReader {
 public:
  explicit UserReader(const Audience& audience) : ResourceReader(user_type(), audience) {}
  void keep_links(const AttributeSet& wanted) override;
  // The manager's entry, or null. Needs the view, or keep_links().
  ldap::RecordPtr manager() const;

 private:
  std::size_t own_count(const Attribute&) const override;
  Scalar own_get(const Attribute&, std::size_t element, const Attribute* sub) const override;
  std::size_t schema_count() const override;
  void forget() override;

  Scalar ldap_scalar(const Attribute&) const;
  Scalar merged_scalar(const MergedValue&, const Attribute* sub) const;
  Scalar group_scalar(const ldap::Record&, const Attribute* sub) const;
  Scalar manager_scalar(const Attribute* sub) const;
  JsonSlice noted_element(const Attribute&, std::size_t element) const;
  const std::vector<MergedValue>& merged(const Attribute&) const;
  const std::vector<ldap::RecordPtr>& groups() const;
  bool is_derived(const Attribute&) const;
  bool has_active() const;

  const UserAttributes& known_ = user_attributes();
  mutable bool emails_ready_ = false, phones_ready_ = false, groups_ready_ = false,
               manager_ready_ = false;
  mutable std::vector<LdapValue> ldap_values_;
  mutable std::vector<MergedValue> emails_, phones_;
  mutable std::vector<ldap::RecordPtr> groups_;
  mutable ldap::RecordPtr manager_;
};

}  // namespace habilitd::scim
