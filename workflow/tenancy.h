// Tenancy: which entries a client sees and may change. The rule, here and nowhere else:
//
//   A client whose token names structures or mail domains has its own part of the directory:
//   - people whom it created, who have a mail address in one of its domains, or who are attached
//     to one of its structures;
//   - groups that it created;
//   - its structures, and habilitations, requests and direct grants for its structures, which name
//     the people they are about and who decided.
//   Everything else does not exist for it: the answer is that of an unknown id; it is in no list,
//   no total, no filter's result, and is not shown as a member, group or manager.
//   It gives people no mail address, and no userName in the form of one, outside its domains (when
//   it has some), and nobody leaves its part by its own change.
//   Some of its people belong to others as well. Their accounts (password, userName, mail
//   addresses, active, deletion) are not its to change, unless it made them; and those of
//   administrators never are. What else is said of them it may change. A client that names neither
//   sees everything.
//
// What remains to be seen: a name that must be unique in the directory (userName, a group's
// displayName) and is taken elsewhere is refused with the same 409 as one taken in its own part.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ldap/mirror.h"
#include "workflow/tokens.h"

namespace habilitd::workflow {

class Services;

class Sight {
 public:
  Sight() = default;  // everything
  explicit Sight(const Client&);

  bool all() const { return own_ == nullptr; }
  bool sees(const ldap::Record& record, const ldap::Mirror::View& view) const {
    return all() || is_own(record, view);
  }

  // Two sights with the same key see the same.
  std::string key() const;
  // May it make or name that structure (kForbidden, reason structure-not-own)?
  Status accepts_structure(const Siret&) const;
  // May a person have these names and addresses (kForbidden, reason mail-domain), and is she still
  // its own with them (kForbidden, reason leaves-client)? `now`: her entry, null for a new one;
  // what she has already is not judged.
  Status accepts(const ldap::Record* now, const ldap::Mirror::View&,
                 const std::vector<std::string>& mails,
                 const std::vector<std::string>& user_names) const;

  // May it change her account itself (kForbidden, reason account-shared)? Whom it made; else only
  // somebody who is attached to, manages and holds roles in its own structures alone, and whose
  // groups decide nothing.
  Status governs(const Services&, const ldap::Record& person, const ldap::Mirror::View&) const;

 private:
  struct Own {
    std::string source;
    std::set<std::string, std::less<>> structures, mail_domains;
  };
  bool is_own(const ldap::Record&, const ldap::Mirror::View&) const;
  bool is_own_person(const ldap::Record&, const ldap::Mirror::View&) const;
  bool is_attached(const ldap::Record&, const ldap::Mirror::View&) const;
  bool is_elsewhere(const Services&, const ldap::Record& group) const;
  bool has_own_domain(std::string_view address) const;
  bool is_own_structure(std::string_view siret) const;

  std::shared_ptr<const Own> own_;  // null: everything
};

inline bool visible(const Client& client, const ldap::Record& record,
                    const ldap::Mirror::View& view) {
  return !client.restricted() || Sight(client).sees(record, view);
}

}  // namespace habilitd::workflow
