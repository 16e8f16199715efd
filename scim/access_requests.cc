#include "scim/access_requests.h"

#include <algorithm>

#include "scim/errors.h"
#include "scim/immutable.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "scim/request_input.h"

namespace habilitd::scim {
namespace {

using Decide = Result<workflow::Outcome> (*)(workflow::Services&, const workflow::Actor&,
                                             const RequestId&, const workflow::Decided&);

// Null: no such decision.
Decide meaning_of(const Json& decision) {
  const auto value = decision.find("value");
  if (value == decision.end()) return nullptr;
  if (*value == "approve") return workflow::approve;
  if (*value == "refuse") return workflow::refuse;
  return *value == "cancel" ? workflow::cancel : nullptr;
}

Status decide(Call& call, const Target& target, const Json& decision) {
  const Decide act = meaning_of(decision);
  if (!act) {
    return invalid_value("The \"value\" of a decision is one of approve, refuse, cancel.");
  }
  workflow::Decided form;
  form.revision = target.record.revision;
  form.until = instant_at(decision, "until");
  if (const auto reason = decision.find("reason"); reason != decision.end()) {
    form.reason = reason->get<std::string>();
  }
  auto outcome = act(call.services, call.client.actor(), target.id, form);
  if (outcome) return done();
  // The client can read it, so that it exists is no secret; it may not decide about it.
  if (outcome.error().reason == "unknown-request") {
    return Error{Errc::kForbidden, "not-an-approver", {}};
  }
  return refused_ask(outcome.error());
}

// The tree that `edit` leaves may hold a decision; nothing else can differ.
Status save(Call& call, std::string_view id, const std::function<Status(Json& tree)>& edit) {
  return act_on(call, access_request_type(), id, [&](const Target& target) -> Status {
    Json tree = target.tree;
    if (auto ok = edit(tree); !ok) return ok;
    const auto decision = tree.find("decision");
    return decision == tree.end() ? done() : decide(call, target, *decision);
  });
}

// An empty decision is none, and would pass for one that was taken.
Status check_decision(bool given, const Json& tree) {
  if (!given || tree.find("decision") != tree.end()) return done();
  return invalid_value("The \"value\" of a decision is one of approve, refuse, cancel.");
}

}  // namespace

Result<Response> create_access_request(Call& call) {
  auto ask = read_ask(call, access_request_type());
  if (!ask) return ask.error();
  auto asked = workflow::submit(call.services, call.client.actor(), *ask);
  if (!asked) return refused_ask(asked.error());
  return written_response(call, access_request_type(), asked->record.id.entry(), 201);
}

Result<Response> replace_access_request(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto wanted = normalise(access_request_type(), *body, call.tolerance);
  if (!wanted) return wanted.error();
  if (auto siret = read_siret(*wanted); !siret) return siret.error();
  auto saved = save(call, id, [&](Json& tree) -> Status {
    if (auto ok = check_immutable(access_request_type(), tree, *wanted); !ok) return ok;
    tree = *wanted;
    const Json* decision = member_of(*body, "decision");
    return check_decision(decision && !decision->is_null(), tree);
  });
  if (!saved) return saved.error();
  auto entry = entry_named(access_request_type(), id);
  if (!entry) return entry.error();
  return written_response(call, access_request_type(), *entry, 200);
}

Result<Response> patch_access_request(Call& call, std::string_view id) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto edits = parse_patch(access_request_type(), *body, call.tolerance);
  if (!edits) return edits.error();
  auto saved = save(call, id, [&](Json& tree) -> Status {
    for (const Edit& edit : *edits) {
      if (auto ok = apply_edit(access_request_type(), tree, edit, call.tolerance); !ok) return ok;
    }
    const bool given = std::any_of(edits->begin(), edits->end(), [](const Edit& edit) {
      return edit.op != PatchOp::kRemove && edit.target.path.attribute->name == "decision";
    });
    return check_decision(given, tree);
  });
  if (!saved) return saved.error();
  auto entry = entry_named(access_request_type(), id);
  if (!entry) return entry.error();
  return patched_response(call, access_request_type(), *entry, nullptr);
}

}  // namespace habilitd::scim
