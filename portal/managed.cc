#include "portal/managed.h"

#include "portal/record_view.h"

namespace habilitd::portal {

Result<workflow::Application> managed_application(const Visit& visit) {
  auto app = application_of(visit, visit.param("app"));
  if (!app) return app;
  if (!workflow::manages_anything(visit.services(), visit.actor(), app->id))
    return Error{Errc::kForbidden, "manages-nothing", {}};
  return app;
}

Result<workflow::RightsPage> rights_page(const Visit& visit, const std::string& application,
                                         const UsersQuery& query, std::size_t offset,
                                         std::size_t limit) {
  workflow::RightsQuery wanted;
  wanted.application = application;
  wanted.state = query.state;
  if (!query.role.empty()) wanted.role = query.role;
  wanted.siret = query.siret;
  wanted.search = query.search;
  wanted.offset = offset;
  wanted.limit = limit;
  return workflow::list_rights(visit.services(), visit.actor(), wanted);
}

}  // namespace habilitd::portal
