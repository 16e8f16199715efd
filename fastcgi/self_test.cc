#include "fastcgi/self_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "ldap/connection.h"
#include "workflow/catalogue.h"

namespace habilitd::fastcgi {
namespace {

using Grade = Finding::Grade;

Finding fine(std::string what, std::string text) {
  return {Grade::kFine, std::move(what), std::move(text), {}};
}
Finding degraded(std::string what, std::string text, std::string remedy) {
  return {Grade::kDegraded, std::move(what), std::move(text), std::move(remedy)};
}
Finding fatal(std::string what, std::string text, std::string remedy) {
  return {Grade::kFatal, std::move(what), std::move(text), std::move(remedy)};
}

// A clock before this program was written makes every session and token wrong.
Finding test_clock() {
  const Instant written = *parse_rfc3339("2026-01-01T00:00:00Z");
  if (SystemClock().now() > written) return fine("clock", "plausible");
  return fatal("clock", "stands before 2026", "set the machine's clock");
}

Finding test_sendmail(const std::string& program) {
  if (::access(program.c_str(), X_OK) == 0) return fine("mail.sendmail", program + " can be run");
  return degraded("mail.sendmail", program + " cannot be run; mails wait in the directory",
                  "install an MTA such as postfix, or name its sendmail in mail.sendmail");
}

std::string folder_of(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

Finding test_folder(const char* option, const std::string& file) {
  const std::string folder = folder_of(file);
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return fine(option, folder + " can be written");
  return fatal(option, folder + " does not exist or cannot be written",
               "run: install -d -o habilitd -m 750 " + folder);
}

ldap::Endpoint patient(ldap::Endpoint endpoint) {
  endpoint.deadline = std::max(endpoint.deadline, std::chrono::milliseconds(3000));
  return endpoint;
}

Finding test_identity(const char* identity, const ldap::Endpoint& endpoint,
                      const ldap::Credentials& credentials) {
  const std::string what = std::string("directory.") + identity + "_name";
  auto connection = ldap::Connection::open(patient(endpoint));
  if (!connection) {
    return degraded("directory.uri", endpoint.uri + ": " + connection.error().detail,
                    "start the directory, or correct directory.uri");
  }
  const auto bound = connection->bind(credentials.name, credentials.password);
  if (bound) return fine(what, "signs in as " + credentials.name.str());
  if (bound.error().code == Errc::kUnavailable || bound.error().code == Errc::kUnknownOutcome) {
    return degraded("directory.uri", endpoint.uri + ": " + bound.error().detail,
                    "start the directory, or correct directory.uri");
  }
  return fatal(what, credentials.name.str() + " is refused by the directory",
               "check the name and the content of directory." + std::string(identity) +
                   "_password_file; `habilitd directory init` makes the entry");
}

}  // namespace

std::vector<Finding> test_machine(const Configuration& configuration) {
  return {test_clock(), test_folder("server.socket", configuration.socket),
          test_folder("server.health_socket", configuration.health_socket),
          test_folder("audit.file", configuration.audit_file),
          test_sendmail(configuration.workflow.sendmail)};
}

std::vector<Finding> test_policies(const Configuration& configuration) {
  Log silent(-1, Log::Level::kError);
  workflow::Catalogue catalogue(configuration.policies_dir, silent);
  if (catalogue.load())
    return {fine("policies.dir", configuration.policies_dir + " passes its tests")};
  std::vector<Finding> findings;
  for (const std::string& problem : catalogue.degraded()) {
    findings.push_back(
        fatal("policies.dir", problem, "correct the file; `habilitd policy test FILE` explains"));
  }
  return findings;
}

std::vector<Finding> test_directory(const Configuration& configuration) {
  const ldap::Directory::Options& directory = configuration.directory;
  std::vector<Finding> findings;
  findings.push_back(test_identity("reader", directory.mirror.endpoint, directory.mirror.reader));
  if (findings.back().grade == Grade::kDegraded)
    return findings;  // it does not answer: once is enough
  findings.push_back(test_identity("provisioning", directory.write, directory.provisioning));
  findings.push_back(test_identity("decisions", directory.write, directory.decisions));
  findings.push_back(test_identity("passwords", directory.write, directory.passwords));
  return findings;
}

std::vector<Finding> test_everything(const Configuration& configuration) {
  std::vector<Finding> findings = test_machine(configuration);
  for (auto* test : {&test_policies, &test_directory}) {
    for (Finding& finding : (*test)(configuration)) findings.push_back(std::move(finding));
  }
  return findings;
}

bool is_fatal(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.grade == Grade::kFatal; });
}

std::string line_of(const Finding& finding) {
  const char* grade = finding.grade == Grade::kFine       ? "ok       "
                      : finding.grade == Grade::kDegraded ? "degraded "
                                                          : "FATAL    ";
  std::string line = grade + finding.what + ": " + finding.text;
  if (!finding.remedy.empty()) line += "\n         -> " + finding.remedy;
  return line;
}

}  // namespace habilitd::fastcgi
