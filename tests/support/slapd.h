// A private, real slapd with habilitd's schema, access rules and overlays, made by
// deploy/slapd/make in a folder of its own. It listens on a unix socket (and on 127.0.0.1 when
// asked), dies with the test program and takes its folder with it. Everything here throws
// std::runtime_error when it fails: a test without its directory has nothing to say.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "ldap/connection.h"
#include "ldap/pool.h"
#include "ldap/schema.h"

namespace habilitd::tests {

class Slapd {
 public:
  struct Options {
    std::string suffix = "dc=example,dc=org";
    bool tcp = false;       // also listen on 127.0.0.1, a free port
    int max_size_mb = 256;  // of the database; small values make it fill up
  };
  Slapd();
  explicit Slapd(Options);
  ~Slapd();
  Slapd(const Slapd&) = delete;
  Slapd& operator=(const Slapd&) = delete;

  // One for the whole test program, started at first use. Call clear() where leftovers matter.
  static Slapd& shared();

  const ldap::Layout& layout() const { return layout_; }
  ldap::Endpoint endpoint() const;      // ldapi
  ldap::Endpoint tcp_endpoint() const;  // Options::tcp

  ldap::Credentials reader() const { return service("reader"); }
  ldap::Credentials provisioning() const { return service("provisioning"); }
  ldap::Credentials decisions() const { return service("decisions"); }
  ldap::Credentials passwords() const { return service("passwords"); }
  // The rootdn, which no rule binds, and the configuration's. Tests only.
  ldap::Credentials admin() const;
  ldap::Credentials config_admin() const;
  ldap::Connection connect(const ldap::Credentials&) const;  // opened and bound

  // LDIF as the rootdn: entries to add, or records with changetype.
  void load(std::string_view ldif) const;
  // The same for cn=config (read-only mode, limits, overlays).
  void configure(std::string_view ldif) const;
  // Removes everything below people, structures, habilitations, groups, applications, requests,
  // sessions, tokens and outbox.
  void clear() const;

  // All but start() need a running slapd (std::logic_error).
  void start();
  void stop();  // SIGTERM, and waits
  void kill();  // SIGKILL, and waits
  void restart();
  void pause() const;   // SIGSTOP: connections stay open, nothing answers
  void resume() const;  // SIGCONT
  pid_t pid() const { return pid_; }
  bool running() const { return pid_ > 0; }
  const std::string& folder() const { return folder_; }
  std::string log() const;

 private:
  ldap::Credentials service(const std::string& name) const;
  Secret secret(const std::string& name) const;
  void modify(std::string_view ldif, const std::string& bind_name) const;
  void signal(int number) const;
  void wait_until_it_answers() const;
  void wait_for_exit();

  Options options_;
  std::string folder_;
  std::string uri_, tcp_uri_;
  ldap::Layout layout_;
  pid_t pid_ = -1;
};

}  // namespace habilitd::tests
