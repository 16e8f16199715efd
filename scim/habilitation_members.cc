#include "scim/habilitation_members.h"

#include "scim/errors.h"
#include "workflow/decisions.h"
#include "workflow/requests.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

class Holders {
 public:
  Holders(Call& call, std::string application, std::string role, Siret siret)
      : call_(call),
        actor_(call.client.actor()),
        application_(std::move(application)),
        role_(std::move(role)),
        siret_(std::move(siret)) {}

  Status permitted(const char* action, const std::vector<EntryUuid>& people) const {
    for (const EntryUuid& person : people) {
      auto permission = workflow::authorize(
          call_.services, {actor_, action, person, application_, role_, siret_, std::nullopt});
      if (!permission) return permission.error();
    }
    return done();
  }

  Status grant(const std::vector<EntryUuid>& people) const {
    for (const EntryUuid& person : people) {
      workflow::Ask ask{
          person, application_, role_, siret_, "SCIM: " + call_.client.name, std::nullopt, {}};
      auto added = workflow::add(call_.services, actor_, ask);
      if (!added && added.error().reason != "already-held") return added.error();
    }
    return done();
  }

  Status revoke(const std::vector<EntryUuid>& people) const {
    for (const EntryUuid& person : people) {
      workflow::Decided form;
      form.reason = "SCIM: " + call_.client.name;
      auto revoked =
          workflow::revoke(call_.services, actor_, {person, application_, role_, siret_}, form);
      if (!revoked && revoked.error().reason != "unknown-habilitation") return revoked.error();
    }
    return done();
  }

 private:
  Call& call_;
  workflow::Actor actor_;
  std::string application_, role_;
  Siret siret_;
};

}  // namespace

Status change_holders(Call& call, const ldap::Record& group, const workflow::MemberChange& change,
                      const ldap::WriteOptions& condition) {
  auto siret = Siret::parse(group.first(Attr::kHabSiret));
  if (!siret) return Error{Errc::kInternal, "habilitation-without-siret", group.dn()};
  const Holders holders(call, std::string(group.first(Attr::kHabApplication)),
                        std::string(group.first(Attr::kHabRole)), *std::move(siret));
  if (auto ok = holders.permitted("add", change.add); !ok) return ok;
  if (auto ok = holders.permitted("revoke", change.remove); !ok) return ok;
  // Each holder is a decision of its own, so that the condition is judged before the first.
  if (condition.assertion && !change.empty()) {
    if (auto ok = workflow::claim_version(call.services, group.id(), condition); !ok) return ok;
  }
  if (auto ok = holders.grant(change.add); !ok) return ok;
  return holders.revoke(change.remove);
}

}  // namespace habilitd::scim
