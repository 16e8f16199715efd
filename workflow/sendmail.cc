#include "workflow/sendmail.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

namespace habilitd::workflow {
namespace {

using std::chrono::steady_clock;

constexpr int kTemporaryFailure = 75;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

class SpawnRules {
 public:
  explicit SpawnRules(int input) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnRules() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnRules(const SpawnRules&) = delete;
  SpawnRules& operator=(const SpawnRules&) = delete;

  // The child's id, or -1.
  pid_t start(const std::string& program, char* const* arguments) const {
    // A fixed, small environment: nothing of ours, nothing that a caller could have set.
    std::array<char, 32> path{"PATH=/usr/sbin:/usr/bin:/sbin"};
    const std::array<char*, 2> environment{path.data(), nullptr};
    pid_t child = -1;
    const int failed = posix_spawn(&child, program.c_str(), &actions_, &attributes_, arguments,
                                   environment.data());
    return failed == 0 ? child : -1;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

pid_t start(const Delivery& delivery, int input) {
  std::array<std::string, 6> words{delivery.program, "-i", "-f",
                                   delivery.sender,  "--", delivery.to.str()};
  std::array<char*, 7> arguments{};
  std::transform(words.begin(), words.end(), arguments.begin(),
                 [](std::string& word) { return word.data(); });
  return SpawnRules(input).start(delivery.program, arguments.data());
}

std::string with_lf(const std::string& message) {
  std::string text;
  text.reserve(message.size());
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (message[i] == '\r' && i + 1 < message.size() && message[i + 1] == '\n') continue;
    text += message[i];
  }
  return text;
}

int milliseconds_to(steady_clock::time_point end) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now());
  return static_cast<int>(std::max<long long>(0, left.count()));
}

// Until all is written, the reader has gone, or time is up. A reader that left early says more by
// its exit code than the unwritten rest would.
void feed(int fd, std::string_view text, steady_clock::time_point end) {
  while (!text.empty()) {
    pollfd wait{fd, POLLOUT, 0};
    const int ready = ::poll(&wait, 1, milliseconds_to(end));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

int wait_for(pid_t child, steady_clock::time_point end) {
  using namespace std::chrono_literals;
  int status = 0;
  auto nap = 1ms;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return kTemporaryFailure;
    if (steady_clock::now() >= end) {
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      return kTemporaryFailure;
    }
    std::this_thread::sleep_for(nap);
    nap = std::min(nap * 2, 20ms);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kTemporaryFailure;
}

}  // namespace

int run_sendmail(const Delivery& delivery, const std::string& message) {
  const auto end = steady_clock::now() + delivery.deadline;
  // A socket pair rather than a pipe: writing to a reader that has gone raises no signal.
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return kTemporaryFailure;
  }
  Fd ours(pair[0]), theirs(pair[1]);
  const pid_t child = start(delivery, theirs.get());
  theirs.close();
  if (child < 0) return kTemporaryFailure;
  feed(ours.get(), with_lf(message), end);
  ours.close();
  return wait_for(child, end);
}

}  // namespace habilitd::workflow
