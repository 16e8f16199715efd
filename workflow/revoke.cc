// How a habilitation ends by somebody's decision: revoke() of requests.h.
#include <algorithm>

#include "workflow/deed.h"
#include "workflow/effects.h"
#include "workflow/managers.h"
#include "workflow/notices.h"
#include "workflow/request_rules.h"
#include "workflow/requests.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

class Revoking {
 public:
  Revoking(Services& services, const Actor& actor, const Holding& holding, const Decided& form)
      : services_(services), actor_(actor), holding_(holding), form_(form) {}

  Result<Outcome> run(Deed&);

 private:
  Result<policies::Facts> judge(Deed&);
  Status check_manager_stays();
  Result<std::optional<StoredRequest>> live_record();
  Event event() const;
  Result<Outcome> end_record(Deed&, const StoredRequest&);
  Result<Outcome> end_membership(Deed&, const policies::Facts&);
  Outcome finished(RequestRecord);

  Services& services_;
  const Actor& actor_;
  const Holding& holding_;
  const Decided& form_;
  std::string reason_;
};

Result<policies::Facts> Revoking::judge(Deed& deed) {
  policies::Facts facts;
  const auto permission = authorize(services_,
                                    {actor_, "revoke", holding_.person, holding_.application,
                                     holding_.role, holding_.siret, std::nullopt},
                                    &facts);
  if (!permission) return permission.error();
  deed.judged(permission->decision());
  return facts;
}

// A structure keeps at least one manager.
Status Revoking::check_manager_stays() {
  const auto policy = services_.catalogue.policy(holding_.application);
  const policies::Role* role = policy ? policy->role(holding_.role) : nullptr;
  if (!role || !role->manages) return done();
  const auto view = services_.directory.view();
  if (!view) return view.error();
  const auto managers = managers_of(*view, *policy, holding_.siret.str());
  const bool others = std::any_of(managers.begin(), managers.end(), [&](const Person& person) {
    return person.id != holding_.person;
  });
  return others ? done() : Status(Error{Errc::kForbidden, "last-manager", {}});
}

Result<std::optional<StoredRequest>> Revoking::live_record() {
  const std::string slot = slot_name(Slot::kLive, holding_.person, holding_.application,
                                     holding_.role, holding_.siret.str());
  auto stored = read_slot(services_, slot);
  if (!stored || !*stored || (*stored)->record.state != State::kApproved) return stored;
  // Granted a moment ago and not applied yet: first the one, then the other.
  auto applied = apply_effects_alone(services_, (*stored)->record.id);
  if (!applied) return applied.error();
  return read_slot(services_, slot);
}

Event Revoking::event() const {
  Event event;
  event.what = "revoked";
  event.at = services_.clock.now();
  event.by = actor_.id;
  event.by_name = actor_.name;
  event.by_mail = actor_.mail;
  event.reason = reason_;
  event.operation = form_.operation;
  return event;
}

Outcome Revoking::finished(RequestRecord record) {
  auto applied = apply_effects_alone(services_, StoredRequest{record, {kWithdrawEffect}});
  return {applied ? *std::move(applied) : std::move(record), false};
}

Result<Outcome> Revoking::end_record(Deed& deed, const StoredRequest& stored) {
  const RequestRecord& before = stored.record;
  if (form_.revision != 0 && form_.revision != before.revision) {
    return Error{Errc::kStale, "stale-revision", std::to_string(before.revision)};
  }
  RequestRecord after = before;
  after.history.push_back(event());
  after.state = State::kEnded;
  deed.note("request", before.id.str());
  if (auto intended = deed.intend(); !intended) return intended.error();
  const ldap::Directory::Together writes;
  const auto swapped =
      swap_request(services_, before, after,
                   {{kWithdrawEffect}, {}, revoked_notices(services_, after, actor_, reason_)});
  if (!swapped) return swapped.error();
  if (*swapped == Swap::kDone) return finished(std::move(after));
  auto now = read_request(services_, before.id);
  if (!now) return now.error();
  if (now->record.done_by(form_.operation, actor_.id)) return Outcome{now->record, true};
  return already_decided(now->record);
}

bool holds(const policies::Facts& facts, const std::string& role) {
  const auto target = facts.find("target");
  if (target == facts.end() || !target->is_object()) return false;
  const auto roles = target->find("roles");
  return roles != target->end() &&
         std::find(roles->begin(), roles->end(), Json(role)) != roles->end();
}

// A member found in the directory: the record begins with its end.
Result<Outcome> Revoking::end_membership(Deed& deed, const policies::Facts& facts) {
  if (!holds(facts, holding_.role)) return Error{Errc::kNotFound, "unknown-habilitation", {}};
  RequestRecord record;
  record.state = State::kEnded;
  record.revision = 1;
  record.application = holding_.application;
  record.role = holding_.role;
  record.siret = holding_.siret.str();
  record.person = holding_.person;
  record.direct = true;
  record.created = services_.clock.now();
  record.history.push_back(event());
  if (auto described = describe(services_, record); !described) return described.error();
  if (auto intended = deed.intend(); !intended) return intended.error();
  const ldap::Directory::Together writes;
  auto added =
      add_request(services_, record,
                  {{kWithdrawEffect}, {}, revoked_notices(services_, record, actor_, reason_)});
  if (!added) return added.error();
  deed.note("request", record.id.str());
  return finished(std::move(record));
}

Result<Outcome> Revoking::run(Deed& deed) {
  const auto policy = services_.catalogue.policy(holding_.application);
  if (!policy) return Error{Errc::kNotFound, "unknown-application", holding_.application};
  const auto facts = judge(deed);
  if (!facts) return facts.error();
  auto reason = check_text(form_.reason, {"reason", 0, policy->limits.justification_max, true});
  if (!reason) return reason.error();
  reason_ = *std::move(reason);
  if (auto stays = check_manager_stays(); !stays) return stays.error();
  const auto live = live_record();
  if (!live) return live.error();
  return *live ? end_record(deed, **live) : end_membership(deed, *facts);
}

}  // namespace

Result<Outcome> revoke(Services& services, const Actor& actor, const Holding& holding,
                       const Decided& form) {
  const auto turn = services.one_at_a_time(holding.person);
  if (!form.operation.empty()) {
    const auto records = read_requests_of(services, holding.person);
    if (!records) return records.error();
    if (const auto* found = find_repeated(*records, holding, form.operation, actor.id)) {
      return Outcome{found->record, true};
    }
  }
  Deed deed(services, actor, "habilitation.revoke",
            about(holding.person, holding.application, holding.role, holding.siret.str()));
  if (!form.operation.empty()) deed.note("operation", form.operation);
  auto outcome = Revoking(services, actor, holding, form).run(deed);
  if (!outcome) {
    deed.end(outcome.error());
  } else {
    deed.end(outcome->repeated ? "repeated" : "done");
  }
  return outcome;
}

}  // namespace habilitd::workflow
