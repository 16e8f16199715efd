// How a request or a direct grant begins: submit() and add() of requests.h.
#include "workflow/requests.h"

#include <algorithm>

#include "workflow/deed.h"
#include "workflow/effects.h"
#include "workflow/managers.h"
#include "workflow/notices.h"
#include "workflow/request_rules.h"
#include "workflow/rights.h"
#include "workflow/services.h"
#include "workflow/stages.h"

namespace habilitd::workflow {
namespace {

using policies::PolicyPtr;

// The two ways to begin.
struct Beginning {
  const char* action;  // of the policy
  const char* event;   // of the record
  const char* deed;    // of the audit log
  bool direct;
};
constexpr Beginning kRequest{"request", "requested", "request.submit", false};
constexpr Beginning kAdd{"add", "granted", "habilitation.add", true};

Holding holding_of(const Ask& ask) { return {ask.person, ask.application, ask.role, ask.siret}; }

Result<std::optional<Outcome>> find_repeat(Services& services, const Actor& actor, const Ask& ask) {
  if (ask.operation.empty()) return std::optional<Outcome>();
  const auto records = read_requests_of(services, ask.person);
  if (!records) return records.error();
  const auto* found = find_repeated(*records, holding_of(ask), ask.operation, actor.id);
  if (!found) return std::optional<Outcome>();
  return std::optional(Outcome{found->record, true});
}

// People ask for themselves; administrators and clients that may grant ask for others too.
Status check_asker(Services& services, const Actor& actor, const Ask& ask) {
  if (actor.id == ask.person && !actor.id.nil()) return done();
  if (may_grant(actor, ask.application, ask.role)) return done();
  const bool administrator =
      actor.kind == Actor::Kind::kPerson && is_administrator(services, actor.id);
  if (administrator) return done();
  return Error{Errc::kForbidden, "request-for-another", {}};
}

Status check_pending_limit(Services& services, const policies::Policy& policy, const Ask& ask) {
  const auto records = read_requests_of(services, ask.person);
  if (!records) return records.error();
  const auto open = std::count_if(records->begin(), records->end(), [&](const auto& stored) {
    return stored.record.state == State::kPending && stored.record.application == ask.application &&
           stored.record.siret == ask.siret.str();
  });
  if (open < policy.limits.pending_per_person_and_structure) return done();
  return Error{Errc::kTooMany, "too-many-pending", {}};
}

Event event_of(const char* what, const Actor& actor, const std::string& operation, Instant now) {
  Event event;
  event.what = what;
  event.at = now;
  event.by = actor.id;
  event.by_name = actor.name;
  event.by_mail = actor.mail;
  event.operation = operation;
  return event;
}

class Start {
 public:
  Start(Services& services, const Actor& actor, const Ask& ask, const Beginning& how)
      : services_(services), actor_(actor), ask_(ask), how_(how) {}

  Result<Outcome> run(Deed& deed);

 private:
  Result<RequestRecord> draft(const policies::Policy&, const Permission&, const policies::Facts&);
  Result<Outcome> open(Deed&, RequestRecord);
  Result<Outcome> grant_now(Deed&, RequestRecord);

