// How a pending request ends: approve(), refuse() and cancel() of requests.h.
#include "workflow/deed.h"
#include "workflow/effects.h"
#include "workflow/managers.h"
#include "workflow/notices.h"
#include "workflow/request_rules.h"
#include "workflow/requests.h"
#include "workflow/rights.h"
#include "workflow/services.h"
#include "workflow/stages.h"
#include "workflow/system_acts.h"

namespace habilitd::workflow {
namespace {

Error unknown_request(const RequestId& id) {
  return {Errc::kNotFound, "unknown-request", id.str()};
}

// One decision about one pending request.
class Deciding {
 public:
  Deciding(Services& services, const Actor& actor, const Decided& form, StoredRequest stored)
      : services_(services), actor_(actor), form_(form), stored_(std::move(stored)) {}

  Result<Outcome> approve(Deed&);
  Result<Outcome> refuse(Deed&);
  Result<Outcome> cancel(Deed&);

 private:
  const RequestRecord& before() const { return stored_.record; }
  Status check_open() const;
  Status check_revision() const;
  Status check_may_cancel();
  Status judge(Deed&, const char* action);
  Result<std::string> reason(bool demanded) const;
  RequestRecord next(const char* what, const std::string& reason) const;
  Result<Outcome> write(Deed&, RequestRecord after, const Extras&);
  Result<Outcome> write_approval(Deed&, RequestRecord after);
  Result<Outcome> lost();

