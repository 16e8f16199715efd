// What a manager sees: requests and habilitations of an application over the structures she
// manages. Read from the mirror; exact counts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/actor.h"
#include "workflow/people.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

class Services;

struct Right {
  enum class State { kPending, kActive };
  State state;
  EntryUuid person;
  std::string person_name, person_mail;
  std::string role, role_label;
  Siret siret;
  std::string structure_name;
  std::optional<RequestId> record;  // none: a member found in the directory
  Instant since{};                  // asked or granted; zero when unknown
  std::optional<Instant> until;
  std::string application;  // its id
};

struct RightsQuery {
  std::string application;
  std::optional<Right::State> state;
  std::optional<std::string> role;
  std::optional<Siret> siret;
  std::string search;  // name, mail or SIRET; accents and case ignored; spaces in a SIRET tolerated
  std::size_t offset = 0, limit = 20;
};

struct RightsPage {
  std::size_t total = 0;                // matching the query
  std::size_t pending = 0, active = 0;  // with the other filters applied, without `state`
  std::vector<Right> rights;            // pending first (oldest first), then by name
};

// Structures the actor manages for an application: owner of the structure, holder of a role that
// `manages`, or all of them for a platform administrator.
std::vector<Structure> managed_structures(Services&, const Actor&, std::string_view application);
// Has the actor anything to manage in the application? (the gear)
bool manages_anything(Services&, const Actor&, std::string_view application);
bool is_administrator(Services&, const EntryUuid& person);

Result<RightsPage> list_rights(Services&, const Actor&, const RightsQuery&);
// Distinct people with a pending request in the managed structures ("En attente X personnes").
Result<std::size_t> people_waiting(Services&, const Actor&, std::string_view application);

// One person as a manager may see her: kNotFound unless they share a managed structure.
struct PersonRights {
  Person person;
  std::vector<Structure> structures;   // shared ones only
  std::vector<RequestRecord> pending;  // this application, managed structures
  std::vector<Right> active;
  std::vector<RequestRecord> past;  // newest first, at most 50
};
Result<PersonRights> person_rights(Services&, const Actor&, std::string_view application,
                                   const EntryUuid& person);

// One's own: requests newest first, and roles held now.
struct OwnRights {
  std::vector<RequestRecord> requests;
  std::vector<Right> active;
};
Result<OwnRights> own_rights(Services&, const EntryUuid& person);
// A request the actor may see: her own, or one she may decide. kNotFound otherwise.
Result<RequestRecord> find_request(Services&, const Actor&, const RequestId&);
// People attached to the actor's managed structures, for a direct grant.
Result<std::vector<Person>> grantable_people(Services&, const Actor&, std::string_view application,
                                             const Siret&, std::string_view search,
                                             std::size_t limit);

}  // namespace habilitd::workflow
