#include "workflow/effects.h"

#include <algorithm>

#include "workflow/deed.h"
#include "workflow/events.h"
#include "workflow/grants.h"
#include "workflow/notices.h"
#include "workflow/requests.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

bool has(const StoredRequest& stored, const char* effect) {
  return std::find(stored.effects.begin(), stored.effects.end(), effect) != stored.effects.end();
}

Result<Permission> permission_of(const RequestRecord& record, const std::string& action) {
  auto role = RoleId::parse(record.application, record.role);
  if (!role) return role.error();
  auto siret = Siret::parse(record.siret);
  if (!siret) return siret.error();
  return system_permission(action, record.person, *role, *siret);
}

// Records that the effects are done. Losing is fine: somebody else finished them.
Result<Swap> finish(Services& services, const StoredRequest& stored, RequestRecord& after,
                    const char* what, std::vector<MailJob> mails = {}, std::string reason = {}) {
  Event event;
  event.what = what;
  event.at = services.clock.now();
  event.by_name = Actor::system().name;
  event.reason = std::move(reason);
  after.history.push_back(std::move(event));
  return swap_request(services, stored.record, after, {{}, stored.effects, std::move(mails)});
}

// The person or the structure is gone: what was granted cannot be.
Result<RequestRecord> give_up(Services& services, const StoredRequest& stored, const Error& why) {
  RequestRecord after = stored.record;
  after.state = State::kCancelled;
  const auto swapped = finish(services, stored, after, "cancelled",
                              cancelled_notices(services, after, Actor::system()), why.reason);
  if (!swapped) return swapped.error();
  if (*swapped == Swap::kDone) return after;
  auto now = read_request(services, after.id);
  if (!now) return now.error();
  return now->record;
}

// Takes the membership away unless a later habilitation of the same triple stands on it.
Status do_withdraw(Services& services, const RequestRecord& record) {
  const auto permission = permission_of(record, "revoke");
  if (!permission) return permission.error();
  const auto live = read_slot(services, slot_name(Slot::kLive, record.person, record.application,
                                                  record.role, record.siret));
  if (!live) return live.error();
  if (*live) return done();
  auto withdrawn = withdraw(services, *permission);
  if (!withdrawn && withdrawn.error().code == Errc::kNotFound) return done();
  return withdrawn;
}

Result<RequestRecord> finish_grant(Services& services, const StoredRequest& stored) {
  const auto permission = permission_of(stored.record, "add");
  if (!permission) return permission.error();
  ldap::Directory::Together writes;
  const Attach also = has(stored, kAttachEffect) ? Attach::kYes : Attach::kNo;
  if (auto granted = grant(services, *permission, also); !granted) {
    if (granted.error().code != Errc::kNotFound) return granted.error();
    return give_up(services, stored, granted.error());
  }
  RequestRecord after = stored.record;
  after.state = State::kActive;
  const auto swapped = finish(services, stored, after, "applied");
  if (!swapped) return swapped.error();
  if (*swapped == Swap::kDone) {
    writes.settle();
    publish_habilitation(services, after, true);
    return after;
  }
  auto now = read_request(services, stored.record.id);
  if (!now) return now.error();
  const State state = now->record.state;
  if (state == State::kApproved || state == State::kActive) return now->record;
  // Ended by another host while this one was still granting.
  if (auto undone = do_withdraw(services, now->record); !undone) return undone.error();
  return now->record;
}

Result<RequestRecord> finish_withdrawal(Services& services, const StoredRequest& stored) {
  ldap::Directory::Together writes;
  if (auto withdrawn = do_withdraw(services, stored.record); !withdrawn) return withdrawn.error();
  RequestRecord after = stored.record;
  const auto swapped = finish(services, stored, after, "applied");
  if (!swapped) return swapped.error();
  if (*swapped != Swap::kDone) return stored.record;
  writes.settle();
  publish_habilitation(services, after, false);
  return after;
}

}  // namespace

Result<RequestRecord> apply_effects_alone(Services& services, const RequestId& id) {
  auto stored = read_request(services, id);
  if (!stored) return stored.error();
  return apply_effects_alone(services, *stored);
}

Result<RequestRecord> apply_effects_alone(Services& services, const StoredRequest& stored) {
  if (stored.effects.empty()) return stored.record;
  return stored.record.state == State::kApproved ? finish_grant(services, stored)
                                                 : finish_withdrawal(services, stored);
}

Status apply_effects(Services& services, const RequestId& id) {
  auto stored = read_request(services, id);
  if (!stored) return stored.error();
  const auto turn = services.one_at_a_time(stored->record.person);
  auto applied = apply_effects_alone(services, id);
  return applied ? done() : Status(applied.error());
}

}  // namespace habilitd::workflow
