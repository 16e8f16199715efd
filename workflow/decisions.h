// The one place that decides. It gathers facts, asks the policy, and hands back a Permission: a
// value that the writing functions demand. Without it the write does not compile.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "policies/engine.h"
#include "workflow/actor.h"
#include "workflow/people.h"

namespace habilitd::workflow {

class Services;

// What is asked about: may `actor` do `action` (request approve refuse add revoke list use)
// concerning `target` (the person who holds or would hold the role) for a role of an application in
// a structure?
struct Question {
  const Actor& actor;
  std::string action;
  EntryUuid target;               // nil for list
  std::string application, role;  // role empty for list
  Siret siret;
  std::optional<std::string> request_state;
  // Asked about somebody who holds the role already and would keep it longer: judged as if the
  // target did not hold it yet.
  bool renewal = false;
};

// From the mirror (drawing buttons, lists, AuthZEN) or from slapd itself (what permits a write).
enum class Source { kMirror, kDirectory };

class Permission {
 public:
  const std::string& action() const { return action_; }
  const EntryUuid& target() const { return target_; }
  const std::string& application() const { return application_; }
  const std::string& role() const { return role_; }
  const Siret& siret() const { return siret_; }
  const policies::Decision& decision() const { return decision_; }

 private:
  friend Result<Permission> authorize(Services&, const Question&, policies::Facts*);
  friend Permission system_permission(const std::string&, const EntryUuid&, const RoleId&,
                                      const Siret&);
  Permission(std::string action, const EntryUuid& target, std::string application, std::string role,
             Siret siret, policies::Decision decision)
      : action_(std::move(action)),
        target_(target),
        application_(std::move(application)),
        role_(std::move(role)),
        siret_(std::move(siret)),
        decision_(std::move(decision)) {}
  std::string action_;
  EntryUuid target_;
  std::string application_, role_;
  Siret siret_;
  policies::Decision decision_;
};

// Facts in the form of policies/engine.h. kUnavailable when the source cannot be read; unknown
// role, structure or person are facts (null), not errors.
Result<policies::Facts> gather_facts(Services&, const Question&, Source);
// The decision with its explanation, for pages and AuthZEN; never a basis for a write.
Result<policies::Decision> decide(Services&, const Question&, Source = Source::kMirror);
// kForbidden with the determining rule's id as reason when the policy denies, or actor-disabled;
// facts from the directory. `facts`, when wanted, are those that were judged.
Result<Permission> authorize(Services&, const Question&, policies::Facts* facts);
inline Result<Permission> authorize(Services& services, const Question& question) {
  return authorize(services, question, nullptr);
}

// For effects of a decision that was permitted and recorded before, and for what follows from a
// deletion: effects and the reconciler only.
Permission system_permission(const std::string& action, const EntryUuid& target, const RoleId&,
                             const Siret&);

}  // namespace habilitd::workflow
