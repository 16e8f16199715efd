#include "workflow/decisions.h"

#include "workflow/catalogue.h"
#include "workflow/facts.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

Error unknown_application(const std::string& application) {
  return {Errc::kNotFound, "unknown-application", application};
}

std::string explain(const policies::Decision& decision) {
  std::string text = decision.policy_id + " v" + std::to_string(decision.policy_version);
  for (const std::string& rule : decision.determining) text += " " + rule;
  for (const std::string& unknown : decision.indeterminate) text += " [" + unknown + "]";
  return text;
}

Result<policies::Facts> gather(Services& services, const policies::Policy& policy,
                               const Question& question, Source source) {
  return source == Source::kMirror ? facts_from_mirror(services, policy, question)
                                   : facts_from_directory(services, policy, question);
}

// A session may outlive the account it was opened for by a moment; a decision may not.
bool is_disabled(const Actor& actor, const policies::Facts& facts) {
  return actor.kind == Actor::Kind::kPerson && facts.at("subject").at("state") != "active";
}

}  // namespace

Result<policies::Facts> gather_facts(Services& services, const Question& question, Source source) {
  const auto policy = services.catalogue.policy(question.application);
  if (!policy) return unknown_application(question.application);
  return gather(services, *policy, question, source);
}

Result<policies::Decision> decide(Services& services, const Question& question, Source source) {
  const auto policy = services.catalogue.policy(question.application);
  if (!policy) return unknown_application(question.application);
  const auto facts = gather(services, *policy, question, source);
  if (!facts) return facts.error();
  return policies::decide(*policy, question.action, *facts);
}

Result<Permission> authorize(Services& services, const Question& question,
                             policies::Facts* judged) {
  const auto policy = services.catalogue.policy(question.application);
  if (!policy) return unknown_application(question.application);
  auto facts = gather(services, *policy, question, Source::kDirectory);
  if (!facts) return facts.error();
  if (is_disabled(question.actor, *facts)) return Error{Errc::kForbidden, "actor-disabled", {}};
  auto decision = policies::decide(*policy, question.action, *facts);
  if (!decision.permitted) return Error{Errc::kForbidden, decision.reason, explain(decision)};
  if (judged) *judged = *std::move(facts);
  return Permission(question.action, question.target, question.application, question.role,
                    question.siret, std::move(decision));
}

Permission system_permission(const std::string& action, const EntryUuid& target, const RoleId& role,
                             const Siret& siret) {
  policies::Decision decision;
  decision.permitted = true;
  decision.reason = "already-decided";
  return Permission(action, target, role.application(), role.role(), siret, std::move(decision));
}

}  // namespace habilitd::workflow
