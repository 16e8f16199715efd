#include "policies/policy_tests.h"

#include <algorithm>
#include <array>
#include <set>

#include "policies/engine.h"
#include "policies/reader.h"

namespace habilitd::policies {

namespace {

constexpr JsonLimits kFileLimits{4 << 20, 32, 500000, 16 * 1024};
constexpr std::size_t kMaxCases = 10000;

// Member of a case -> entity of the facts.
struct Slot {
  const char* key;
  const char* entity;
};
constexpr std::array<Slot, 6> kSlots = {{{"subject", "subject"},
                                         {"target", "target"},
                                         {"resource", "resource"},
                                         {"request", "request"},
                                         {"properties", "action"},
                                         {"context", "context"}}};

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

std::string outcome(bool permitted, const std::string& reason) {
  return std::string(permitted ? "permit" : "deny") + " (" + reason + ")";
}

class Runner {
 public:
  Runner(const Policy& policy, const Json& json) : policy_(policy), json_(json) {}

  Result<PolicyTestReport> run() {
    const ObjectReader file(json_, "", problems_, {"format", "policy", "fixtures", "cases"});
    if (!json_.is_object()) return problems_.error("policy-tests-invalid");
    file.one_of("format", {"habilitd-policy-tests/1"}, "");
    const std::string name = file.name("policy");
    if (!name.empty() && name != policy_.id) {
      problems_.add("/policy", "these are tests of another policy than \"" + policy_.id + "\"");
    }
    read_fixtures(file);
    if (file.need("cases") != nullptr) run_cases(file.array("cases", 1, kMaxCases));
    if (!problems_.empty()) return problems_.error("policy-tests-invalid");
    for (const auto& rule : policy_.rules) {
      if (!tested_.contains(rule->id)) report_.untested.push_back(rule->id);
    }
    return std::move(report_);
  }

 private:
  void read_fixtures(const ObjectReader& file) {
    const Json* json = file.find("fixtures");
    if (json == nullptr) return;
    const ObjectReader reader(*json, "/fixtures", problems_,
                              {"subject", "target", "resource", "request", "action", "context"});
    for (const auto& [entity, named] : json->items()) {
      if (!named.is_object()) problems_.add(reader.place(entity), "expected an object");
    }
    fixtures_ = *json;
  }

  void run_cases(const Json* cases) {
    if (cases == nullptr) return;
    for (std::size_t i = 0; i < cases->size(); ++i) run_case((*cases)[i], below("/cases", i));
    report_.cases = cases->size();
  }

  void run_case(const Json& json, const std::string& place) {
    const ObjectReader reader(
        json, place, problems_,
        {"name", "action", "subject", "target", "resource", "role", "request", "properties",
         "context", "expect", "determining", "reason", "approval"});
    const Json* name = reader.need("name");
    if (name != nullptr && !name->is_string())
      problems_.add(reader.place("name"), "expected a text");
    const std::string action = reader.name("action");
    const bool permit = reader.one_of("expect", {"permit", "deny"}, "") == "permit";
    reader.need("determining");
    auto determining = reader.names("determining");
    std::sort(determining.begin(), determining.end());
    const Facts facts = read_facts(reader);
    if (!problems_.empty()) return;

    const Decision decision = decide(policy_, action, facts);
    const std::string at = place + " (" + name->get_ref<const std::string&>() + "): ";
    if (decision.permitted != permit || decision.determining != determining) {
      fail(at + "expected " + outcome(permit, joined(determining)) + ", got " +
           outcome(decision.permitted,
                   decision.determining.empty() ? decision.reason : joined(decision.determining)));
    }
    compare_text(reader, "reason", decision.reason, at);
    if (reader.find("approval") != nullptr) {
      const Json block = approval_block(policy_, facts);
      compare_text(reader, "approval", block.is_null() ? "none" : block.at("id"), at);
    }
    note_tested(decision, action, facts);
  }

  void compare_text(const ObjectReader& reader, std::string_view key, const std::string& got,
                    const std::string& at) {
    const Json* expected = reader.find(key);
    if (expected == nullptr || *expected == got) return;
    fail(at + "expected " + std::string(key) + " " + dump(*expected) + ", got \"" + got + "\"");
  }

  void note_tested(const Decision& decision, const std::string& action, const Facts& facts) {
    for (const auto& rule : policy_.rules) {
      const auto& ids = rule->observed_only ? decision.observed : decision.determining;
      const bool named = std::find(ids.begin(), ids.end(), rule->id) != ids.end();
      if (named && rule->names(action) && evaluate(rule->when, facts) == Truth::kTrue) {
        tested_.insert(rule->id);
      }
    }
  }

  Facts read_facts(const ObjectReader& reader) {
    Facts facts = Json::object();
    for (const Slot& slot : kSlots) {
      if (const Json* value = reader.find(slot.key)) {
        facts[slot.entity] = entity(*value, slot.entity, reader.place(slot.key));
      }
    }
    if (const Json* role = reader.find("role")) {
      if (role->is_string()) {
        facts["role"] = role_facts(policy_, role->get_ref<const std::string&>());
      } else {
        facts["role"] = entity(*role, "role", reader.place("role"));
      }
    }
    return facts;
  }

  Json entity(const Json& value, const char* kind, const std::string& place) {
    if (value.is_object() || value.is_null()) return value;
    if (value.is_string()) {
      const auto named = fixtures_.find(kind);
      const auto& name = value.get_ref<const std::string&>();
      if (named != fixtures_.end() && named->contains(name)) return named->at(name);
    }
    problems_.add(place, "expected the name of a fixture, an object of attributes or null");
    return nullptr;
  }

  void fail(std::string line) { report_.failures.push_back(std::move(line)); }

  const Policy& policy_;
  const Json& json_;
  Json fixtures_ = Json::object();
  Problems problems_;
  PolicyTestReport report_;
  std::set<std::string> tested_;
};

}  // namespace

std::string PolicyTestReport::text() const {
  std::string out;
  for (const auto& failure : failures) out += "failed " + failure + "\n";
  for (const auto& rule : untested) out += "untested rule " + rule + ": no case determines it\n";
  return out + std::to_string(cases) + " cases, " + std::to_string(failures.size()) + " failed, " +
         std::to_string(untested.size()) + " rules untested";
}

Result<PolicyTestReport> run_policy_tests(const Policy& policy, std::string_view tests) {
  auto json = parse_json(tests, kFileLimits);
  if (!json.ok()) return json.error();
  return Runner(policy, *json).run();
}

Result<PolicyPtr> load_tested_policy(std::string_view policy_text, std::string_view tests) {
  auto policy = Policy::parse(policy_text);
  if (!policy.ok()) return policy.error();
  auto report = run_policy_tests(**policy, tests);
  if (!report.ok()) return report.error();
  if (!report->passed()) return invalid("policy-tests-failed", report->text());
  return policy;
}

}  // namespace habilitd::policies
