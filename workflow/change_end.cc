// When a live habilitation ends: change_end() of requests.h.
#include "workflow/deed.h"
#include "workflow/effects.h"
#include "workflow/request_rules.h"
#include "workflow/requests.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using Until = std::optional<Instant>;

bool is_later(const Until& now, const Until& wanted) { return now && (!wanted || *wanted > *now); }

// The record as it is to be changed; one granted a moment ago becomes active first.
Result<RequestRecord> live_record(Services& services, const RequestId& id) {
  auto stored = read_request(services, id);
  if (!stored) return stored.error();
  if (stored->record.state == State::kApproved) {
    auto applied = apply_effects_alone(services, *stored);
    if (!applied) return applied.error();
    stored->record = *std::move(applied);
  }
  if (stored->record.state != State::kActive) return already_decided(stored->record);
  return std::move(stored->record);
}

Status judge(Services& services, const Actor& actor, const RequestRecord& record, bool later,
             Deed& deed) {
  const auto siret = Siret::parse(record.siret);
  if (!siret) return siret.error();
  const Question question{actor,         later ? "add" : "revoke",
                          record.person, record.application,
                          record.role,   *siret,
                          std::nullopt,  later};
  const auto permission = authorize(services, question);
  if (!permission) return permission.error();
  deed.judged(permission->decision());
  return done();
}

Event event_of(const Actor& actor, const Decided& form, bool later, Instant now) {
  Event event;
  event.what = later ? "renewed" : "shortened";
  event.at = now;
  event.by = actor.id;
  event.by_name = actor.name;
  event.by_mail = actor.mail;
  event.reason = form.reason;
  event.operation = form.operation;
  return event;
}

Result<Outcome> change(Services& services, const Actor& actor, const RequestRecord& before,
                       const Decided& form, Deed& deed) {
  const auto policy = services.catalogue.policy(before.application);
  if (!policy) return Error{Errc::kNotFound, "unknown-application", before.application};
  if (form.revision != 0 && form.revision != before.revision) {
    return Error{Errc::kStale, "stale-revision", std::to_string(before.revision)};
  }
  if (form.until == before.until) return Outcome{before, true};
  const Instant now = services.clock.now();
  const auto until = end_of(*policy, before.role, form.until, now);
  if (!until) return until.error();
  const auto reason = check_text(form.reason, {"reason", 0, policy->limits.justification_max});
  if (!reason) return reason.error();
  const bool later = is_later(before.until, *until);
  if (auto judged = judge(services, actor, before, later, deed); !judged) return judged.error();
  RequestRecord after = before;
  after.until = *until;
  after.history.push_back(event_of(actor, form, later, now));
  if (auto intended = deed.intend(); !intended) return intended.error();
  const auto swapped = swap_request(services, before, after, {});
  if (!swapped) return swapped.error();
  if (*swapped == Swap::kDone) return Outcome{std::move(after), false};
  return Error{Errc::kStale, "stale-revision", {}};
}

}  // namespace

Result<Outcome> change_end(Services& services, const Actor& actor, const RequestId& id,
                           const Decided& form) {
  const auto stored = read_request(services, id);
  if (!stored) return stored.error();
  const auto turn = services.one_at_a_time(stored->record.person);
  const auto record = live_record(services, id);
  if (!record) return record.error();
  if (record->done_by(form.operation, actor.id)) return Outcome{*record, true};
  Deed deed(services, actor, "habilitation.until", *record, form.operation);
  if (form.until) deed.note("until", to_rfc3339(*form.until));
  auto outcome = change(services, actor, *record, form, deed);
  if (!outcome) {
    deed.end(outcome.error());
  } else {
    deed.end(outcome->repeated ? "repeated" : "done");
  }
  return outcome;
}

}  // namespace habilitd::workflow
