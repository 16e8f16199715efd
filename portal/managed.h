// The application of the address, for those who manage something in it.
#pragma once

#include "portal/users_query.h"
#include "portal/visit.h"

namespace habilitd::portal {

// kNotFound for an unknown application, kForbidden for somebody who manages nothing in it.
Result<workflow::Application> managed_application(const Visit&);
// The rights that the query selects.
Result<workflow::RightsPage> rights_page(const Visit&, const std::string& application,
                                         const UsersQuery&, std::size_t offset, std::size_t limit);

}  // namespace habilitd::portal
