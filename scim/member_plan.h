// What a sequence of edits does to the members of a group or structure, as a difference: neither
// the edits nor the write read the member list, unless a filter asks for more than ids.
#pragma once

#include <set>

#include "ldap/mirror.h"
#include "scim/dialect.h"
#include "scim/patch.h"
#include "scim/resource_reader.h"
#include "workflow/grants.h"

namespace habilitd::scim {

// A multi-valued attribute that names other resources by their ids.
struct MemberAttribute {
  const ResourceType& type;
  const Attribute& attribute;
  ldap::Link link;
  bool (*fits)(const ldap::Record&);  // may it be named?
  std::string_view what;              // "a User or Group"
};
const MemberAttribute& group_members();
const MemberAttribute& structure_members();
const MemberAttribute& structure_managers();

class MemberPlan {
 public:
  // All must outlive the plan; the view as long as it is edited. `group` null: a new one.
  MemberPlan(const MemberAttribute& members, const ldap::Mirror::View& view, ldap::RecordPtr group,
             const Audience& audience, Tolerance& tolerance)
      : members_(members),
        view_(view),
        group_(std::move(group)),
        audience_(audience),
        tolerance_(tolerance) {}

  // An edit of the attribute. Errors: kInvalid (invalidValue for what does not fit, or the resource
  // itself; mutability; noTarget).
  Status apply(const Edit&);
  // PUT: the members are exactly these (an array as normalise() makes it, or null for none).
  Status replace_with(const Json& members);

  bool empty() const { return !replace_all_ && add_.empty() && remove_.empty(); }
  workflow::MemberChange change() const;
  // Against what the mirror knows: who joins and who leaves.
  workflow::MemberChange difference() const;

 private:
  bool sees(const ldap::Record& record) const { return audience_.sight.sees(record, view_); }
  Result<std::set<EntryUuid>> ids_of(const Json& value, bool must_exist) const;
  Result<std::set<EntryUuid>> ids_in(const Json& members, bool must_exist) const;
  Result<std::set<EntryUuid>> matching(const FilterNode&) const;
  bool ids_in_filter(const FilterNode&, std::set<EntryUuid>&) const;
  Status add(const std::set<EntryUuid>&);
  Status replace_by(const std::set<EntryUuid>&);
  void remove(const std::set<EntryUuid>&);
  Status add_matching(const Edit&);
  Error no_member(const std::string& id) const;

  const MemberAttribute& members_;
  const ldap::Mirror::View& view_;
  ldap::RecordPtr group_;
  const Audience& audience_;
  Tolerance& tolerance_;
  bool replace_all_ = false;
  std::set<EntryUuid> add_, remove_;
};

}  // namespace habilitd::scim
