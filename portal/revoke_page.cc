// Taking a right back, with a reason.
#include "portal/decided.h"
#include "portal/managed.h"
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"
#include "workflow/requests.h"

namespace habilitd::portal {
namespace {

struct Held {
  workflow::Application app;
  workflow::Right right;
  int revision = 0;
  std::string back() const {
    return users_path(app.id) + "?" + encode_query({{"personne", right.person.str()}});
  }
};

// The right named by role and SIRET that the person holds now; kNotFound otherwise.
Result<Held> held_of(const Visit& visit, const std::string& role, const std::string& siret_text) {
  auto app = managed_application(visit);
  if (!app) return app.error();
  const auto id = EntryUuid::parse(visit.param("person"));
  const auto siret = Siret::parse(siret_text);
  const Error unknown{Errc::kNotFound, "unknown-right", {}};
  if (!id || !siret) return unknown;
  const auto rights = workflow::person_rights(visit.services(), visit.actor(), app->id, *id);
  if (!rights) return rights.error();
  for (const workflow::Right& right : rights->active) {
    if (right.role != role || right.siret != *siret) continue;
    Held held{*std::move(app), right, 0};
    if (!right.record) return held;
    const auto record = workflow::find_request(visit.services(), visit.actor(), *right.record);
    if (record) held.revision = record->revision;
    return held;
  }
  return unknown;
}

Response revoke_page(const Visit& visit, const Held& held, const std::string& reason,
                     const std::string& error) {
  const workflow::Right& right = held.right;
  View view = right_view(visit, held.app.id, right);
  set_hidden(visit, view);
  view["siret"] = View(right.siret.str());
  view["siret_spaced"] = View(right.siret.spaced());
  view["person_name"] = View(right.person_name);
  view["justification"] = View(false);
  view["lead"] = View(visit.text("revoke.lead", {{"person_name", right.person_name}}));
  view["submit"] = View(visit.text("revoke.submit"));
  view["action"] = View(users_path(held.app.id) + "/" + right.person.str() + "/revoquer");
  view["revision"] = View(std::to_string(held.revision));
  view["role_id"] = View(right.role);
  view["reason"] = View(reason);
  view["reason_error"] = View(false);
  view["keep"] = View(false);
  view["back"] = View(held.back());
  if (!error.empty()) set_errors(view, {{"reason", error}});
  const std::string title = visit.text("revoke.title");
  return page(visit, "reason",
              {title,
               "/portail/services/",
               {{visit.text("users.title"), users_path(held.app.id)}, {title, ""}},
               false},
              std::move(view), error.empty() ? 200 : 400);
}

Response refused(const Visit& visit, const Held& held, const Error& error) {
  if (error.code == Errc::kInvalid)
    return revoke_page(visit, held, visit.field("reason"), reason_text(visit, error.reason));
  Problem problem = problem_of(error);
  problem.back = held.back();
  if (error.code == Errc::kForbidden)
    problem.why = refusal_words(
        visit,
        {"revoke", held.right.person, held.app.id, held.right.role, held.right.siret, std::nullopt},
        error.reason);
  return problem_page(visit, problem);
}

}  // namespace

Response show_revoke(const Visit& visit) {
  const auto held = held_of(visit, visit.query("role"), visit.query("siret"));
  if (!held) return problem_page(visit, held.error());
  const std::string why = why_not(visit, {"revoke", held->right.person, held->app.id,
                                          held->right.role, held->right.siret, std::nullopt});
  if (!why.empty()) return problem_page(visit, Problem{403, "403", why, held->back(), 0});
  return revoke_page(visit, *held, {}, {});
}

// Not asked again whether she holds it: a repeated POST must find its way to the use case, which
// knows that it was done.
Response do_revoke(const Visit& visit) {
  const auto app = managed_application(visit);
  if (!app) return problem_page(visit, app.error());
  const auto id = EntryUuid::parse(visit.param("person"));
  const auto siret = Siret::parse(visit.field("siret"));
  if (!id || !siret) return not_found(visit);
  const auto decided = read_decided(visit);
  if (!decided) return problem_page(visit, decided.error());
  const auto outcome = workflow::revoke(visit.services(), visit.actor(),
                                        {*id, app->id, visit.field("role"), *siret}, *decided);
  if (outcome)
    return redirect(users_path(app->id) + "?" + encode_query({{"personne", id->str()}}), "revoked");
  const auto held = held_of(visit, visit.field("role"), visit.field("siret"));
  if (!held) return problem_page(visit, outcome.error());
  return refused(visit, *held, outcome.error());
}

}  // namespace habilitd::portal
