#include "policies/explain.h"

#include <algorithm>

namespace habilitd::policies {

namespace {

std::string_view word(Truth truth) {
  if (truth == Truth::kIndeterminate) return "indeterminate";
  return truth == Truth::kTrue ? "true" : "false";
}

std::vector<std::string> attributes_of(const Condition& condition, const Facts& facts) {
  std::vector<const Operand*> operands;
  collect_operands(condition, operands);
  std::vector<std::string> out;
  for (const Operand* operand : operands) {
    const Json* value = value_of(*operand, facts);
    if (value == nullptr) {
      out.push_back(operand->text() + " unknown");
    } else if (operand->path.size() == 1) {
      out.push_back(operand->text() + " known");
    } else {
      out.push_back(operand->text() + " = " + dump(*value));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<RuleTrace> trace_decided(const Policy& policy, std::string_view action,
                                     const Facts& facts, const Decision& decision) {
  std::vector<RuleTrace> out;
  for (const auto& rule : policy.rules) {
    if (!rule->names(action)) continue;
    const bool determining =
        std::binary_search(decision.determining.begin(), decision.determining.end(), rule->id);
    out.push_back({rule->id, rule->effect, rule->observed_only, determining,
                   evaluate(rule->when, facts), attributes_of(rule->when, facts)});
  }
  std::sort(out.begin(), out.end(),
            [](const RuleTrace& a, const RuleTrace& b) { return a.id < b.id; });
  return out;
}

std::string line_of(const RuleTrace& rule) {
  std::string out = rule.determining ? "* " : "  ";
  out += rule.effect == Effect::kForbid ? "forbid " : "permit ";
  out += rule.id + ": " + std::string(word(rule.truth));
  if (rule.observed_only) out += " (observed only)";
  for (const auto& attribute : rule.attributes) out += "\n      " + attribute;
  return out + "\n";
}

}  // namespace

std::vector<RuleTrace> trace(const Policy& policy, std::string_view action, const Facts& facts) {
  return trace_decided(policy, action, facts, decide(policy, action, facts));
}

std::string explain_for_administrator(const Policy& policy, std::string_view action,
                                      const Facts& facts) {
  const Decision decision = decide(policy, action, facts);
  std::string out = "policy " + policy.id + " version " + std::to_string(policy.version) +
                    " sha256 " + policy.hash + "\n";
  out += "action " + std::string(action) + ": " + (decision.permitted ? "permitted" : "denied") +
         ", reason " + decision.reason + "\n";
  for (const auto& rule : trace_decided(policy, action, facts, decision)) out += line_of(rule);
  const Json block = approval_block(policy, facts);
  if (!block.is_null()) {
    out += "approval block " + block.at("id").get_ref<const std::string&>() + "\n";
  }
  return out;
}

std::string explain_for_person(const Decision& decision, std::string_view language) {
  static const Labels kPermitted = {{"fr", "Cette action est autorisée."},
                                    {"en", "This action is allowed."}};
  static const Labels kDenied = {{"fr", "Cette action n'est pas autorisée."},
                                 {"en", "This action is not allowed."}};
  const Labels& general = decision.permitted ? kPermitted : kDenied;
  return label_in(decision.why.empty() ? general : decision.why, language, decision.reason);
}

}  // namespace habilitd::policies
