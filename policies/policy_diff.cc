#include "policies/policy_diff.h"

#include <map>

namespace habilitd::policies {

namespace {

// What a rule is, as text that two policies can be compared by.
std::string canonical(const Condition& condition) {
  std::string out = std::to_string(static_cast<int>(condition.op)) + "(";
  for (const auto& arm : condition.arms) out += canonical(arm) + ",";
  for (const auto& operand : condition.operands) {
    out += (operand.is_path() ? "@" : "") + operand.text() + ",";
  }
  return out + ")";
}

using Described = std::map<std::string, std::string>;  // name -> description

Described describe_rules(const Policy& policy) {
  Described out;
  for (const auto& rule : policy.rules) {
    const Json rest = {rule->effect == Effect::kForbid, rule->observed_only, rule->actions,
                       rule->why};
    out[rule->id] = dump(rest) + canonical(rule->when);
  }
  return out;
}

Described describe_roles(const Policy& policy) {
  Described out;
  for (const auto& [id, role] : policy.roles) {
    Json rest = {role_facts(policy, id), role.labels, role.descriptions};
    if (const auto& most = role.max_duration) {
      rest.push_back({most->years, most->months, most->days, most->seconds});
    }
    out[id] = dump(rest);
  }
  return out;
}

std::vector<std::string> differences(const Described& before, const Described& after,
                                     const std::string& what) {
  std::map<std::string, char> signs;
  for (const auto& [name, description] : before) {
    const auto it = after.find(name);
    if (it == after.end()) {
      signs[name] = '-';
    } else if (it->second != description) {
      signs[name] = '~';
    }
  }
  for (const auto& [name, ignored] : after) {
    if (!before.contains(name)) signs[name] = '+';
  }
  std::vector<std::string> lines;
  for (const auto& [name, sign] : signs) lines.push_back(sign + (" " + what + " ") + name);
  return lines;
}

Facts with_role_of(const Policy& policy, const Facts& facts) {
  const auto role = facts.find("role");
  if (role == facts.end() || !role->is_object()) return facts;
  const auto id = role->find("id");
  if (id == role->end() || !id->is_string()) return facts;
  Facts out = facts;
  out["role"] = role_facts(policy, id->get_ref<const std::string&>());
  return out;
}

std::string block_id(const Policy& policy, const Facts& facts) {
  const Json block = approval_block(policy, facts);
  return block.is_null() ? std::string() : block.at("id").get<std::string>();
}

std::string described(const Decision& decision, const std::string& block) {
  return std::string(decision.permitted ? "permit" : "deny") + " " + decision.reason +
         (block.empty() ? "" : ", approval " + block);
}

}  // namespace

std::string PolicyDiff::text() const {
  std::string out;
  for (const auto& line : roles) out += line + "\n";
  for (const auto& line : rules) out += line + "\n";
  std::size_t flips = 0;
  for (const auto& change : changes) {
    if (change.decides_otherwise()) ++flips;
    out += (change.decides_otherwise() ? "! " : "~ ") + change.label + " (" + change.action +
           "): " + described(change.before, change.block_before) + " -> " +
           described(change.after, change.block_after) + "\n";
  }
  return out + std::to_string(flips) + " decisions would change, " +
         std::to_string(changes.size() - flips) + " only their reason or approval\n";
}

PolicyDiff compare(const Policy& before, const Policy& after, const std::vector<DiffCase>& cases) {
  PolicyDiff out;
  out.roles = differences(describe_roles(before), describe_roles(after), "role");
  out.rules = differences(describe_rules(before), describe_rules(after), "rule");
  for (const DiffCase& one : cases) {
    const Facts old_facts = with_role_of(before, one.facts);
    const Facts new_facts = with_role_of(after, one.facts);
    DecisionChange change{one.label,
                          one.action,
                          decide(before, one.action, old_facts),
                          decide(after, one.action, new_facts),
                          block_id(before, old_facts),
                          block_id(after, new_facts)};
    if (change.decides_otherwise() || change.before.reason != change.after.reason ||
        change.block_before != change.block_after) {
      out.changes.push_back(std::move(change));
    }
  }
  return out;
}

}  // namespace habilitd::policies
