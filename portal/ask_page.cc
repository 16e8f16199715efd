// "Demander un accès": first the structure (and the application when there are several), then the
// role.
#include "portal/csrf.h"
#include "portal/grant_form.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"
#include "workflow/requests.h"

namespace habilitd::portal {
namespace {

using workflow::Application;
using workflow::Structure;

constexpr const char* kHere = "/portail/demander";

struct Choices {
  std::vector<Application> applications;  // with at least one role to ask for
  std::vector<Structure> attached;
};

Result<Choices> choices_of(const Visit& visit) {
  Choices choices;
  const auto view = visit.services().directory.view();
  if (!view) return view.error();
  for (Application& app : workflow::applications(*view)) {
    const auto policy = visit.services().catalogue.policy(app.id);
    if (!policy) continue;
    for (const auto& [id, role] : policy->roles) {
      if (!role.requestable) continue;
      choices.applications.push_back(std::move(app));
      break;
    }
  }
  choices.attached = workflow::structures_of(*view, visit.person().id);
  return choices;
}

Frame frame(const Visit& visit) {
  const std::string title = visit.text("ask.title");
  return {title, "", {{visit.text("nav.services"), "/portail/services/"}, {title, ""}}, false};
}

View blank() {
  View view;
  for (const char* part : {"choose", "fill", "nothing"}) view[part] = View(false);
  return view;
}

const Application* chosen(const Choices& choices, const std::string& id) {
  for (const Application& app : choices.applications)
    if (app.id == id) return &app;
  return nullptr;
}

Response choose_page(const Visit& visit, const Choices& choices, const std::string& application,
                     const std::string& typed, const std::string& error) {
  View view = blank();
  const bool any = !choices.applications.empty();
  view[any ? "choose" : "nothing"] = View(true);
  const std::string app =
      application.empty() && any ? choices.applications.front().id : application;
  if (!error.empty()) set_errors(view, {{"siret", error}});
  set_structure_choice(view, {kHere, "/portail/services/", app, choices.applications,
                              choices.attached, true, typed, error});
  return page(visit, "ask", frame(visit), std::move(view), error.empty() ? 200 : 400);
}

bool is_attached(const Choices& choices, const Structure& structure) {
  for (const Structure& s : choices.attached)
    if (s.siret == structure.siret) return true;
  return false;
}

Response fill_page(const Visit& visit, const Choices& choices, const Application& app,
                   const GrantForm& form, const std::vector<FieldError>& errors, int status) {
  View view = blank();
  view["fill"] = View(true);
  set_errors(view, errors);
  set_grant_form(visit, view, form);
  view["application"] = View(app.id);
  view["app_name"] = View(app.name);
  view["change_href"] =
      View(std::string(kHere) + "?" + encode_query({{"application", app.id}, {"changer", "1"}}));
  view["attach"] = View(!is_attached(choices, form.structure));
  view["back"] = View("/portail/services/");
  return page(visit, "ask", frame(visit), std::move(view), status);
}

// The structure asked for, else the only one she is attached to.
std::string wanted_siret(const Visit& visit, const Choices& choices) {
  const std::string asked = asked_siret(visit);
  const bool only = choices.attached.size() == 1 && visit.query("changer").empty() &&
                    !visit.asks("siret") && !visit.asks("structure");
  return asked.empty() && only ? choices.attached.front().siret.str() : asked;
}

GrantForm form_of(const Visit& visit, const Application& app, const Structure& structure) {
  return {"request",           visit.person().id,   app.id,
          structure,           visit.field("role"), visit.field("justification"),
          visit.field("until")};
}

Response submit_form(const Visit& visit, const Choices& choices, const Application& app,
                     const GrantForm& form) {
  if (!is_operation(visit.field("operation"))) return problem_page(visit, invalid("bad-form"));
  if (const auto errors = check_grant_form(visit, form); !errors.empty())
    return fill_page(visit, choices, app, form, errors, 400);
  const auto outcome =
      workflow::submit(visit.services(), visit.actor(),
                       {visit.person().id, app.id, form.role, form.structure.siret,
                        form.justification, chosen_end(form), visit.field("operation")});
  if (outcome) return redirect("/portail/demandes/" + outcome->record.id.str(), "recorded");
  const auto error = field_error_of(visit, form, outcome.error());
  if (!error) return problem_page(visit, outcome.error());
  return fill_page(visit, choices, app, form, {*error}, problem_of(outcome.error()).status);
}

}  // namespace

Response show_ask(const Visit& visit) {
  const auto choices = choices_of(visit);
  if (!choices) return problem_page(visit, choices.error());
  const std::string wanted = wanted_siret(visit, *choices);
  const bool one = choices->applications.size() == 1;
  const std::string id = visit.query("application").empty() && one
                             ? choices->applications.front().id
                             : visit.query("application");
  const Application* app = chosen(*choices, id);
  const bool typed = !visit.query("structure").empty() || visit.asks("siret");
  if (!app || (wanted.empty() && !typed)) return choose_page(visit, *choices, {}, wanted, {});
  const auto structure = read_structure(visit, wanted);
  if (!structure && structure.error().code != Errc::kInvalid)
    return problem_page(visit, structure.error());
  if (!structure)
    return choose_page(visit, *choices, app->id, wanted,
                       reason_text(visit, structure.error().reason));
  return fill_page(visit, *choices, *app, form_of(visit, *app, *structure), {}, 200);
}

Response do_ask(const Visit& visit) {
  const auto choices = choices_of(visit);
  if (!choices) return problem_page(visit, choices.error());
  const Application* app = chosen(*choices, visit.field("application"));
  if (!app) return choose_page(visit, *choices, {}, visit.field("siret"), {});
  const auto structure = read_structure(visit, visit.field("siret"));
  if (!structure && structure.error().code != Errc::kInvalid)
    return problem_page(visit, structure.error());
  if (!structure)
    return choose_page(visit, *choices, app->id, visit.field("siret"),
                       reason_text(visit, structure.error().reason));
  return submit_form(visit, *choices, *app, form_of(visit, *app, *structure));
}

}  // namespace habilitd::portal