  Services& services_;
  const Actor& actor_;
  const Ask& ask_;
  const Beginning& how_;
};

Result<RequestRecord> Start::draft(const policies::Policy& policy, const Permission& permission,
                                   const policies::Facts& facts) {
  const Instant now = services_.clock.now();
  const int least = how_.direct ? 0 : policy.limits.justification_min;
  auto justification =
      check_text(ask_.justification, {"justification", least, policy.limits.justification_max});
  if (!justification) return justification.error();
  auto until = end_of(policy, ask_.role, ask_.until, now);
  if (!until) return until.error();
  RequestRecord record;
  record.revision = 1;
  record.application = ask_.application;
  record.role = ask_.role;
  record.siret = ask_.siret.str();
  record.person = ask_.person;
  record.justification = *std::move(justification);
  record.direct = how_.direct;
  record.created = now;
  // A request keeps the end that was asked for; the longest duration counts from the decision.
  record.until = how_.direct ? *until : ask_.until;
  record.policy_id = permission.decision().policy_id;
  record.policy_hash = permission.decision().policy_hash;
  record.policy_version = permission.decision().policy_version;
  if (!how_.direct) record.approval = policies::approval_block(policy, facts);
  record.history.push_back(event_of(how_.event, actor_, ask_.operation, now));
  if (auto described = describe(services_, record); !described) {
    return described.error();
  }
  return record;
}

Result<Outcome> Start::open(Deed& deed, RequestRecord record) {
  const Step step = first_stage(services_, record);
  if (step.kind == Step::Kind::kRefused) return Error{Errc::kForbidden, "no-approver", {}};
  record.stage = step.stage;
  record.due = step.due;
  if (auto intended = deed.intend(); !intended) return intended.error();
  auto added =
      add_request(services_, record, {{}, {}, submission_notices(services_, record, actor_)});
  if (!added) return added.error();
  return Outcome{std::move(record), false};
}

Result<Outcome> Start::grant_now(Deed& deed, RequestRecord record) {
  record.state = State::kApproved;
  if (auto intended = deed.intend(); !intended) return intended.error();
  std::vector<std::string> effects{kGrantEffect};
  if (record.attach) effects.insert(effects.begin(), kAttachEffect);
  const ldap::Directory::Together writes;
  auto added =
      add_request(services_, record, {effects, {}, granted_notices(services_, record, actor_)});
  if (!added) return added.error();
  auto applied = apply_effects_alone(services_, StoredRequest{record, effects});
  // What is recorded will be done: by the reconciler if not now.
  return Outcome{applied ? *std::move(applied) : std::move(record), false};
}

Result<Outcome> Start::run(Deed& deed) {
  const PolicyPtr policy = services_.catalogue.policy(ask_.application);
  if (!policy) return Error{Errc::kNotFound, "unknown-application", ask_.application};
  if (!how_.direct) {
    if (auto asker = check_asker(services_, actor_, ask_); !asker) return asker.error();
  }
  policies::Facts facts;
  const auto permission = authorize(
      services_,
      {actor_, how_.action, ask_.person, ask_.application, ask_.role, ask_.siret, std::nullopt},
      &facts);
  if (!permission) return permission.error();
  deed.judged(permission->decision());
  auto record = draft(*policy, *permission, facts);
  if (!record) return record.error();
  if (how_.direct) return grant_now(deed, *std::move(record));
  if (auto few = check_pending_limit(services_, *policy, ask_); !few) return few.error();
  return open(deed, *std::move(record));
}

Result<Outcome> start(Services& services, const Actor& actor, const Ask& ask,
                      const Beginning& how) {
  const auto turn = services.one_at_a_time(ask.person);
  Deed deed(services, actor, how.deed,
            about(ask.person, ask.application, ask.role, ask.siret.str()));
  if (!ask.operation.empty()) deed.note("operation", ask.operation);
  // Before anything is judged: what was granted by the first POST would forbid the second.
  auto repeat = find_repeat(services, actor, ask);
  if (!repeat) return repeat.error();
  if (*repeat) return **std::move(repeat);
  auto outcome = Start(services, actor, ask, how).run(deed);
  if (!outcome && outcome.error().code == Errc::kConflict) {
    // Another host may have done the same form's work in between.
    auto now = find_repeat(services, actor, ask);
    if (now && *now) return **std::move(now);
  }
  if (!outcome) {
    deed.end(outcome.error());
    return outcome;
  }
  deed.note("request", outcome->record.id.str());
  deed.end("done");
  return outcome;
}

}  // namespace

Result<Outcome> submit(Services& services, const Actor& actor, const Ask& ask) {
  return start(services, actor, ask, kRequest);
}

Result<Outcome> add(Services& services, const Actor& actor, const Ask& ask) {
  return start(services, actor, ask, kAdd);
}

}  // namespace habilitd::workflow
