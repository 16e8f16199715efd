#include <unistd.h>

#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/services_context.h"
#include "fastcgi/secret_file.h"
#include "fastcgi/self_test.h"
#include "ldap/setup.h"
#include "workflow/catalogue.h"
#include "workflow/reconcile.h"

namespace habilitd::fastcgi {
namespace {

int show(const workflow::Reconciled& result, bool dry_run) {
  std::cout << (dry_run ? "would finish " : "finished ") << result.effects_finished << " effects, "
            << (dry_run ? "would repair " : "repaired ") << result.values_repaired << " people\n";
  for (const std::string& problem : result.problems) std::cout << "problem: " << problem << '\n';
  return result.problems.empty() ? kExitDone : kExitFailed;
}

// In the order in which they must be loaded.
constexpr std::pair<std::string_view, ldap::SetupPart> kParts[] = {
    {"server", ldap::SetupPart::kServer}, {"schema", ldap::SetupPart::kSchema},
    {"tree", ldap::SetupPart::kTree},     {"overlays", ldap::SetupPart::kOverlays},
    {"access", ldap::SetupPart::kAccess},
};

// One application a policy; without a sound policy there is none, and `habilitd check` says why.
ldap::SetupSite site_of(const Configuration& configuration, const InitRequest& request) {
  ldap::SetupSite site{request.database, {}};
  Log log(STDERR_FILENO, Log::Level::kError);
  workflow::Catalogue catalogue(configuration.policies_dir, log);
  if (!catalogue.load()) return site;
  for (const policies::PolicyPtr& policy : catalogue.all()) {
    site.applications.push_back(
        {policy->application, policies::label_in(policy->labels, "fr", "")});
  }
  return site;
}

int print_ldif(const ldap::Directory::Options& options, const ldap::SetupSite& site,
               const InitRequest& request) {
  for (const auto& [name, part] : kParts) {
    if (request.part.empty() || request.part == name) {
      std::cout << ldap::setup_ldif(part, options, site) << '\n';
    }
  }
  return kExitDone;
}

int make_tree(const ldap::Directory::Options& options, const ldap::SetupSite& site,
              const InitRequest& request) {
  const auto name = ldap::Dn::parse(request.admin_name);
  if (!name || name->empty()) {
    complain("--admin-name must be a directory name");
    return kExitUsage;
  }
  auto password = read_secret_file(request.admin_password_file);
  if (!password) {
    complain(password.error());
    return kExitUsage;
  }
  const auto added = ldap::make_tree(options, site, {*name, *std::move(password)});
  if (!added) return complain(added.error());
  for (const std::string& entry : *added) std::cout << "added " << entry << '\n';
  std::cout << added->size()
            << " entries added; `habilitd directory check` says what else is missing\n";
  return kExitDone;
}

}  // namespace

int directory_init(const std::string& config, const InitRequest& request) {
  const auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  const ldap::SetupSite site = site_of(*configuration, request);
  if (request.admin_name.empty()) return print_ldif(configuration->directory, site, request);
  return make_tree(configuration->directory, site, request);
}

int directory_check(const std::string& config) {
  const auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  bool all_fine = true;
  for (const Finding& finding : test_directory(*configuration)) {
    std::cout << line_of(finding) << '\n';
    all_fine = all_fine && finding.grade == Finding::Grade::kFine;
  }
  return all_fine ? kExitDone : kExitFailed;
}

int directory_reconcile(const std::string& config, bool dry_run) {
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  // A dry run writes nothing; a real one keeps the record that a running server holds.
  const std::string record = dry_run ? std::string() : configuration->audit_file;
  const auto context = ServicesContext::open(*std::move(configuration), record);
  if (!context) return complain(context.error());
  const auto result = workflow::reconcile((*context)->services(), dry_run);
  if (!result) return complain(result.error());
  return show(*result, dry_run);
}

}  // namespace habilitd::fastcgi
