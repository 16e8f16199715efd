// The form for a role, a reason and an end date in a structure: asking for oneself, granting to
// another.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "portal/page.h"
#include "workflow/people.h"

namespace habilitd::portal {

// What the form is about, and what was typed.
struct GrantForm {
  std::string action;  // of the policy: request | add
  EntryUuid target;
  std::string application;
  workflow::Structure structure;
  std::string role, justification, until;
};

// Values of the partials role_choice and grant_fields, and of the structure.
void set_grant_form(const Visit&, View&, const GrantForm&);
// What can be said without the use case: a role chosen, a date that is one.
std::vector<FieldError> check_grant_form(const Visit&, const GrantForm&);
std::optional<Instant> chosen_end(const GrantForm&);
// A use case's refusal as an error of the field it is about; nothing when it is not about a field.
std::optional<FieldError> field_error_of(const Visit&, const GrantForm&, const Error&);

// Values of the partial structure_choice.
struct StructureChoice {
  std::string action, back;                         // addresses
  std::string application;                          // chosen
  std::vector<workflow::Application> applications;  // to choose from; one or none: not asked
  std::vector<workflow::Structure> structures;
  bool free_siret = false;
  std::string typed;  // SIRET
  std::string error;  // text for the SIRET field
};
void set_structure_choice(View&, const StructureChoice&);

// The structure in the query: one of the list (`structure`), or a number (`siret`). "" when none.
std::string asked_siret(const Visit&);
// siret-* of Siret::parse, unknown-structure, or kUnavailable.
Result<workflow::Structure> read_structure(const Visit&, std::string_view siret);

}  // namespace habilitd::portal
