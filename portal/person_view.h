// The right-hand part of "Utilisateurs du service": one person's contact data, requests and rights.
#pragma once

#include "portal/users_query.h"
#include "portal/visit.h"

namespace habilitd::portal {

// Values of the partial "person"; kNotFound when she shares no managed structure with the visitor.
Result<View> person_view(const Visit&, const std::string& application, const UsersQuery&);

}  // namespace habilitd::portal
