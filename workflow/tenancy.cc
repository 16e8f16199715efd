#include "workflow/tenancy.h"

#include <algorithm>

#include "base/text.h"
#include "workflow/deed.h"
#include "workflow/group_names.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Without an allocation: it is asked of every person in a list. `lower_case` is.
bool same_domain(std::string_view lower_case, std::string_view domain) {
  return lower_case.size() == domain.size() &&
         std::equal(domain.begin(), domain.end(), lower_case.begin(),
                    [](char a, char b) { return lower(a) == b; });
}

// A structure that was there before us may have its number as its name only.
std::string_view siret_of(const ldap::Record& record) {
  const std::string_view siret = record.first(Attr::kHabSiret);
  return siret.empty() && record.kind() == Kind::kStructure ? record.first(Attr::kCn) : siret;
}

bool holds(const ldap::Record* record, Attr attr, const std::string& value) {
  if (!record) return false;
  const auto values = record->values(attr);
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

Sight::Sight(const Client& client)
    : own_(client.restricted()
               ? std::make_shared<const Own>(
                     Own{source_name(client.actor()), client.structures, client.mail_domains})
               : nullptr) {}

bool Sight::has_own_domain(std::string_view address) const {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return false;
  return std::any_of(
      own_->mail_domains.begin(), own_->mail_domains.end(),
      [&](const std::string& domain) { return same_domain(domain, address.substr(at + 1)); });
}

bool Sight::is_own_structure(std::string_view siret) const {
  return !siret.empty() && own_->structures.count(siret) > 0;
}

bool Sight::is_attached(const ldap::Record& person, const ldap::Mirror::View& view) const {
  if (own_->structures.empty()) return false;
  for (const ldap::NodeId node : view.sources(person.node(), Link::kMember)) {
    const auto group = view.at(node);
    if (group && group->kind() == Kind::kStructure && is_own_structure(siret_of(*group))) {
      return true;
    }
  }
  return false;
}

bool Sight::is_own_person(const ldap::Record& person, const ldap::Mirror::View& view) const {
  bool own = false;
  person.each([&](Attr attr, std::string_view value) {
    if (attr == Attr::kMail) own = has_own_domain(value);
    if (attr == Attr::kHabSource) own = value == own_->source;
    return !own && attr <= Attr::kHabSource;
  });
  return own || is_attached(person, view);
}

bool Sight::is_own(const ldap::Record& record, const ldap::Mirror::View& view) const {
  switch (record.kind()) {
    case Kind::kPerson:
      return is_own_person(record, view);
    case Kind::kGroup:
      return holds(&record, Attr::kHabSource, own_->source);
    case Kind::kStructure:
    case Kind::kHabilitation:
    case Kind::kRequest:
      return is_own_structure(siret_of(record));
    default:
      return false;
  }
}

std::string Sight::key() const {
  if (all()) return {};
  std::string key = own_->source;
  for (const auto* names : {&own_->structures, &own_->mail_domains}) {
    key += '|';
    for (const std::string& name : *names) key.append(name).append(",");
  }
  return key;
}

Status Sight::accepts_structure(const Siret& siret) const {
  if (all() || is_own_structure(siret.str())) return done();
  return Error{Errc::kForbidden, "structure-not-own", {}};
}

Status Sight::accepts(const ldap::Record* now, const ldap::Mirror::View& view,
                      const std::vector<std::string>& mails,
                      const std::vector<std::string>& user_names) const {
  if (all()) return done();
  // The directory takes full-width letters and signs for plain ones.
  const auto outside = [&](Attr attr, const std::vector<std::string>& wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& value) {
      const std::string plain = search_key(value);
      return plain.find('@') != std::string::npos && !has_own_domain(plain) &&
             !holds(now, attr, value);
    });
  };
  if (!own_->mail_domains.empty() &&
      (outside(Attr::kMail, mails) || outside(Attr::kUid, user_names))) {
    return Error{Errc::kForbidden, "mail-domain", {}};
  }
  if (!now || holds(now, Attr::kHabSource, own_->source) || is_attached(*now, view)) return done();
  const bool stays = std::any_of(mails.begin(), mails.end(),
                                 [&](const std::string& mail) { return has_own_domain(mail); });
  return stays ? done() : Status(Error{Errc::kForbidden, "leaves-client", {}});
}

bool Sight::is_elsewhere(const Services& services, const ldap::Record& group) const {
  switch (group.kind()) {
    case Kind::kStructure:
    case Kind::kHabilitation:
      return !is_own_structure(siret_of(group));
    case Kind::kApplication:
      return true;
    case Kind::kGroup:
      return !check_group_is_open(services, group).ok();
    default:
      return false;
  }
}

Status Sight::governs(const Services& services, const ldap::Record& person,
                      const ldap::Mirror::View& view) const {
  if (all()) return done();
  const Error refusal{Errc::kForbidden, "account-shared", {}};
  bool elsewhere = false;
  for (const Link link : {Link::kMember, Link::kOwner}) {
    for (const ldap::NodeId node : view.sources(person.node(), link)) {
      const auto group = view.at(node);
      if (!group) continue;
      if (is_administrators_group(services, *group)) return refusal;
      elsewhere = elsewhere || is_elsewhere(services, *group);
    }
  }
  if (elsewhere && !holds(&person, Attr::kHabSource, own_->source)) return refusal;
  return done();
}

}  // namespace habilitd::workflow
