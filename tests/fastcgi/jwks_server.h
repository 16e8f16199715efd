// An IAM's key set over HTTPS: a private nginx on 127.0.0.1, with a certificate made for it. Its
// folder, keys and process are gone with it. Throws std::runtime_error when it cannot be had.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/json.h"

namespace habilitd::tests {

class JwksServer {
 public:
  JwksServer();
  ~JwksServer();
  JwksServer(const JwksServer&) = delete;
  JwksServer& operator=(const JwksServer&) = delete;

  // What GET /jwks answers from now on.
  void serve(const std::string& text) const;
  void serve(std::initializer_list<Json> keys) const;

  // /jwks; also there: /moved (302 to it), /missing (404), /slow (1 KiB a second).
  std::string uri(const std::string& path = "/jwks") const;
  std::string plain_uri() const;  // the same file over http
  std::string ca_file() const { return folder_ + "/ca.pem"; }
  std::string other_ca_file() const { return folder_ + "/other.pem"; }  // signed nothing here
  void stop();
  void start();

 private:
  void make_certificates() const;
  void write_configuration() const;

  std::string folder_;
  int port_, plain_port_;
  pid_t pid_ = -1;
};

// Accepts connections and never says a word.
class SilentServer {
 public:
  SilentServer();
  ~SilentServer();
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  int port() const { return port_; }

 private:
  int fd_, port_;
};

}  // namespace habilitd::tests
