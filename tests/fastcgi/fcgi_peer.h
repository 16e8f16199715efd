// The web server's side of FastCGI, byte by byte: for requests that nginx would never send.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace habilitd::tests {

using Params = std::vector<std::pair<std::string, std::string>>;

// FastCGI specification 1.0, section 3.3: one record, and name-value pairs (section 3.4).
std::string record(int type, const std::string& content);
std::string name_values(const Params&);
// A whole request: BEGIN_REQUEST (responder), PARAMS, STDIN.
std::string request_bytes(const Params&, const std::string& body, bool keep);

class Peer {
 public:
  explicit Peer(const std::string& socket_path);  // connects; throws when it cannot
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& bytes) const;
  // What the responder wrote to STDOUT until END_REQUEST; empty when the connection ended before,
  // or when nothing came for that long.
  std::string answer(int milliseconds = 5000);
  // Has the responder closed the connection?
  bool closed(int milliseconds) const;

 private:
  std::string take(std::size_t size, int milliseconds) const;
  int fd_;
};

}  // namespace habilitd::tests
