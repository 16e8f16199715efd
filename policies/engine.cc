#include "policies/engine.h"

#include <algorithm>

namespace habilitd::policies {

namespace {

struct UnknownEntity {
  const char* entity;
  const char* reason;
  Labels why;
};

// What people read when no rule has the word. In the order of the checks.
const std::vector<UnknownEntity>& unknown_entities() {
  static const std::vector<UnknownEntity> kUnknown = {
      {"role", "unknown-role", {{"fr", "Ce rôle n'existe pas."}, {"en", "There is no such role."}}},
      {"resource",
       "unknown-structure",
       {{"fr", "Cette structure n'est pas connue."}, {"en", "This structure is not known."}}},
      {"subject",
       "unknown-person",
       {{"fr", "Cette personne n'est pas connue."}, {"en", "This person is not known."}}},
      {"target",
       "unknown-person",
       {{"fr", "Cette personne n'est pas connue."}, {"en", "This person is not known."}}}};
  return kUnknown;
}

const Labels& why_no_rule() {
  static const Labels kWhy = {{"fr", "Vous n'avez pas le droit de faire cette action."},
                              {"en", "You are not allowed to do this."}};
  return kWhy;
}

const Labels& why_indeterminate() {
  static const Labels kWhy = {
      {"fr", "Une information nécessaire à la décision manque. Contactez un administrateur."},
      {"en", "Information needed for the decision is missing. Contact an administrator."}};
  return kWhy;
}

const UnknownEntity* first_unknown(const Facts& facts) {
  for (const auto& unknown : unknown_entities()) {
    const auto it = facts.find(unknown.entity);
    if (it != facts.end() && it->is_null()) return &unknown;
  }
  return nullptr;
}

struct Verdict {
  const Rule* rule;
  Truth truth;
};

bool by_id(const Verdict& a, const Verdict& b) { return a.rule->id < b.rule->id; }

bool holds_against(const Verdict& v) {
  return v.rule->effect == Effect::kForbid && v.truth != Truth::kFalse;
}

bool holds_for(const Verdict& v) {
  return v.rule->effect == Effect::kPermit && v.truth == Truth::kTrue;
}

void note_indeterminate(const Rule& rule, const Facts& facts, std::vector<std::string>& out) {
  std::vector<std::string> paths;
  collect_unknown(rule.when, facts, paths);
  for (const auto& path : paths) out.push_back(rule.id + ": " + path);
}

// The rules that name the action and are not false, by id, so that the file's order cannot matter.
std::vector<Verdict> judge(const Policy& policy, std::string_view action, const Facts& facts,
                           Decision& decision) {
  std::vector<Verdict> verdicts;
  for (const auto& rule : policy.rules) {
    if (!rule->names(action)) continue;
    const Verdict verdict{rule.get(), evaluate(rule->when, facts)};
    if (verdict.truth == Truth::kIndeterminate) {
      note_indeterminate(*rule, facts, decision.indeterminate);
    }
    if (!rule->observed_only) {
      verdicts.push_back(verdict);
    } else if (holds_against(verdict) || holds_for(verdict)) {
      decision.observed.push_back(rule->id);
    }
  }
  std::sort(verdicts.begin(), verdicts.end(), by_id);
  std::sort(decision.observed.begin(), decision.observed.end());
  auto& notes = decision.indeterminate;
  std::sort(notes.begin(), notes.end());
  notes.erase(std::unique(notes.begin(), notes.end()), notes.end());
  return verdicts;
}

void settle(const std::vector<Verdict>& verdicts, Decision& decision) {
  const bool denied = std::any_of(verdicts.begin(), verdicts.end(), holds_against);
  const Rule* speaker = nullptr;
  for (const Verdict& verdict : verdicts) {
    if (!(denied ? holds_against(verdict) : holds_for(verdict))) continue;
    decision.determining.push_back(verdict.rule->id);
    if (speaker == nullptr && verdict.truth == Truth::kTrue) speaker = verdict.rule;
  }
  decision.permitted = !denied && speaker != nullptr;
  if (speaker != nullptr) {
    decision.reason = speaker->id;
    decision.why = speaker->why;
  } else {
    decision.reason = denied ? "indeterminate" : "no-rule";
    decision.why = denied ? why_indeterminate() : why_no_rule();
  }
}

}  // namespace

bool Rule::names(std::string_view action) const {
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Decision decide(const Policy& policy, std::string_view action, const Facts& facts) {
  Decision decision;
  decision.policy_id = policy.id;
  decision.policy_hash = policy.hash;
  decision.policy_version = policy.version;
  if (const UnknownEntity* unknown = first_unknown(facts)) {
    decision.reason = unknown->reason;
    decision.why = unknown->why;
    return decision;
  }
  settle(judge(policy, action, facts, decision), decision);
  return decision;
}

Json approval_block(const Policy& policy, const Facts& facts) {
  for (std::size_t i = 0; i < policy.approval_when.size(); ++i) {
    const auto& when = policy.approval_when[i];
    if (when == nullptr || evaluate(*when, facts) == Truth::kTrue) return policy.approval[i];
  }
  return nullptr;
}

Json role_facts(const Policy& policy, std::string_view name) {
  const Role* role = policy.role(name);
  if (role == nullptr) return nullptr;
  Json facts;  // member by member: a braced list would make and copy an array for each
  facts["id"] = role->id;
  facts["requestable"] = role->requestable;
  facts["renewable"] = role->renewable;
  facts["manages"] = role->manages;
  facts["requires"] = role->requires_;
  facts["excludes"] = role->excludes;
  return facts;
}

}  // namespace habilitd::policies
