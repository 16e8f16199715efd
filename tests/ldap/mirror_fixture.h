// A mirror of a test directory, with its log in a file.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

#include "ldap/mirror.h"
#include "tests/support/process.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {

class MirrorOf {
 public:
  explicit MirrorOf(const tests::Slapd& slapd,
                    std::chrono::milliseconds heartbeat = std::chrono::seconds(1),
                    std::chrono::milliseconds max_age = std::chrono::seconds(5))
      : log_path_(slapd.folder() + "/mirror.log"),
        log_fd_(::open(log_path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)),
        log_(log_fd_),
        mirror_(options(slapd, heartbeat, max_age), slapd.layout(), log_, metrics_) {}
  ~MirrorOf() {
    mirror_.stop();
    ::close(log_fd_);
  }
  Mirror* operator->() { return &mirror_; }
  Mirror& operator*() { return mirror_; }
  std::string log() const { return tests::read_file(log_path_); }
  std::string metrics() const { return metrics_.text(); }

  MirrorOf& loaded() {
    mirror_.start();
    const bool done = eventually([&] { return mirror_.loaded(); });
    BOOST_REQUIRE_MESSAGE(done, log());
    return *this;
  }

  // "" or the reason why there is no view.
  std::string refusal() const {
    const auto view = mirror_.view();
    return view ? "" : view.error().reason;
  }

  template <class Condition>
  static bool eventually(Condition&& condition,
                         std::chrono::milliseconds limit = std::chrono::seconds(15)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }

 private:
  static Mirror::Options options(const tests::Slapd& slapd, std::chrono::milliseconds heartbeat,
                                 std::chrono::milliseconds max_age) {
    return {slapd.endpoint(), slapd.reader(), max_age, heartbeat};
  }

  std::string log_path_;
  int log_fd_;
  Log log_;
  Metrics metrics_;
  Mirror mirror_;
};

}  // namespace habilitd::ldap
