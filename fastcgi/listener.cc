#include "fastcgi/listener.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace habilitd::fastcgi {
namespace {

constexpr int kBacklog = 511;
constexpr int kFirstInherited = 3;  // sd_listen_fds(3)

Error trouble(const std::string& path, const std::string& what) {
  return {Errc::kUnavailable, "socket", path + ": " + what};
}

Error system_trouble(const std::string& path, const char* call) {
  return trouble(path, std::string(call) + ": " + std::strerror(errno));
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.front() != '/' || path.size() >= sizeof address.sun_path) {
    return invalid("socket", path + ": a socket needs an absolute path of at most " +
                                 std::to_string(sizeof address.sun_path - 1) + " characters");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* as_sockaddr(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool is_answered(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return true;
  const bool connected = ::connect(probe, as_sockaddr(address), sizeof address) == 0 ||
                         errno == EAGAIN;  // its queue is full: somebody is there
  ::close(probe);
  return connected;
}

Status remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? done() : Status(system_trouble(path, "stat"));
  }
  if (!S_ISSOCK(found.st_mode))
    return trouble(path, "exists and is not a socket; choose another path");
  if (is_answered(address)) {
    return Error{Errc::kConflict, "socket",
                 path + ": another process answers on it; stop that one first"};
  }
  if (::unlink(path.c_str()) != 0) return system_trouble(path, "unlink");
  return done();
}

// The mode is set before the socket listens, so there is no moment in which others could connect.
Result<int> bind_and_listen(const std::string& path, const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_trouble(path, "socket");
  const char* failed = nullptr;
  if (::bind(fd, as_sockaddr(address), sizeof address) != 0) {
    failed = "bind";
  } else if (::chmod(path.c_str(), 0660) != 0) {
    failed = "chmod";
  } else if (::listen(fd, kBacklog) != 0) {
    failed = "listen";
  }
  if (!failed) return fd;
  Error error = system_trouble(path, failed);
  ::close(fd);
  return error;
}

int environment_number(const char* name) {
  const char* text = std::getenv(name);
  int number = 0;
  if (text) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

bool is_bound_to(int fd, const std::string& path) {
  sockaddr_un address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return false;
  return address.sun_family == AF_UNIX && path == address.sun_path;
}

int inherited_fd(const std::string& path) {
  if (environment_number("LISTEN_PID") != ::getpid()) return -1;
  const int count = environment_number("LISTEN_FDS");
  for (int fd = kFirstInherited; fd < kFirstInherited + count; ++fd) {
    if (!is_bound_to(fd, path)) continue;
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
  }
  return -1;
}

}  // namespace

Result<Listener> Listener::open(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return address.error();
  if (const int fd = inherited_fd(path); fd >= 0) return Listener(fd, path, true);
  if (auto removed = remove_stale(path, *address); !removed) return removed.error();
  auto fd = bind_and_listen(path, *address);
  if (!fd) return fd.error();
  return Listener(*fd, path, false);
}

Listener::Listener(int fd, std::string path, bool inherited)
    : fd_(fd), path_(std::move(path)), inherited_(inherited) {
  struct stat made {};
  if (::lstat(path_.c_str(), &made) == 0) {
    device_ = made.st_dev;
    inode_ = made.st_ino;
  }
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      inherited_(other.inherited_),
      device_(other.device_),
      inode_(other.inode_) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(inherited_, other.inherited_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

Listener::~Listener() {
  if (fd_ < 0) return;
  remove_file();
  ::close(fd_);
}

void Listener::remove_file() {
  struct stat found {};
  if (fd_ < 0 || inherited_ || ::lstat(path_.c_str(), &found) != 0) return;
  if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace habilitd::fastcgi
