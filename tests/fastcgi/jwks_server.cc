#include "tests/fastcgi/jwks_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "tests/support/process.h"

namespace habilitd::tests {
namespace {

sockaddr_in local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool answers(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = local(port);
  const bool good = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return good;
}

}  // namespace

JwksServer::JwksServer()
    : folder_(temporary_folder("habilitd-jwks")), port_(free_port()), plain_port_(free_port()) {
  std::filesystem::create_directory(folder_ + "/www");
  make_certificates();
  write_configuration();
  serve("{\"keys\":[]}");
  start();
}

JwksServer::~JwksServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// Two authorities that sign themselves; one of them is the server's certificate at once.
void JwksServer::make_certificates() const {
  for (const char* name : {"ca", "other"}) {
    const std::string base = folder_ + "/" + name;
    run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=jwks test", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", base + ".key", "-out", base + ".pem"},
        folder_ + "/openssl.log");
  }
}

void JwksServer::write_configuration() const {
  std::string temporary;
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    temporary += std::string(kind) + "_temp_path " + folder_ + "/" + kind + ";\n";
  }
  const std::string user = ::geteuid() == 0 ? "user root;\n" : "";
  write_file(folder_ + "/nginx.conf",
             user + "daemon off;\nmaster_process off;\npid " + folder_ + "/pid;\nerror_log " +
                 folder_ + "/error.log;\nevents {}\nhttp {\n" + temporary +
                 "access_log off;\nserver {\nlisten 127.0.0.1:" + std::to_string(port_) +
                 " ssl;\nlisten 127.0.0.1:" + std::to_string(plain_port_) + ";\nssl_certificate " +
                 ca_file() + ";\nssl_certificate_key " + folder_ + "/ca.key;\nroot " + folder_ +
                 "/www;\nlocation = /moved { return 302 /jwks; }\nlocation = /slow { limit_rate "
                 "1k; alias " +
                 folder_ + "/www/jwks; }\n}\n}\n");
}

void JwksServer::start() {
  pid_ = spawn({"nginx", "-c", folder_ + "/nginx.conf", "-p", folder_}, folder_ + "/nginx.log");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!answers(port_)) {
    if (std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("nginx does not start: " + read_file(folder_ + "/nginx.log"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void JwksServer::stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void JwksServer::serve(const std::string& text) const {
  write_file(folder_ + "/www/jwks.new", text);
  std::filesystem::rename(folder_ + "/www/jwks.new", folder_ + "/www/jwks");
}

void JwksServer::serve(std::initializer_list<Json> keys) const {
  Json set = {{"keys", Json::array()}};
  for (const Json& key : keys) set.at("keys").push_back(key);
  serve(set.dump());
}

std::string JwksServer::uri(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(port_) + path;
}

std::string JwksServer::plain_uri() const {
  return "http://127.0.0.1:" + std::to_string(plain_port_) + "/jwks";
}

SilentServer::SilentServer()
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(free_port()) {
  const sockaddr_in address = local(port_);
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd_, 8) != 0) {
    throw std::runtime_error("cannot listen");
  }
}

SilentServer::~SilentServer() { ::close(fd_); }

}  // namespace habilitd::tests
