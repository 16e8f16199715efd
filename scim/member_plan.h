// What a sequence of edits does to a group's members, as a difference: neither the edits nor the
// write read the member list, unless a filter asks for more than ids.
#pragma once

#include <set>

#include "ldap/mirror.h"
#include "scim/dialect.h"
#include "scim/patch.h"
#include "scim/resource_reader.h"
#include "workflow/grants.h"

namespace habilitd::scim {

class MemberPlan {
 public:
  // All must outlive the plan. The view is used by apply() only.
  MemberPlan(const ldap::Mirror::View& view, ldap::RecordPtr group, const Audience& audience,
             Tolerance& tolerance)
      : view_(view), group_(std::move(group)), audience_(audience), tolerance_(tolerance) {}

  // An edit of the attribute `members`. Errors: kInvalid (invalidValue for what is no User or
  // Group, or the group itself; mutability; noTarget).
  Status apply(const Edit&);
  // PUT: the members are exactly these (an array, or null for none).
  Status replace_with(const Json& members);

  bool empty() const { return !replace_all_ && add_.empty() && remove_.empty(); }
  workflow::MemberChange change() const;
  // Against what the mirror knows: who joins and who leaves.
  workflow::MemberChange difference() const;

 private:
  bool sees(const ldap::Record& record) const { return audience_.sight.sees(record, view_); }
  Result<std::set<EntryUuid>> ids_of(const Json& value, bool must_exist) const;
  Result<std::set<EntryUuid>> matching(const FilterNode&) const;
  bool ids_in_filter(const FilterNode&, std::set<EntryUuid>&) const;
  Status add(const std::set<EntryUuid>&);
  void remove(const std::set<EntryUuid>&);
  Status add_matching(const Edit&);

  const ldap::Mirror::View& view_;
  ldap::RecordPtr group_;
  const Audience& audience_;
  Tolerance& tolerance_;
  bool replace_all_ = false;
  std::set<EntryUuid> add_, remove_;
};

}  // namespace habilitd::scim
