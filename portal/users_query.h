// The state of "Utilisateurs du service" as it stands in the address: filters, page, person.
// Whatever cannot be read is left out, so every address shows a page.
#pragma once

#include <optional>
#include <string>

#include "base/url.h"
#include "workflow/rights.h"

namespace habilitd::portal {

struct UsersQuery {
  std::optional<workflow::Right::State> state;  // etat=en-attente | actif
  std::string role;
  std::optional<Siret> siret;
  std::string search;
  std::size_t page = 1;
  std::optional<EntryUuid> person;
  std::optional<RequestId> request;  // shown first

  static UsersQuery read(const Pairs&);
  // The query string without "?"; empty when nothing is set.
  std::string text() const;
  std::string href(const std::string& application) const;

  // The list without person and request: what forms carry along.
  UsersQuery list() const;
  UsersQuery on_page(std::size_t) const;
  UsersQuery with_person(const EntryUuid&) const;
};

// "/portail/applications/soffi/utilisateurs"
std::string users_path(const std::string& application);

}  // namespace habilitd::portal
