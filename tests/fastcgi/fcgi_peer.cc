#include "fcgi_peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace habilitd::tests {
namespace {

constexpr int kBegin = 1, kEnd = 3, kParams = 4, kStdin = 5, kStdout = 6;
constexpr std::size_t kHeader = 8, kMostInRecord = 60000;

char byte(std::size_t value) { return static_cast<char>(value & 0xFF); }

std::string stream(int type, const std::string& content) {
  std::string bytes;
  for (std::size_t at = 0; at < content.size(); at += kMostInRecord) {
    bytes += record(type, content.substr(at, kMostInRecord));
  }
  return bytes + record(type, "");
}

bool readable(int fd, int milliseconds) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, milliseconds) == 1;
}

}  // namespace

std::string record(int type, const std::string& content) {
  const std::string header{1,
                           byte(static_cast<std::size_t>(type)),
                           0,
                           1,
                           byte(content.size() >> 8),
                           byte(content.size()),
                           0,
                           0};
  return header + content;
}

std::string name_values(const Params& params) {
  const auto length = [](std::size_t size) {
    if (size < 128) return std::string{byte(size)};
    return std::string{byte((size >> 24) | 0x80), byte(size >> 16), byte(size >> 8), byte(size)};
  };
  std::string bytes;
  for (const auto& [name, value] : params)
    bytes += length(name.size()) + length(value.size()) + name + value;
  return bytes;
}

std::string request_bytes(const Params& params, const std::string& body, bool keep) {
  return record(kBegin, std::string{0, 1, byte(keep), 0, 0, 0, 0, 0}) +
         stream(kParams, name_values(params)) + stream(kStdin, body);
}

Peer::Peer(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd_);
    throw std::runtime_error("connect " + path + ": " + std::strerror(errno));
  }
}

Peer::~Peer() { ::close(fd_); }

void Peer::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

std::string Peer::take(std::size_t size, int milliseconds) const {
  std::string bytes(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    if (!readable(fd_, milliseconds)) return {};
    const ssize_t n = ::recv(fd_, bytes.data() + got, size - got, 0);
    if (n <= 0) return {};
    got += static_cast<std::size_t>(n);
  }
  return bytes;
}

std::string Peer::answer(int milliseconds) {
  std::string out;
  while (true) {
    const std::string header = take(kHeader, milliseconds);
    if (header.empty()) return {};
    const auto at = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(header[i]));
    };
    const std::size_t size = at(4) * 256 + at(5) + at(6);
    const std::string content = size ? take(size, milliseconds) : "";
    if (header[1] == kStdout) out += content.substr(0, at(4) * 256 + at(5));
    if (header[1] == kEnd) return out;
  }
}

bool Peer::closed(int milliseconds) const {
  char left[256];  // a last record may come before the end
  while (readable(fd_, milliseconds)) {
    if (::recv(fd_, left, sizeof left, 0) <= 0) return true;
  }
  return false;
}

}  // namespace habilitd::tests
