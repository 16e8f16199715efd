// "Utilisateurs du service": filters, the list, one person.
#include <algorithm>
#include <set>

#include "portal/managed.h"
#include "portal/page.h"
#include "portal/person_view.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"

namespace habilitd::portal {
namespace {

using workflow::Application;
using workflow::Right;
using workflow::RightsPage;
using workflow::Structure;

constexpr std::size_t kPerPage = 20;
constexpr std::size_t kMostInSelect = 50;

// Everything the parts of the page need.
struct Screen {
  const Visit& visit;
  const Application& app;
  const UsersQuery& query;
  const RightsPage& rights;
  const std::vector<Structure>& structures;  // managed ones
};

View state_link(const Screen& s, const char* label, std::optional<Right::State> state,
                std::size_t count) {
  UsersQuery query = s.query.on_page(1);
  query.state = state;
  View view;
  view["label"] = View(s.visit.text(label));
  view["count"] = View(std::to_string(count));
  view["href"] = View(query.href(s.app.id));
  view["current"] = View(s.query.state == state);
  return view;
}

void set_states(const Screen& s, View& view) {
  View states(View::type::list);
  const std::size_t pending = s.rights.pending, active = s.rights.active;
  states << state_link(s, "users.state_all", std::nullopt, pending + active);
  states << state_link(s, "users.state_pending", Right::State::kPending, pending);
  states << state_link(s, "users.state_active", Right::State::kActive, active);
  view["states"] = std::move(states);
}

View option(const char* name, const std::string& value, const char* label_name,
            const std::string& label, bool selected) {
  View view;
  view[name] = View(value);
  view[label_name] = View(label);
  view["selected"] = View(selected);
  return view;
}

void set_selects(const Screen& s, View& view) {
  View roles(View::type::list), structures(View::type::list);
  if (const auto policy = s.visit.services().catalogue.policy(s.app.id))
    for (const std::string& id : policy->role_order)
      roles << option("role_id", id, "role_label", role_label(s.visit, s.app.id, id, {}),
                      s.query.role == id);
  const bool few = s.structures.size() <= kMostInSelect;
  if (few)
    for (const Structure& structure : s.structures)
      structures << option("siret", structure.siret.str(), "structure", structure.name,
                           s.query.siret == structure.siret);
  view["role_options"] = std::move(roles);
  view["structure_options"] = std::move(structures);
  view["structure_select"] = View(few && s.structures.size() > 1);
  view["structure_field"] = View(!few);
  view["siret_typed"] = View(s.query.siret ? s.query.siret->spaced() : "");
}

void set_kept(const Screen& s, View& view) {
  const bool pending = s.query.state == Right::State::kPending;
  view["keep_state"] = s.query.state ? View(pending ? "en-attente" : "actif") : View(false);
  view["keep_role"] = optional_text(s.query.role);
  view["keep_siret"] = s.query.siret ? View(s.query.siret->str()) : View(false);
  view["keep_search"] = optional_text(s.query.search);
  view["search"] = View(s.query.search);
}

std::string structure_name(const Screen& s, const Siret& siret) {
  for (const Structure& structure : s.structures)
    if (structure.siret == siret) return structure.name;
  return siret.spaced();
}

void set_tags(const Screen& s, View& view) {
  View tags(View::type::list);
  const auto tag = [&](const char* text, const std::string& value, auto&& without) {
    UsersQuery query = s.query.on_page(1);
    without(query);
    View item;
    item["label"] = View(s.visit.text(text, {{"value", value}}));
    item["href"] = View(query.href(s.app.id));
    tags << item;
  };
  if (s.query.state) {
    const bool pending = s.query.state == Right::State::kPending;
    tag("users.tag_state", s.visit.text(pending ? "users.state_pending" : "users.state_active"),
        [](UsersQuery& q) { q.state.reset(); });
  }
  if (!s.query.role.empty())
    tag("users.tag_role", role_label(s.visit, s.app.id, s.query.role, {}),
        [](UsersQuery& q) { q.role.clear(); });
  if (s.query.siret)
    tag("users.tag_structure", structure_name(s, *s.query.siret),
        [](UsersQuery& q) { q.siret.reset(); });
  if (!s.query.search.empty())
    tag("users.tag_search", s.query.search, [](UsersQuery& q) { q.search.clear(); });
  view["has_tags"] = View(!tags.is_empty_list());
  view["tags"] = std::move(tags);
}

View row_view(const Screen& s, const Right& right) {
  const bool pending = right.state == Right::State::kPending;
  View view = right_view(s.visit, s.app.id, right);
  UsersQuery query = s.query;
  query.person = right.person;
  query.request = pending ? right.record : std::nullopt;
  view["row_name"] = View(right.person_name);
  view["href"] = View(query.href(s.app.id));
  view["state"] = View(s.visit.text(pending ? "right.pending" : "right.active"));
  view["state_level"] = View(pending ? "warning" : "success");
  view["since"] = s.visit.when(right.since);
  view["since_label"] = View(s.visit.text(pending ? "users.since_pending" : "users.since_active"));
  view["chosen"] =
      View(s.query.person == right.person && (!s.query.request || s.query.request == right.record));
  return view;
}

View page_view(const Screen& s, std::size_t number) {
  const std::string text = std::to_string(number);
  View view;
  view["page"] = View(text);
  view["page_label"] = View(s.visit.text("users.page", {{"n", text}}));
  view["page_href"] = View(s.query.on_page(number).href(s.app.id));
  view["current"] = View(number == s.query.page);
  return view;
}

// First, last, and two around the current page.
void set_pages(const Screen& s, View& view) {
  const std::size_t last = (s.rights.total + kPerPage - 1) / kPerPage, here = s.query.page;
  const auto link = [&](bool there, std::size_t number) {
    return there ? View(s.query.on_page(number).href(s.app.id)) : View(false);
  };
  std::set<std::size_t> shown{1, last};
  for (std::size_t n = here > 2 ? here - 2 : 1; n <= std::min(here + 2, last); ++n) shown.insert(n);
  View pages(View::type::list);
  std::size_t before = 0;
  for (const std::size_t number : shown) {
    if (number > before + 1) pages << View("page_href", View(false));
    pages << page_view(s, number);
    before = number;
  }
  view["has_pages"] = View(last > 1);
  view["pages"] = std::move(pages);
  view["previous"] = link(here > 1, here - 1);
  view["next"] = link(here < last, here + 1);
}

void set_rows(const Screen& s, View& view) {
  View rows(View::type::list);
  for (const Right& right : s.rights.rights) rows << row_view(s, right);
  const bool filtered = !s.query.list().on_page(1).text().empty();
  view["found"] = View(s.visit.count("users.found", s.rights.total));
  view["has_rows"] = View(!rows.is_empty_list());
  view["rows"] = std::move(rows);
  view["empty_text"] = View(s.visit.text(filtered ? "users.empty_filtered" : "users.empty"));
  const std::string query = s.query.on_page(1).text();
  view["csv_href"] = s.rights.total == 0
                         ? View(false)
                         : View(users_path(s.app.id) + ".csv" + (query.empty() ? "" : "?" + query));
}

View screen_view(const Screen& s) {
  View view;
  view["app"] = View(s.app.id);
  view["app_name"] = View(s.app.name);
  set_states(s, view);
  set_selects(s, view);
  set_kept(s, view);
  set_tags(s, view);
  set_rows(s, view);
  set_pages(s, view);
  return view;
}

// The name in the title: every page of a person has its own.
std::string title_of(const Visit& visit, const Application& app, const View& person) {
  const View* name = person.get("person_name");
  const std::string first = name ? name->string_value() + " – " : std::string();
  return first + visit.text("users.title") + " – " + app.name;
}

}  // namespace

Response show_users(const Visit& visit) {
  const auto app = managed_application(visit);
  if (!app) return problem_page(visit, app.error());
  UsersQuery query = UsersQuery::read(visit.request.target.query);
  auto rights = rights_page(visit, app->id, query, (query.page - 1) * kPerPage, kPerPage);
  if (!rights) return problem_page(visit, rights.error());
  const auto structures = workflow::managed_structures(visit.services(), visit.actor(), app->id);
  View person(false);
  if (query.person) {
    auto made = person_view(visit, app->id, query);
    if (!made) return problem_page(visit, made.error());
    person = *std::move(made);
  }
  View view = screen_view({visit, *app, query, *rights, structures});
  const std::string title = title_of(visit, *app, person);
  view["person"] = std::move(person);
  return page(visit, "users",
              {title,
               "/portail/services/",
               {{visit.text("nav.services"), "/portail/services/"}, {app->name, ""}},
               true},
              std::move(view));
}

}  // namespace habilitd::portal
