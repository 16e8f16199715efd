#include "scim/habilitations.h"

#include <algorithm>

#include "scim/errors.h"
#include "scim/immutable.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "scim/person_links.h"
#include "scim/request_input.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

std::string by_client(const Call& call) { return "SCIM: " + call.client.name; }

// Policies forbid to grant what is held: for SCIM that is a conflict, not a refusal.
bool is_held(const Call& call, const workflow::Ask& ask) {
  const auto view = call.services.directory.view();
  if (!view) return false;
  const auto records = view->find(Attr::kHabPersonId, ask.person.str());
  return std::any_of(records.begin(), records.end(), [&](const ldap::RecordPtr& record) {
    return is_in_force(*record) && record->first(Attr::kHabApplication) == ask.application &&
           record->first(Attr::kHabRole) == ask.role &&
           record->first(Attr::kHabSiret) == ask.siret.str();
  });
}

Status move_end(Call& call, const Target& target, const std::optional<Instant>& until) {
  workflow::Decided form;
  form.revision = target.record.revision;
  form.reason = by_client(call);
  form.until = until;
  auto changed = workflow::change_end(call.services, call.client.actor(), target.id, form);
  return changed ? done() : Status(changed.error());
}

// The tree that `edit` leaves decides: only its end can differ.
Status save(Call& call, std::string_view id, const std::function<Status(Json& tree)>& edit) {
  return act_on(call, habilitation_type(), id, [&](const Target& target) -> Status {
    Json tree = target.tree;
    if (auto ok = edit(tree); !ok) return ok;
    const auto until = instant_at(tree, "until");
    return until == target.record.until ? done() : move_end(call, target, until);
  });
}

}  // namespace

Result<Response> create_habilitation(Call& call) {
  auto ask = read_ask(call, habilitation_type());
  if (!ask) return ask.error();
  auto added = workflow::add(call.services, call.client.actor(), *ask);
  if (!added) {
    const bool held = added.error().code == Errc::kForbidden && is_held(call, *ask);
    if (held) return Error{Errc::kConflict, "already-held", {}};
    return refused_ask(added.error());
  }
  return written_response(call, habilitation_type(), added->record.id.entry(), 201);
}

Result<Response> replace_habilitation(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto wanted = normalise(habilitation_type(), *body, call.tolerance);
  if (!wanted) return wanted.error();
  if (auto siret = read_siret(*wanted); !siret) return siret.error();
  auto saved = save(call, id, [&](Json& tree) -> Status {
    if (auto ok = check_immutable(habilitation_type(), tree, *wanted); !ok) return ok;
    if (const auto until = wanted->find("until"); until != wanted->end()) tree["until"] = *until;
    return done();
  });
  if (!saved) return saved.error();
  auto entry = entry_named(habilitation_type(), id);
  if (!entry) return entry.error();
  return written_response(call, habilitation_type(), *entry, 200);
}

Result<Response> patch_habilitation(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto edits = parse_patch(habilitation_type(), *body, call.tolerance);
  if (!edits) return edits.error();
  auto saved = save(call, id, [&](Json& tree) -> Status {
    for (const Edit& edit : *edits) {
      if (auto ok = apply_edit(habilitation_type(), tree, edit, call.tolerance); !ok) return ok;
    }
    return done();
  });
  if (!saved) return saved.error();
  auto entry = entry_named(habilitation_type(), id);
  if (!entry) return entry.error();
  return patched_response(call, habilitation_type(), *entry, nullptr);
}

Result<Response> delete_habilitation(Call& call, std::string_view id) {
  auto revoked = act_on(call, habilitation_type(), id, [&](const Target& target) -> Status {
    const workflow::RequestRecord& record = target.record;
    auto siret = Siret::parse(record.siret);
    if (!siret) return siret.error();
    workflow::Decided form;
    form.revision = record.revision;
    form.reason = by_client(call);
    auto ended = workflow::revoke(call.services, call.client.actor(),
                                  {record.person, record.application, record.role, *siret}, form);
    return ended ? done() : Status(ended.error());
  });
  if (!revoked) return revoked.error();
  return deleted_response();
}

}  // namespace habilitd::scim
