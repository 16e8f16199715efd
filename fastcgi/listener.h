// A listening unix socket: made here, or handed over by systemd (socket activation).
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace habilitd::fastcgi {

class Listener {
 public:
  // Binds `path` with mode 0660. A socket file that nobody answers on is removed first; one that is
  // answered, or a file of another kind, is refused (kConflict / kInvalid, detail names the
  // remedy). When systemd hands over a socket bound to `path` (LISTEN_FDS), that one is taken
  // instead.
  static Result<Listener> open(const std::string& path);

  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();  // closes; removes the file if it is still ours

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }
  // An inherited socket lives on in the service manager: connections wait there for our successor.
  bool inherited() const { return inherited_; }
  // No new connection can be made from now on; those already waiting can still be accepted.
  // Does nothing to an inherited socket.
  void remove_file();

 private:
  Listener(int fd, std::string path, bool inherited);
  int fd_ = -1;
  std::string path_;
  bool inherited_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace habilitd::fastcgi
