// A person's record as a SCIM User.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scim/merged_values.h"
#include "scim/person_links.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

class UserReader : public ResourceReader {
 public:
  explicit UserReader(const Audience& audience) : ResourceReader(user_type(), audience) {}
  // The manager's entry, or null. Needs the view, or keep_links().
  ldap::RecordPtr manager() const;
  // Stands on nobody but a link: the element that such an entry is in `list` (groups, structures or
  // habilitations) of whomever it is linked with. What depends on the person is absent.
  void glance_at_link(const Attribute& list, ldap::NodeId linked, bool as_manager,
                      const ldap::Mirror::View&);

 private:
  std::size_t own_count(const Attribute&) const override;
  Scalar own_get(const Attribute&, std::size_t element, const Attribute* sub) const override;
  bool has_extension(const Schema&) const override;
  std::string state_of_others() const override;
  void fetch_links(const AttributeSet& wanted) override;
  void forget() override;

  Scalar ldap_scalar(const Attribute&) const;
  Scalar merged_scalar(const MergedValue&, const Attribute* sub) const;
  Scalar group_scalar(const ldap::Record&, const Attribute* sub) const;
  Scalar manager_scalar(const Attribute* sub) const;
  const std::vector<JsonSlice>& noted_elements(const Attribute&) const;
  const std::vector<MergedValue>& merged(const Attribute&) const;
  const std::vector<ldap::RecordPtr>& groups() const;
  const std::vector<PersonStructure>& structures() const;
  const std::vector<PersonRole>& roles() const;
  const std::vector<PersonRole>& detailed_roles() const;
  Scalar structure_scalar(const PersonStructure&, const Attribute* sub) const;
  const std::string& display_of(std::size_t element) const;
  Scalar role_scalar(std::size_t element, const Attribute* sub) const;
  bool is_derived(const Attribute&) const;
  bool has_active() const;
  bool is_shown(const Attribute&) const;
  void add_state(const Attribute&, std::string& state) const;

  const UserAttributes& known_ = user_attributes();
  mutable bool emails_ready_ = false, phones_ready_ = false, groups_ready_ = false,
               manager_ready_ = false, structures_ready_ = false, roles_ready_ = false,
               details_ready_ = false;
  std::optional<AttributeSet> shown_;          // since keep_links()
  mutable const Attribute* listed_ = nullptr;  // whose elements are at hand
  mutable std::vector<JsonSlice> elements_;
  mutable std::vector<LdapValue> ldap_values_;
  mutable std::vector<MergedValue> emails_, phones_;
  mutable std::vector<ldap::RecordPtr> groups_;
  mutable ldap::RecordPtr manager_;
  mutable std::vector<PersonStructure> structures_;
  mutable std::vector<PersonRole> roles_;
  mutable std::unordered_map<ldap::NodeId, std::string> displays_;  // of roles, during a scan
};

}  // namespace habilitd::scim
