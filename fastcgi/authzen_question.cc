#include "fastcgi/authzen_question.h"

#include "workflow/people.h"
#include "workflow/request_record.h"
#include "workflow/services.h"
#include "workflow/tenancy.h"

namespace habilitd::fastcgi {
namespace {

using policies::AuthzenEntity;
using policies::AuthzenQuery;
using View = ldap::Mirror::View;

// The directory as the caller sees it.
struct Seen {
  const View& view;
  workflow::Sight sight;

  bool has(const ldap::Record& record) const { return sight.sees(record, view); }
};

policies::Decision denial(std::string reason) {
  policies::Decision decision;
  decision.reason = std::move(reason);
  return decision;
}

std::string property(const AuthzenEntity& entity, const char* name) {
  const auto found = entity.properties.find(name);
  return found != entity.properties.end() && found->is_string() ? found->get<std::string>()
                                                                : std::string();
}

Result<ldap::RecordPtr> find_user(const Seen& seen, const std::string& id) {
  const auto uuid = EntryUuid::parse(id);
  auto person = uuid ? workflow::find_person_entry(seen.view, *uuid)
                     : workflow::find_person_entry_by_login(seen.view, id);
  if (person && !seen.has(**person)) return Error{Errc::kNotFound, "unknown-person", {}};
  return person;
}

void set_siret(AuthzenQuestion& question, std::string_view text) {
  if (auto siret = Siret::parse(text)) question.siret = *siret;
}

// "soffi.consultation.73282932000074"
void take_habilitation(AuthzenQuestion& question, const std::string& id) {
  const std::size_t first = id.find('.');
  const std::size_t second = first == std::string::npos ? first : id.find('.', first + 1);
  if (second == std::string::npos) return;
  question.application = id.substr(0, first);
  question.role = id.substr(first + 1, second - first - 1);
  set_siret(question, std::string_view(id).substr(second + 1));
}

// False: there is no such request.
bool take_request(AuthzenQuestion& question, const Seen& seen, const std::string& id) {
  const auto parsed = RequestId::parse(id);
  const ldap::RecordPtr entry = parsed ? seen.view.by_id(parsed->entry()) : nullptr;
  if (!entry || entry->kind() != ldap::Kind::kRequest || !seen.has(*entry)) return false;
  const auto record = workflow::request_from(*entry);
  if (!record) return false;
  question.application = record->application;
  question.role = record->role;
  question.target = record->person;
  question.request_state = std::string(workflow::state_name(record->state));
  set_siret(question, record->siret);
  return true;
}

void take_properties(AuthzenQuestion& question, const AuthzenEntity& resource) {
  if (question.application.empty()) question.application = property(resource, "application");
  if (question.role.empty()) question.role = property(resource, "role");
  if (!question.siret) set_siret(question, property(resource, "structure"));
}

// What the resource says; a word for a denial when it names nothing.
std::string take_resource(AuthzenQuestion& question, const Seen& seen,
                          const AuthzenEntity& resource) {
  if (resource.type == "request") {
    return take_request(question, seen, resource.id) ? "" : "unknown-request";
  }
  if (resource.type == "habilitation") {
    take_habilitation(question, resource.id);
  } else if (resource.type == "structure") {
    set_siret(question, resource.id);
  } else if (resource.type == "application") {
    question.application = resource.id;
  } else {
    return "unknown-resource";
  }
  take_properties(question, resource);
  return {};
}

bool concerns_the_subject(const std::string& action) {
  return action == "request" || action == "use";
}

// False: a person is named who does not exist.
bool take_target(AuthzenQuestion& question, const Seen& seen, const AuthzenQuery& query) {
  if (!question.target.nil()) return true;
  const std::string person = property(query.resource, "person");
  if (person.empty()) {
    if (concerns_the_subject(query.action)) question.target = question.actor.id;
    return true;
  }
  const auto found = find_user(seen, person);
  if (found) question.target = (*found)->id();
  return found.ok();
}

Result<workflow::Actor> actor_of(const Seen& seen, const AuthzenEntity& subject) {
  if (subject.type == "client") {
    workflow::Actor actor;
    actor.kind = workflow::Actor::Kind::kClient;
    actor.name = subject.id;
    return actor;
  }
  const auto person = find_user(seen, subject.id);
  if (!person) return person.error();
  const ldap::Record& entry = **person;
  return workflow::Actor::person(entry.id(), workflow::shown_name(entry),
                                 std::string(entry.first(ldap::Attr::kMail)));
}

}  // namespace

Result<Understood> understand(workflow::Services& services, const AuthzenQuery& query,
                              const workflow::Client& caller) {
  if (query.subject.type != "user" && query.subject.type != "client") {
    return invalid("authzen-invalid", "subject.type: expected user or client");
  }
  const auto view = services.directory.view();
  if (!view) return view.error();
  const Seen seen{*view, workflow::Sight(caller)};
  const auto actor = actor_of(seen, query.subject);
  if (!actor) return Understood(denial("unknown-person"));
  AuthzenQuestion question;
  question.actor = *actor;
  const std::string unknown = take_resource(question, seen, query.resource);
  if (!unknown.empty()) return Understood(denial(unknown));
  if (!services.catalogue.policy(question.application))
    return Understood(denial("unknown-application"));
  if (!question.siret || !seen.sight.accepts_structure(*question.siret)) {
    return Understood(denial("unknown-structure"));
  }
  if (!take_target(question, seen, query)) return Understood(denial("unknown-person"));
  return Understood(std::move(question));
}

}  // namespace habilitd::fastcgi
