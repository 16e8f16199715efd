#include "workflow/system_acts.h"

#include "workflow/deed.h"
#include "workflow/effects.h"
#include "workflow/notices.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

RequestRecord closed(Services& services, const RequestRecord& before, State state, const char* what,
                     const std::string& reason) {
  RequestRecord after = before;
  Event event;
  event.what = what;
  event.at = services.clock.now();
  event.by_name = Actor::system().name;
  event.reason = reason;
  after.history.push_back(std::move(event));
  after.state = state;
  after.due = std::nullopt;
  return after;
}

Status write(Services& services, const char* what, const RequestRecord& before, RequestRecord after,
             const Extras& extras) {
  Deed deed(services, Actor::system(), what, before, {});
  deed.note("cause", after.history.back().reason);
  if (auto intended = deed.intend(); !intended) return intended;
  const auto swapped = swap_request(services, before, after, extras);
  if (!swapped) {
    deed.end(swapped.error());
    return swapped.error();
  }
  deed.end(*swapped == Swap::kDone ? "done" : "repeated");
  return done();
}

Status close(Services& services, const StoredRequest& stored, const std::string& reason,
             bool habilitations) {
  return habilitations && stored.record.state != State::kPending
             ? end_by_system(services, stored, reason)
             : cancel_by_system(services, stored, reason);
}

// Records that hold a slot, with the person they are about.
Result<std::vector<std::pair<RequestId, EntryUuid>>> open_requests_at(Services& services,
                                                                      const std::string& siret) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  std::vector<std::pair<RequestId, EntryUuid>> open;
  for (const ldap::RecordPtr& record : view->find(ldap::Attr::kHabSiret, siret)) {
    if (record->kind() != ldap::Kind::kRequest || !record->has(ldap::Attr::kHabSlot)) continue;
    const auto person = EntryUuid::parse(record->first(ldap::Attr::kHabPersonId));
    if (person) open.emplace_back(RequestId(record->id()), *person);
  }
  return open;
}

}  // namespace

Status cancel_by_system(Services& services, const StoredRequest& stored,
                        const std::string& reason) {
  if (stored.record.state != State::kPending) return done();
  RequestRecord after = closed(services, stored.record, State::kCancelled, "cancelled", reason);
  auto mails = cancelled_notices(services, after, Actor::system());
  return write(services, "request.cancel", stored.record, std::move(after),
               {{}, {}, std::move(mails)});
}

Status end_by_system(Services& services, const StoredRequest& stored, const std::string& reason) {
  if (stored.record.state != State::kApproved && stored.record.state != State::kActive) {
    return done();
  }
  RequestRecord after = closed(services, stored.record, State::kEnded, "ended", reason);
  auto mails = revoked_notices(services, after, Actor::system(), {});
  const RequestId id = after.id;
  auto written = write(services, "habilitation.end", stored.record, std::move(after),
                       {{kWithdrawEffect}, stored.effects, std::move(mails)});
  if (!written) return written;
  auto applied = apply_effects_alone(services, id);
  return applied ? done() : Status(applied.error());
}

Status close_requests_of(Services& services, const EntryUuid& person, const std::string& reason,
                         bool habilitations) {
  const auto turn = services.one_at_a_time(person);
  const auto records = read_requests_of(services, person);
  if (!records) return records.error();
  Status worst = done();
  for (const StoredRequest& stored : *records) {
    auto closing = close(services, stored, reason, habilitations);
    if (!closing) worst = closing;
  }
  return worst;
}

Status close_requests_at(Services& services, const std::string& siret, const std::string& reason,
                         bool habilitations) {
  const auto open = open_requests_at(services, siret);
  if (!open) return open.error();
  Status worst = done();
  for (const auto& [request, person] : *open) {
    const auto turn = services.one_at_a_time(person);
    const auto stored = read_request(services, request);
    auto closing =
        stored ? close(services, *stored, reason, habilitations) : Status(stored.error());
    if (!closing) worst = closing;
  }
  return worst;
}

}  // namespace habilitd::workflow
