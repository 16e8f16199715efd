#include <fstream>
#include <iostream>
#include <sstream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/policy_cases.h"
#include "fastcgi/commands/services_context.h"
#include "policies/explain.h"
#include "policies/policy_diff.h"
#include "policies/policy_tests.h"
#include "workflow/decisions.h"

namespace habilitd::fastcgi {
namespace {

Result<std::string> contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  if (in) out << in.rdbuf();
  if (!in) return invalid("file", file + ": cannot be read");
  return out.str();
}

Result<policies::PolicyPtr> read_policy(const std::string& file) {
  const auto text = contents(file);
  if (!text) return text.error();
  auto policy = policies::Policy::parse(*text);
  if (policy) return policy;
  return invalid("policy-invalid", file + ":\n" + policy.error().detail);
}

// policies/soffi.json -> policies/soffi.tests.json
std::string tests_beside(const std::string& file) {
  const bool json = file.ends_with(".json");
  return file.substr(0, file.size() - (json ? 5 : 0)) + ".tests.json";
}

bool test_one(const std::string& file) {
  const auto policy = read_policy(file);
  if (!policy) return complain(policy.error()) == kExitDone;
  const auto tests = contents(tests_beside(file));
  if (!tests) return complain(tests.error()) == kExitDone;
  const auto report = policies::run_policy_tests(**policy, *tests);
  if (!report) return complain(tests_beside(file) + ":\n" + report.error().detail) == kExitDone;
  std::cout << file << ": " << report->text() << '\n';
  return report->passed();
}

template <class One>
int all_of(const std::vector<std::string>& files, One one) {
  bool passed = true;
  for (const std::string& file : files) passed = one(file) && passed;
  return passed ? kExitDone : kExitFailed;
}

// A question that owns its actor, as the command line put it.
struct Asked {
  workflow::Actor actor;
  EntryUuid target;
  RoleId role;
  Siret siret;
};

Result<workflow::Person> find(const ldap::Mirror::View& view, const std::string& who) {
  if (const auto id = EntryUuid::parse(who)) return workflow::find_person(view, *id);
  return workflow::find_person_by_login(view, who);
}

Result<Asked> understand(workflow::Services& services, const ExplainRequest& request) {
  const std::size_t dot = request.role.find('.');
  if (dot == std::string::npos) return invalid("role", "write --role as APP.ROLE");
  auto role = RoleId::parse(request.role.substr(0, dot), request.role.substr(dot + 1));
  if (!role) return role.error();
  auto siret = Siret::parse(request.structure);
  if (!siret) return siret.error();
  const auto view = services.directory.view();
  if (!view) return view.error();
  const auto subject = find(*view, request.subject);
  if (!subject) return subject.error();
  const auto target = request.target.empty() ? subject : find(*view, request.target);
  if (!target) return target.error();
  return Asked{workflow::Actor::person(subject->id, subject->name, subject->mail), target->id,
               *std::move(role), *std::move(siret)};
}

int explain(workflow::Services& services, const ExplainRequest& request) {
  const auto asked = understand(services, request);
  if (!asked) return complain(asked.error());
  const auto policy = services.catalogue.policy(asked->role.application());
  if (!policy) return complain("no policy for the application " + asked->role.application());
  const workflow::Question question{asked->actor,
                                    request.action,
                                    asked->target,
                                    asked->role.application(),
                                    asked->role.role(),
                                    asked->siret,
                                    request.action == "approve" || request.action == "refuse"
                                        ? std::optional<std::string>("pending")
                                        : std::nullopt};
  const auto facts = workflow::gather_facts(services, question, workflow::Source::kDirectory);
  if (!facts) return complain(facts.error());
  std::cout << policies::explain_for_administrator(*policy, request.action, *facts);
  return policies::decide(*policy, request.action, *facts).permitted ? kExitDone : kExitFailed;
}

}  // namespace

int policy_test(const std::vector<std::string>& files) { return all_of(files, test_one); }

int policy_check(const std::vector<std::string>& files) {
  return all_of(files, [](const std::string& file) {
    const auto policy = read_policy(file);
    if (!policy) return complain(policy.error()) == kExitDone;
    std::cout << file << ": policy " << (*policy)->id << " version " << (*policy)->version << ", "
              << (*policy)->rules.size() << " rules, " << (*policy)->roles.size() << " roles, "
              << (*policy)->hash << '\n';
    return true;
  });
}

int policy_explain(const std::string& config, const ExplainRequest& request) {
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  const auto context = ServicesContext::open(*std::move(configuration), {});
  if (!context) return complain(context.error());
  return explain((*context)->services(), request);
}

int policy_diff(const std::string& config, const std::string& before, const std::string& after) {
  const auto old_policy = read_policy(before);
  if (!old_policy) return complain(old_policy.error());
  const auto new_policy = read_policy(after);
  if (!new_policy) return complain(new_policy.error());
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  const auto context = ServicesContext::open(*std::move(configuration), {});
  if (!context) return complain(context.error());
  const auto cases = policy_cases((*context)->services(), (*old_policy)->application);
  if (!cases) return complain(cases.error());
  const policies::PolicyDiff diff = policies::compare(**old_policy, **new_policy, *cases);
  std::cout << diff.text();
  return kExitDone;
}

}  // namespace habilitd::fastcgi
