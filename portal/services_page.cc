// "Mes services": a tile for each application somebody has a role in or manages.
#include <map>

#include "portal/page.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"

namespace habilitd::portal {
namespace {

using workflow::Application;
using workflow::OwnRights;
using workflow::Right;

constexpr std::size_t kRolesShown = 4;

Result<std::vector<Application>> all_applications(const Visit& visit) {
  const auto view = visit.services().directory.view();
  if (!view) return view.error();
  return workflow::applications(*view);
}

void set_roles(const Visit& visit, View& tile, const std::vector<const Right*>& rights) {
  View roles(View::type::list);
  for (std::size_t i = 0; i < rights.size() && i < kRolesShown; ++i)
    roles << right_view(visit, rights[i]->application, *rights[i]);
  tile["roles"] = std::move(roles);
  tile["has_roles"] = View(!rights.empty());
  const bool more = rights.size() > kRolesShown;
  tile["more_roles"] =
      more ? View(visit.count("services.more_roles", rights.size() - kRolesShown)) : View(false);
}

// Nothing when there is no reason to show the application.
Result<std::optional<View>> tile(const Visit& visit, const Application& app,
                                 const std::vector<const Right*>& rights) {
  const bool manages = workflow::manages_anything(visit.services(), visit.actor(), app.id);
  if (!manages && rights.empty()) return std::optional<View>();
  std::size_t waiting = 0;
  if (manages) {
    const auto people = workflow::people_waiting(visit.services(), visit.actor(), app.id);
    if (!people) return people.error();
    waiting = *people;
  }
  View view;
  view["app"] = View(app.id);
  view["app_name"] = View(app.name);
  view["app_link"] = optional_text(app.link);
  view["app_description"] = optional_text(app.description);
  view["manages"] = View(manages);
  view["waiting"] = waiting ? View(visit.count("services.waiting", waiting)) : View(false);
  set_roles(visit, view, rights);
  return std::optional<View>(std::move(view));
}

std::size_t pending_of(const OwnRights& own) {
  std::size_t pending = 0;
  for (const auto& record : own.requests) pending += record.state == workflow::State::kPending;
  return pending;
}

}  // namespace

Response show_services(const Visit& visit) {
  const auto own = workflow::own_rights(visit.services(), visit.person().id);
  if (!own) return problem_page(visit, own.error());
  const auto applications = all_applications(visit);
  if (!applications) return problem_page(visit, applications.error());
  std::map<std::string, std::vector<const Right*>> rights;
  for (const Right& right : own->active) rights[right.application].push_back(&right);
  View view, tiles(View::type::list);
  for (const Application& app : *applications) {
    const auto made = tile(visit, app, rights[app.id]);
    if (!made) return problem_page(visit, made.error());
    if (*made) tiles << **made;
  }
  const std::size_t pending = pending_of(*own);
  view["has_tiles"] = View(!tiles.is_empty_list());
  view["tiles"] = std::move(tiles);
  view["own_pending"] = pending ? View(visit.count("services.own_pending", pending)) : View(false);
  set_flash(visit, view);
  return page(visit, "services", {visit.text("services.title"), "/portail/services/", {}, false},
              std::move(view));
}

}  // namespace habilitd::portal
