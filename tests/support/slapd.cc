#include "tests/support/slapd.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/process.h"

namespace habilitd::tests {
namespace {

using namespace std::chrono_literals;

template <class T>
T must(Result<T> result, const std::string& what) {
  if (!result) throw std::runtime_error(what + ": " + result.error().detail);
  return *std::move(result);
}

std::string ldapi_uri(const std::string& path) {
  std::string uri = "ldapi://";
  for (char c : path) uri += c == '/' ? "%2F" : std::string(1, c);
  return uri;
}

ldap::Dn parse_dn(const std::string& text) { return must(ldap::Dn::parse(text), "DN " + text); }

// Children before their parents.
void remove_below(ldap::Connection& connection, const ldap::Dn& base) {
  auto found =
      must(connection.search(base, ldap::Scope::kSubtree, ldap::Filter::any_entry(), {"1.1"}),
           "search " + base.str());
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.dn.size() > b.dn.size(); });
  for (const ldap::Entry& entry : found) {
    const ldap::Dn name = parse_dn(entry.dn);
    if (ldap::dn_key(name.str()) != ldap::dn_key(base.str())) {
      must(connection.remove(name), "remove " + entry.dn);
    }
  }
}

}  // namespace

Slapd::Slapd() : Slapd(Options{}) {}

Slapd::Slapd(Options options)
    : options_(std::move(options)),
      folder_(temporary_folder("habilitd-slapd")),
      uri_(ldapi_uri(folder_ + "/run/ldapi")),
      layout_(ldap::Layout::standard(parse_dn(options_.suffix))) {
  if (options_.tcp) tcp_uri_ = "ldap://127.0.0.1:" + std::to_string(free_port());
  run({std::string(HABILITD_SOURCE_DIR) + "/deploy/slapd/make", "--dir", folder_, "--suffix",
       options_.suffix, "--max-size-mb", std::to_string(options_.max_size_mb)},
      folder_ + "/make.log");
  start();
}

Slapd::~Slapd() {
  if (running()) kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Slapd& Slapd::shared() {
  static Slapd one;
  return one;
}

ldap::Endpoint Slapd::endpoint() const { return {uri_, false, {}}; }

ldap::Endpoint Slapd::tcp_endpoint() const {
  if (tcp_uri_.empty()) throw std::runtime_error("started without Options::tcp");
  return {tcp_uri_, false, {}};
}

Secret Slapd::secret(const std::string& name) const {
  return Secret(read_file(folder_ + "/secrets/" + name));
}

ldap::Credentials Slapd::service(const std::string& name) const {
  return {ldap::Dn::child("cn", "habilitd-" + name, layout_.services), secret(name)};
}

ldap::Credentials Slapd::admin() const {
  return {ldap::Dn::child("cn", "admin", layout_.suffix), secret("admin")};
}

ldap::Credentials Slapd::config_admin() const { return {parse_dn("cn=config"), secret("admin")}; }

ldap::Connection Slapd::connect(const ldap::Credentials& credentials) const {
  auto connection = must(ldap::Connection::open(endpoint()), "open");
  must(connection.bind(credentials.name, credentials.password), "bind");
  return connection;
}

void Slapd::load(std::string_view ldif) const { modify(ldif, admin().name.str()); }

void Slapd::configure(std::string_view ldif) const { modify(ldif, "cn=config"); }

void Slapd::modify(std::string_view ldif, const std::string& bind_name) const {
  const std::string stem = temporary_folder("habilitd-ldif");
  write_file(stem + "/ldif", std::string(ldif));
  try {
    run({"ldapmodify", "-a", "-x", "-H", uri_, "-D", bind_name, "-y", folder_ + "/secrets/admin",
         "-f", stem + "/ldif"},
        stem + "/log");
  } catch (...) {
    std::filesystem::remove_all(stem);
    throw;
  }
  std::filesystem::remove_all(stem);
}

void Slapd::clear() const {
  auto connection = connect(admin());
  for (const ldap::Dn& base : {layout_.people, layout_.structures, layout_.habilitations,
                               layout_.groups, layout_.applications, layout_.requests,
                               layout_.sessions, layout_.tokens, layout_.outbox, layout_.events}) {
    remove_below(connection, base);
  }
}

void Slapd::start() {
  const std::string listeners = tcp_uri_.empty() ? uri_ : uri_ + " " + tcp_uri_;
  pid_ = spawn({"slapd", "-d", "0", "-F", folder_ + "/slapd.d", "-h", listeners},
               folder_ + "/slapd.log");
  wait_until_it_answers();
}

void Slapd::wait_until_it_answers() const {
  for (const auto end = std::chrono::steady_clock::now() + 10s;
       std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(3ms)) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
    auto connection = ldap::Connection::open(endpoint());
    if (connection && connection->who_am_i()) return;
  }
  throw std::runtime_error("slapd does not start: " + log());
}

void Slapd::stop() {
  signal(SIGCONT);
  signal(SIGTERM);
  wait_for_exit();
}

void Slapd::kill() {
  signal(SIGKILL);
  wait_for_exit();
}

void Slapd::wait_for_exit() {
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void Slapd::restart() {
  stop();
  start();
}

void Slapd::pause() const {
  signal(SIGSTOP);
  // The signal reaches a busy process later than this line.
  while (::waitpid(pid_, nullptr, WUNTRACED) < 0 && errno == EINTR) {
  }
}

void Slapd::resume() const { signal(SIGCONT); }

// A pid of -1 would mean every process of the machine.
void Slapd::signal(int number) const {
  if (!running()) throw std::logic_error("slapd is not running");
  ::kill(pid_, number);
}

std::string Slapd::log() const { return read_file(folder_ + "/slapd.log"); }

}  // namespace habilitd::tests
