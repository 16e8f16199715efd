#include "workflow/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "policies/policy_tests.h"

namespace habilitd::workflow {
namespace {

namespace fs = std::filesystem;
using policies::PolicyPtr;

constexpr std::string_view kTestsEnding = ".tests.json";

// Policy files of the folder, by name.
Result<std::vector<fs::path>> policy_files(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(kTestsEnding)) files.push_back(entry->path());
  }
  if (failed) return Error{Errc::kInvalid, "policies-unreadable", folder + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  return files;
}

fs::path tests_of(const fs::path& policy) {
  return policy.parent_path() / (policy.stem().string() + std::string(kTestsEnding));
}

Result<std::string> contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  if (in) out << in.rdbuf();
  if (!in) return Error{Errc::kInvalid, "policies-unreadable", file.string() + ": cannot be read"};
  return out.str();
}

Result<PolicyPtr> load_one(const fs::path& file) {
  auto policy = contents(file);
  if (!policy) return policy.error();
  auto tests = contents(tests_of(file));
  if (!tests) return tests.error();
  auto loaded = policies::load_tested_policy(*policy, *tests);
  if (loaded) return loaded;
  return Error{loaded.error().code, loaded.error().reason,
               file.string() + ": " + loaded.error().detail};
}

// Changes whenever a file of the folder is added, removed or written.
std::string stamp_of(const std::string& folder) {
  std::vector<std::string> lines;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() != ".json") continue;
    std::error_code ignored;
    const auto written = entry->last_write_time(ignored).time_since_epoch().count();
    lines.push_back(entry->path().filename().string() + " " +
                    std::to_string(entry->file_size(ignored)) + " " + std::to_string(written));
  }
  std::sort(lines.begin(), lines.end());
  std::string stamp;
  for (const std::string& line : lines) stamp += line + "\n";
  return stamp;
}

}  // namespace

Catalogue::Catalogue(std::string policies_dir, Log& log)
    : folder_(std::move(policies_dir)), log_(log) {}

Status Catalogue::load() {
  std::string stamp = stamp_of(folder_);
  std::vector<PolicyPtr> loaded;
  std::vector<std::string> problems;
  const auto files = policy_files(folder_);
  if (!files) problems.push_back(files.error().detail);
  for (const fs::path& file : files ? *files : std::vector<fs::path>{}) {
    if (auto policy = load_one(file)) {
      loaded.push_back(*policy);
    } else {
      problems.push_back(policy.error().detail);
    }
  }
  return state_.with([&](State& state) -> Status {
    decltype(state.by_application) next;
    for (const PolicyPtr& policy : loaded) {
      if (!next.emplace(policy->application, policy).second) {
        problems.push_back("two policies for the application " + policy->application);
      }
    }
    // A file that no longer loads leaves the version before it in force; a file that was taken away
    // takes its policy with it.
    if (!problems.empty()) {
      for (const auto& [application, policy] : state.by_application) {
        next.emplace(application, policy);
      }
    }
    state.by_application = std::move(next);
    state.stamp = std::move(stamp);
    state.problems = problems;
    for (const std::string& problem : problems) {
      log_.error("policies.refused", {{"problem", problem}});
    }
    if (problems.empty()) return done();
    return Error{Errc::kInvalid, "policies-invalid", problems.front()};
  });
}

void Catalogue::tick() {
  const std::string stamp = stamp_of(folder_);
  if (state_.with([&](const State& state) { return state.stamp == stamp; })) return;
  if (load()) log_.info("policies.loaded", {{"folder", folder_}});
}

PolicyPtr Catalogue::policy(std::string_view application) const {
  return state_.with([&](const State& state) -> PolicyPtr {
    const auto found = state.by_application.find(application);
    return found == state.by_application.end() ? nullptr : found->second;
  });
}

std::vector<PolicyPtr> Catalogue::all() const {
  return state_.with([](const State& state) {
    std::vector<PolicyPtr> policies;
    for (const auto& [application, policy] : state.by_application) policies.push_back(policy);
    return policies;
  });
}

std::vector<std::string> Catalogue::degraded() const {
  return state_.with([](const State& state) { return state.problems; });
}

}  // namespace habilitd::workflow
