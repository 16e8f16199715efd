#include "tests/support/site.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "tests/support/process.h"

namespace habilitd::tests {

ldap::Directory::Options directory_options(const Slapd& slapd) {
  ldap::Directory::Options options;
  options.layout = slapd.layout();
  options.write = slapd.endpoint();
  options.mirror.endpoint = slapd.endpoint();
  options.mirror.reader = slapd.reader();
  options.provisioning = slapd.provisioning();
  options.decisions = slapd.decisions();
  options.passwords = slapd.passwords();
  return options;
}

Site::Site(const Slapd& slapd) : Site(slapd, directory_options(slapd)) {}

Site::Site(const Slapd& slapd, ldap::Directory::Options options)
    : log_file_(slapd.folder() + "/habilitd.log"),
      log_fd_(::open(log_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)),
      log_(log_fd_, Log::Level::kDebug),
      directory_(std::make_unique<ldap::Directory>(std::move(options), log_, metrics_)) {}

Site::~Site() {
  directory_.reset();
  ::close(log_fd_);
}

void Site::start() {
  using namespace std::chrono_literals;
  directory_->start();
  for (int i = 0; i < 5000 && !directory_->mirror().loaded(); ++i) std::this_thread::sleep_for(2ms);
  if (!directory_->mirror().loaded()) throw std::runtime_error("no mirror: " + logged());
}

std::string Site::logged() const { return read_file(log_file_); }

}  // namespace habilitd::tests