  Services& services_;
  const Actor& actor_;
  const Decided& form_;
  StoredRequest stored_;
};

Status Deciding::check_open() const {
  return before().state == State::kPending ? done() : Status(already_decided(before()));
}

Status Deciding::check_revision() const {
  if (form_.revision == before().revision) return done();
  return Error{Errc::kStale, "stale-revision", std::to_string(before().revision)};
}

// Policy, then the frozen approval block. When what was asked for is gone, nobody can decide any
// more.
Status Deciding::judge(Deed& deed, const char* action) {
  const auto siret = Siret::parse(before().siret);
  if (!siret) return siret.error();
  policies::Facts facts;
  const auto permission =
      authorize(services_,
                {actor_, action, before().person, before().application, before().role, *siret,
                 std::string(state_name(before().state))},
                &facts);
  if (permission) {
    deed.judged(permission->decision());
    return check_approver(services_, before(), actor_, facts);
  }
  const std::string& why = permission.error().reason;
  if (why == "unknown-role" || why == "unknown-person" || why == "unknown-structure") {
    auto cancelled = cancel_by_system(services_, stored_, why);
    if (!cancelled) return cancelled.error();
  }
  return permission.error();
}

Result<std::string> Deciding::reason(bool demanded) const {
  const auto policy = services_.catalogue.policy(before().application);
  const int most = policy ? policy->limits.justification_max : policies::Limits{}.justification_max;
  return check_text(form_.reason, {"reason", 0, most, demanded});
}

RequestRecord Deciding::next(const char* what, const std::string& reason) const {
  RequestRecord after = before();
  Event event;
  event.what = what;
  event.at = services_.clock.now();
  event.by = actor_.id;
  event.by_name = actor_.name;
  event.by_mail = actor_.mail;
  event.reason = reason;
  event.operation = form_.operation;
  event.stage = before().stage;
  after.history.push_back(std::move(event));
  return after;
}

// Somebody was faster: say what they did, unless it was this very form.
Result<Outcome> Deciding::lost() {
  auto now = read_request(services_, before().id);
  if (!now) return now.error();
  if (now->record.done_by(form_.operation, actor_.id)) return Outcome{now->record, true};
  if (now->record.state != State::kPending) return already_decided(now->record);
  return Error{Errc::kStale, "stale-revision", std::to_string(now->record.revision)};
}

Result<Outcome> Deciding::write(Deed& deed, RequestRecord after, const Extras& extras) {
  if (auto intended = deed.intend(); !intended) return intended.error();
  const auto swapped = swap_request(services_, before(), after, extras);
  if (!swapped) return swapped.error();
  if (*swapped == Swap::kLost) return lost();
  return Outcome{std::move(after), false};
}

Result<Outcome> Deciding::write_approval(Deed& deed, RequestRecord after) {
  const auto policy = services_.catalogue.policy(after.application);
  if (!policy) return Error{Errc::kNotFound, "unknown-application", after.application};
  const auto until =
      end_of(*policy, after.role, form_.until ? form_.until : after.until, services_.clock.now());
  if (!until) return until.error();
  after.state = State::kApproved;
  after.due = std::nullopt;
  after.until = *until;
  std::vector<std::string> effects{kGrantEffect};
  if (after.attach) effects.insert(effects.begin(), kAttachEffect);
  const ldap::Directory::Together writes;
  auto written = write(deed, after, {effects, {}, approved_notices(services_, after, actor_)});
  if (!written || written->repeated) return written;
  auto applied = apply_effects_alone(services_, StoredRequest{written->record, effects});
  if (applied) written->record = *std::move(applied);
  return written;
}

Result<Outcome> Deciding::approve(Deed& deed) {
  if (auto open = check_open(); !open) return open.error();
  if (auto judged = judge(deed, "approve"); !judged) return judged.error();
  if (auto fresh = check_revision(); !fresh) return fresh.error();
  auto note = reason(false);
  if (!note) return note.error();
  RequestRecord after = next("approved", *note);
  const Step step = after_vote(services_, after);
  if (step.kind == Step::Kind::kComplete) return write_approval(deed, std::move(after));
  if (step.kind == Step::Kind::kRefused) return Error{Errc::kForbidden, "no-approver", {}};
  if (form_.until) after.until = form_.until;
  after.stage = step.stage;
  after.due = step.due;
  const bool moved = step.kind == Step::Kind::kNextStage;
  return write(
      deed, after,
      {{}, {}, moved ? approval_notices(services_, after, actor_) : std::vector<MailJob>{}});
}

Result<Outcome> Deciding::refuse(Deed& deed) {
  if (auto open = check_open(); !open) return open.error();
  if (auto judged = judge(deed, "refuse"); !judged) return judged.error();
  if (auto fresh = check_revision(); !fresh) return fresh.error();
  const auto why = reason(true);
  if (!why) return why.error();
  RequestRecord after = next("refused", *why);
  after.state = State::kRefused;
  after.due = std::nullopt;
  return write(deed, after, {{}, {}, refused_notices(services_, after, actor_, *why)});
}

Status Deciding::check_may_cancel() {
  const bool own = !actor_.id.nil() && actor_.id == before().person;
  const bool asker = !actor_.id.nil() && actor_.id == before().history.front().by;
  if (own || asker || may_grant(actor_, before().application, before().role)) return done();
  if (actor_.kind == Actor::Kind::kPerson && is_administrator(services_, actor_.id)) return done();
  return Error{Errc::kForbidden, "not-the-asker", {}};
}

Result<Outcome> Deciding::cancel(Deed& deed) {
  if (auto open = check_open(); !open) return open.error();
  if (auto may = check_may_cancel(); !may) return may.error();
  if (auto fresh = check_revision(); !fresh) return fresh.error();
  const auto why = reason(false);
  if (!why) return why.error();
  RequestRecord after = next("cancelled", *why);
  after.state = State::kCancelled;
  after.due = std::nullopt;
  return write(deed, after, {{}, {}, cancelled_notices(services_, after, actor_)});
}

using Act = Result<Outcome> (Deciding::*)(Deed&);

// A request of somebody else's structure reads like one that does not exist.
bool may_know(Services& services, const Actor& actor, const RequestRecord& record) {
  if (may_grant(actor, record.application, record.role)) return true;
  return find_request(services, actor, record.id).ok();
}

// Whom a request is about, which never changes: the mirror will do.
Result<EntryUuid> person_of(Services& services, const RequestId& id) {
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const auto record = view->by_id(id.entry());
    const auto person = EntryUuid::parse(record ? record->first(ldap::Attr::kHabPersonId) : "");
    if (person) return *person;
  }
  const auto stored = read_request(services, id);
  if (!stored) return stored.error();
  return stored->record.person;
}

Result<Outcome> decide_once(Services& services, const Actor& actor, const RequestId& id,
                            const Decided& form, const char* what, Act act) {
  const auto person = person_of(services, id);
  if (!person) return person.error();
  const auto turn = services.one_at_a_time(*person);
  auto stored = read_request(services, id);
  if (!stored) return stored.error();
  const RequestRecord record = stored->record;
  if (record.done_by(form.operation, actor.id)) return Outcome{record, true};
  Deed deed(services, actor, what, record, form.operation);
  auto outcome = may_know(services, actor, record)
                     ? (Deciding(services, actor, form, *std::move(stored)).*act)(deed)
                     : Result<Outcome>(unknown_request(id));
  if (!outcome) {
    deed.end(outcome.error());
  } else {
    deed.end(outcome->repeated ? "repeated" : "done");
  }
  return outcome;
}

}  // namespace

Result<Outcome> approve(Services& services, const Actor& actor, const RequestId& id,
                        const Decided& form) {
  return decide_once(services, actor, id, form, "request.approve", &Deciding::approve);
}

Result<Outcome> refuse(Services& services, const Actor& actor, const RequestId& id,
                       const Decided& form) {
  return decide_once(services, actor, id, form, "request.refuse", &Deciding::refuse);
}

Result<Outcome> cancel(Services& services, const Actor& actor, const RequestId& id,
                       const Decided& form) {
  return decide_once(services, actor, id, form, "request.cancel", &Deciding::cancel);
}

}  // namespace habilitd::workflow
