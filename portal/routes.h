// Which page answers which address. Every route says who may come; a path without a route is 404,
// another method 405.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portal/visit.h"

namespace habilitd::portal {

enum class Access {
  kOpen,             // anybody
  kSession,          // signed in
  kSessionOrChange,  // signed in, also when the password must be changed first
};

struct Route {
  Method method;  // kGet also serves HEAD
  std::string_view
      pattern;  // "/portail/demandes/:request"; a trailing slash in the address is ignored
  Access access;
  Response (*handler)(const Visit&);
  // Where somebody goes on who had to sign in first, when this address cannot be opened by GET.
  std::string_view resume = {};
};
const std::vector<Route>& routes();

// The placeholders' values when the segments fit the pattern.
std::optional<Params> match(std::string_view pattern, const std::vector<std::string>& segments);
// The pattern with its placeholders filled.
std::string fill_pattern(std::string_view pattern, const Params&);

// Is this an address one may be sent to after sign-in? Only paths of ours that begin with
// /portail/.
bool is_local_page(std::string_view address);

// The handlers, one file each.
Response show_home(const Visit&);
Response show_sign_in(const Visit&);
Response do_sign_in(const Visit&);
Response do_sign_out(const Visit&);
Response show_password(const Visit&);
Response do_password(const Visit&);
Response show_services(const Visit&);
Response show_ask(const Visit&);
Response do_ask(const Visit&);
Response show_own(const Visit&);
Response show_request(const Visit&);
Response do_cancel(const Visit&);
Response do_approve(const Visit&);
Response show_refuse(const Visit&);
Response do_refuse(const Visit&);
Response show_users(const Visit&);
Response show_users_csv(const Visit&);
Response show_pick(const Visit&);
Response show_grant(const Visit&);
Response do_grant(const Visit&);
Response show_revoke(const Visit&);
Response do_revoke(const Visit&);

}  // namespace habilitd::portal
