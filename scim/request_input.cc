#include "scim/request_input.h"

#include "base/text.h"
#include "scim/errors.h"
#include "scim/immutable.h"
#include "scim/normalise.h"
#include "scim/projection.h"
#include "scim/users.h"
#include "scim/version.h"

namespace habilitd::scim {
namespace {

std::string text_at(const Json& tree, const char* name) {
  const auto found = tree.find(name);
  return found == tree.end() ? std::string() : found->get<std::string>();
}

bool is_conditional(const Call& call) {
  const auto header = trim(call.request.headers.if_match);
  return !header.empty() && header != "*";
}

Result<Target> find_target(Call& call, const ResourceType& type, std::string_view id) {
  auto reader = read_resource(call, type, id, writable_projection(type));
  if (!reader) return reader.error();
  const ldap::Record& record = *(*reader)->record();
  if (is_conditional(call) && !names_version(call.request.headers.if_match, version_of(record))) {
    return Error{Errc::kStale, "assertion-failed", {}};
  }
  auto parsed = workflow::request_from(record);
  if (!parsed) return parsed.error();
  auto tree = tree_of(**reader);
  if (!tree) return tree.error();
  return Target{RequestId(record.id()), *std::move(parsed), *std::move(tree)};
}

// What the client may not see does not exist for it.
Status check_sight(const Call& call, const workflow::Ask& ask) {
  const workflow::Sight& sight = call.audience.sight;
  if (sight.all()) return done();
  if (!sight.accepts_structure(ask.siret)) return invalid_value("There is no such Structure.");
  const auto view = call.services.directory.view();
  if (!view) return view.error();
  const auto person = view->by_id(ask.person);
  if (!person || !sight.sees(*person, *view)) return invalid_value("There is no such User.");
  return done();
}

// What cannot be done any more to what is no longer of the version that the client named: that is
// what it asked to be told (RFC 7644 section 3.14).
bool was_overtaken(const Target& target, const Error& error) {
  const bool open = target.record.state == workflow::State::kPending;
  return error.code == Errc::kStale ||
         (open && (error.reason == "already-decided" || error.reason == "already-voted"));
}

}  // namespace

Result<EntryUuid> entry_named(const ResourceType& type, std::string_view id) {
  const auto entry = type.entry_of(id);
  if (!entry) return unknown_resource();
  return *entry;
}

std::optional<Instant> instant_at(const Json& tree, const char* name) {
  const auto instant = parse_rfc3339(text_at(tree, name));
  return instant ? std::optional(*instant) : std::nullopt;
}

Result<workflow::Ask> read_ask(Call& call, const ResourceType& type) {
  auto body = read_body(call);
  if (!body) return body.error();
  auto tree = normalise(type, *body, call.tolerance);
  if (!tree) return tree.error();
  auto siret = read_siret(*tree);
  if (!siret) return siret.error();
  const auto person = EntryUuid::parse(linked_id(tree->at("person")));
  if (!person) return invalid_value("\"person\" is not the id of a User.");
  std::string application = text_at(*tree, "application"), role = text_at(*tree, "role");
  if (!RoleId::parse(application, role)) return invalid_value("There is no such role.");
  workflow::Ask ask{*person,
                    std::move(application),
                    std::move(role),
                    *std::move(siret),
                    text_at(*tree, "justification"),
                    instant_at(*tree, "until"),
                    {}};
  if (auto ok = check_sight(call, ask); !ok) return ok.error();
  return ask;
}

Error refused_ask(const Error& error) {
  if (error.reason == "unknown-application" || error.reason == "unknown-role") {
    return invalid_value("There is no such role.");
  }
  if (error.reason == "unknown-person") return invalid_value("There is no such User.");
  if (error.reason == "unknown-structure") return invalid_value("There is no such Structure.");
  if (error.code == Errc::kTooMany) return {Errc::kForbidden, error.reason, error.detail};
  return error;
}

Status act_on(Call& call, const ResourceType& type, std::string_view id,
              const std::function<Status(const Target&)>& act) {
  Retry retry(call);
  for (;;) {
    retry.start();
    const auto target = find_target(call, type, id);
    if (!target) return target.error();
    auto acted = act(*target);
    if (acted) return acted;
    if (is_conditional(call)) {
      const bool late = was_overtaken(*target, acted.error());
      return late ? Status(Error{Errc::kStale, "assertion-failed", {}}) : acted;
    }
    if (!retry.again(acted.error())) return acted;
  }
}

}  // namespace habilitd::scim
