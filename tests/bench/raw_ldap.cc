// The other denominator: what libldap and slapd do without us. Reads one entry by a base search
// from several connections for some seconds.
//   raw_ldap URI BIND-DN PASSWORD DN CONNECTIONS SECONDS   ->   "<operations a second> <p99 in ms>"
#include <ldap.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Target {
  const char *uri, *bind_dn, *password, *dn;
};

LDAP* connect(const Target& target) {
  LDAP* handle = nullptr;
  int version = LDAP_VERSION3;
  ldap_initialize(&handle, target.uri);
  ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
  berval secret{std::char_traits<char>::length(target.password),
                const_cast<char*>(target.password)};
  const int rc = ldap_sasl_bind_s(handle, target.bind_dn, LDAP_SASL_SIMPLE, &secret, nullptr,
                                  nullptr, nullptr);
  if (rc != LDAP_SUCCESS) {
    std::fprintf(stderr, "raw_ldap: bind: %s\n", ldap_err2string(rc));
    std::exit(1);
  }
  return handle;
}

std::vector<double> read_until(const Target& target, Clock::time_point end) {
  LDAP* handle = connect(target);
  std::vector<double> milliseconds;
  while (Clock::now() < end) {
    const auto begin = Clock::now();
    LDAPMessage* answer = nullptr;
    const int rc = ldap_search_ext_s(handle, target.dn, LDAP_SCOPE_BASE, "(objectClass=*)", nullptr,
                                     0, nullptr, nullptr, nullptr, 1, &answer);
    if (rc != LDAP_SUCCESS || ldap_count_entries(handle, answer) != 1) {
      std::fprintf(stderr, "raw_ldap: read: %s\n", ldap_err2string(rc));
      std::exit(1);
    }
    ldap_msgfree(answer);
    milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  ldap_unbind_ext_s(handle, nullptr, nullptr);
  return milliseconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fputs("usage: raw_ldap URI BIND-DN PASSWORD DN CONNECTIONS SECONDS\n", stderr);
    return 2;
  }
  const Target target{argv[1], argv[2], argv[3], argv[4]};
  const double seconds = std::atof(argv[6]);
  std::vector<double> all;
  std::mutex mutex;
  {
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(seconds));
    std::vector<std::jthread> threads;
    for (int i = 0; i < std::atoi(argv[5]); ++i)
      threads.emplace_back([&] {
        const auto mine = read_until(target, end);
        const std::lock_guard lock(mutex);
        all.insert(all.end(), mine.begin(), mine.end());
      });
  }
  std::sort(all.begin(), all.end());
  std::printf("%.0f %.3f\n", static_cast<double>(all.size()) / seconds, all[all.size() * 99 / 100]);
}
