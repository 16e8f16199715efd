#include "fastcgi/commands/services_context.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace habilitd::fastcgi {

ServicesContext::ServicesContext(Configuration configuration)
    : configuration_(std::move(configuration)), directory_(std::move(configuration_.directory)) {}

ServicesContext::~ServicesContext() {
  services_.reset();
  audit_.reset();
  std::error_code ignored;
  if (!scratch_.empty()) std::filesystem::remove_all(scratch_, ignored);
}

std::string ServicesContext::audit_path(const std::string& audit_file) {
  if (!audit_file.empty()) return audit_file;
  std::string folder = (std::filesystem::temp_directory_path() / "habilitd-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw std::runtime_error("no temporary folder: " + folder);
  scratch_ = folder;
  return folder + "/audit.log";
}

Status ServicesContext::prepare(const std::string& audit_file) {
  auto audit = workflow::Audit::open(audit_path(audit_file), clock_);
  if (!audit) return audit.error();
  audit_ = *std::move(audit);
  catalogue_ = std::make_unique<workflow::Catalogue>(configuration_.policies_dir, directory_.log());
  if (auto loaded = catalogue_->load(); !loaded) return loaded;
  services_ = std::make_unique<workflow::Services>(directory_.directory(), *catalogue_, *audit_,
                                                   clock_, directory_.log(), directory_.metrics(),
                                                   configuration_.workflow);
  return directory_.load();
}

Result<std::unique_ptr<ServicesContext>> ServicesContext::open(Configuration configuration,
                                                               const std::string& audit_file) {
  std::unique_ptr<ServicesContext> made(new ServicesContext(std::move(configuration)));
  if (auto prepared = made->prepare(audit_file); !prepared) return prepared.error();
  return made;
}

}  // namespace habilitd::fastcgi
