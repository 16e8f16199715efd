// A direct grant: choose a person of a managed structure, then the role.
#include "portal/csrf.h"
#include "portal/grant_form.h"
#include "portal/managed.h"
#include "portal/problems.h"
#include "portal/routes.h"
#include "workflow/requests.h"

namespace habilitd::portal {
namespace {

using workflow::Application;
using workflow::PersonRights;
using workflow::Structure;

constexpr std::size_t kPeopleShown = 50;
constexpr std::size_t kStructuresShown = 50;

// A page about one person of an application.
struct Subject {
  Application app;
  PersonRights rights;
  std::string list() const { return users_path(app.id); }
  std::string back() const {
    return list() + "?" + encode_query({{"personne", rights.person.id.str()}});
  }
  std::string here() const { return list() + "/" + rights.person.id.str() + "/ajouter"; }
};

Result<Subject> subject_of(const Visit& visit) {
  auto app = managed_application(visit);
  if (!app) return app.error();
  const auto id = EntryUuid::parse(visit.param("person"));
  if (!id) return Error{Errc::kNotFound, "unknown-person", {}};
  auto rights = workflow::person_rights(visit.services(), visit.actor(), app->id, *id);
  if (!rights) return rights.error();
  return Subject{*std::move(app), *std::move(rights)};
}

const Structure* find_siret(const std::vector<Structure>& structures, const std::string& text) {
  const auto siret = Siret::parse(text);
  for (const Structure& s : structures)
    if (siret && s.siret == *siret) return &s;
  return nullptr;
}

// What is asked for, else the only one.
const Structure* choose(const std::vector<Structure>& structures, const std::string& text) {
  if (text.empty() && structures.size() == 1) return &structures.front();
  return find_siret(structures, text);
}

View blank() {
  View view;
  for (const char* part : {"choose", "fill"}) view[part] = View(false);
  return view;
}

Frame frame(const Visit& visit, const std::string& title, const std::string& list) {
  return {title,
          "/portail/services/",
          {{visit.text("nav.services"), "/portail/services/"},
           {visit.text("users.title"), list},
           {title, ""}},
          false};
}

Response grant_page(const Visit& visit, const Subject& subject, const GrantForm& form,
                    const std::vector<FieldError>& errors, int status) {
  View view = blank();
  view["fill"] = View(true);
  set_errors(view, errors);
  set_grant_form(visit, view, form);
  view["action"] = View(subject.here());
  view["back"] = View(subject.back());
  view["person_name"] = View(subject.rights.person.name);
  view["change_href"] = subject.rights.structures.size() > 1 ? View(subject.here()) : View(false);
  return page(visit, "add", frame(visit, visit.text("add.title"), subject.list()), std::move(view),
              status);
}

Response choose_page(const Visit& visit, const Subject& subject) {
  View view = blank();
  view["choose"] = View(true);
  view["person_name"] = View(subject.rights.person.name);
  set_structure_choice(
      view, {subject.here(), subject.back(), {}, {}, subject.rights.structures, false, {}, {}});
  return page(visit, "add", frame(visit, visit.text("add.title"), subject.list()), std::move(view));
}

GrantForm form_of(const Visit& visit, const Subject& subject, const Structure& structure) {
  return {"add",
          subject.rights.person.id,
          subject.app.id,
          structure,
          visit.field("role"),
          visit.field("justification"),
          visit.field("until")};
}

Frame pick_frame(const Visit& visit, const Application& app) {
  return frame(visit, visit.text("pick.title"), users_path(app.id));
}

// More structures than can be listed: her number is asked for.
Response pick_structure(const Visit& visit, const Application& app,
                        const std::vector<Structure>& structures, const std::string& error) {
  View view = blank();
  view["choose"] = View(true);
  const bool many = structures.size() > kStructuresShown;
  if (!error.empty()) set_errors(view, {{"siret", error}});
  set_structure_choice(view, {"/portail/applications/" + app.id + "/ajouter",
                              users_path(app.id),
                              {},
                              {},
                              many ? std::vector<Structure>{} : structures,
                              many,
                              visit.query("siret"),
                              error});
  return page(visit, "pick", pick_frame(visit, app), std::move(view), error.empty() ? 200 : 400);
}

View people_view(const Application& app, const Structure& structure,
                 const std::vector<workflow::Person>& people) {
  View list(View::type::list);
  for (const workflow::Person& person : people) {
    if (list.is_list() && list.list_value().size() == kPeopleShown) break;
    View item;
    item["row_name"] = View(person.name);
    item["row_mail"] = View(person.mail);
    item["href"] = View(users_path(app.id) + "/" + person.id.str() + "/ajouter?" +
                        encode_query({{"siret", structure.siret.str()}}));
    list << item;
  }
  return list;
}

}  // namespace

Response show_pick(const Visit& visit) {
  const auto app = managed_application(visit);
  if (!app) return problem_page(visit, app.error());
  const auto structures = workflow::managed_structures(visit.services(), visit.actor(), app->id);
  const std::string wanted = asked_siret(visit);
  const Structure* structure = choose(structures, wanted);
  if (!structure)
    return pick_structure(visit, *app, structures,
                          wanted.empty() ? "" : reason_text(visit, "unknown-structure"));
  const auto people =
      workflow::grantable_people(visit.services(), visit.actor(), app->id, structure->siret,
                                 visit.query("q"), kPeopleShown + 1);
  if (!people) return problem_page(visit, people.error());
  View view = blank();
  view["fill"] = View(true);
  view["app"] = View(app->id);
  view["structure"] = View(structure->name);
  view["siret"] = View(structure->siret.str());
  view["siret_spaced"] = View(structure->siret.spaced());
  view["change_href"] =
      structures.size() > 1 ? View("/portail/applications/" + app->id + "/ajouter") : View(false);
  view["search"] = View(visit.query("q"));
  view["has_people"] = View(!people->empty());
  view["more_people"] = View(people->size() > kPeopleShown);
  view["people"] = people_view(*app, *structure, *people);
  return page(visit, "pick", pick_frame(visit, *app), std::move(view));
}

Response show_grant(const Visit& visit) {
  const auto subject = subject_of(visit);
  if (!subject) return problem_page(visit, subject.error());
  const Structure* structure = choose(subject->rights.structures, asked_siret(visit));
  if (!structure) return choose_page(visit, *subject);
  return grant_page(visit, *subject, form_of(visit, *subject, *structure), {}, 200);
}

Response do_grant(const Visit& visit) {
  const auto subject = subject_of(visit);
  if (!subject) return problem_page(visit, subject.error());
  const Structure* structure = find_siret(subject->rights.structures, visit.field("siret"));
  if (!structure) return choose_page(visit, *subject);
  if (!is_operation(visit.field("operation"))) return problem_page(visit, invalid("bad-form"));
  const GrantForm form = form_of(visit, *subject, *structure);
  if (const auto errors = check_grant_form(visit, form); !errors.empty())
    return grant_page(visit, *subject, form, errors, 400);
  const auto outcome =
      workflow::add(visit.services(), visit.actor(),
                    {form.target, form.application, form.role, structure->siret, form.justification,
                     chosen_end(form), visit.field("operation")});
  if (outcome) return redirect(subject->back(), "granted");
  const auto error = field_error_of(visit, form, outcome.error());
  if (!error) return problem_page(visit, outcome.error());
  return grant_page(visit, *subject, form, {*error}, problem_of(outcome.error()).status);
}

}  // namespace habilitd::portal
