// The mirror's figures on a real slapd: load, memory, lag, look-ups, scans. Compare figures of one
// run.
//   bench_mirror [people]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include "ldap/mirror.h"
#include "tests/support/process.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

using Clock = std::chrono::steady_clock;

double since_us(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// Processor time of this process: what holds on a busy machine.
double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// VmRSS or VmHWM of this process, in MB.
double memory_mb(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(what + ":")) return std::stod(line.substr(what.size() + 1)) / 1024;
  }
  return 0;
}

void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::string person_dn(const Layout& site, int i) {
  char key[64];
  std::snprintf(key, sizeof key, "habKey=%08x-6f1e-4c3b-9f5e-%012x,", i, i);
  return key + site.people.str();
}

void write_person(std::ostream& out, const Layout& site, int i) {
  const std::string n = std::to_string(i);
  const std::string dn = person_dn(site, i);
  out << "dn: " << dn << "\nobjectClass: inetOrgPerson\nobjectClass: habPerson\n"
      << "habKey: " << dn.substr(7, 36) << "\nuid: user" << n << "\ncn: Camille Dupont " << n
      << "\nsn: Dupont " << n << "\ngivenName: Camille\ndisplayName: Camille Dupont " << n
      << "\nmail: camille.dupont." << n << "@example.org\ntelephoneNumber: +33 1 23 45 67 89\n"
      << "title: agent\nhabActive: TRUE\nhabExternalId: ext-" << n << "\n\n";
}

void write_group(std::ostream& out, const Layout& site, const std::string& dn,
                 const std::string& more, int first, int count) {
  out << "dn: " << dn << "\nobjectClass: groupOfNames\n"
      << more << "member: " << site.steward.str() << "\n";
  for (int i = first; i < first + count; ++i) out << "member: " << person_dn(site, i) << "\n";
  out << "\n";
}

void write_directory(std::ostream& out, const Layout& site, int people) {
  for (int i = 0; i < people; ++i) write_person(out, site, i);
  for (int i = 0; i < people / 20; ++i) {
    char siret[16];
    std::snprintf(siret, sizeof siret, "%014d", i);
    write_group(out, site, "cn=" + std::string(siret) + "," + site.structures.str(),
                "objectClass: habStructure\no: Structure " + std::to_string(i) +
                    "\nowner: " + person_dn(site, i * 20) + "\n",
                i * 20, 20);
    write_group(out, site,
                "cn=soffi.consultation." + std::string(siret) + "," + site.habilitations.str(),
                "objectClass: habHabilitation\nhabApplication: soffi\nhabRole: consultation\n"
                "habSiret: " +
                    std::string(siret) + "\n",
                i * 20, 20);
  }
  write_group(out, site, "cn=some," + site.groups.str(), "objectClass: habGroup\n", 0,
              std::min(people, 10'000));
  write_group(out, site, "cn=all," + site.groups.str(), "objectClass: habGroup\n", 0, people);
}

void fill(tests::Slapd& slapd, int people) {
  slapd.stop();
  const std::string path = slapd.folder() + "/bench.ldif";
  std::ofstream out(path);
  write_directory(out, slapd.layout(), people);
  out.close();
  tests::run({"slapadd", "-q", "-F", slapd.folder() + "/slapd.d", "-n", "1", "-l", path},
             slapd.folder() + "/slapadd.log");
  ::unlink(path.c_str());
  slapd.start();
}

void percentiles(const std::string& what, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  std::printf("%-44s p50 %9.1f us   p99 %9.1f us\n", what.c_str(), at(0.5), at(0.99));
}

// From slapd's answer until the wait for it ends, and the write itself.
void lag(Mirror& mirror, const std::string& what, int rounds,
         const std::function<Result<Written>(int)>& write) {
  std::vector<double> writes, waits;
  const double cpu = cpu_ms();
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Clock::now();
    const auto written = write(i);
    const auto answered = Clock::now();
    if (!written) throw std::runtime_error(written.error().detail);
    if (!mirror.wait_for(written->id, written->csn, std::chrono::seconds(10))) {
      throw std::runtime_error("not seen");
    }
    waits.push_back(since_us(answered));
    writes.push_back(std::chrono::duration<double, std::micro>(answered - begin).count());
  }
  const double each = (cpu_ms() - cpu) * 1000 / rounds;
  std::printf("%-44s %9.1f us\n", (what + ", our processor time").c_str(), each);
  percentiles(what + ", slapd's answer", writes);
  percentiles(what + ", then the mirror", waits);
}

template <class Work>
void timed(const char* what, int times, Work&& work) {
  const auto begin = Clock::now();
  for (int i = 0; i < times; ++i) work(i);
  std::printf("%-44s %9.2f us\n", what, since_us(begin) / times);
}

void wait_until_loaded(const Mirror& mirror, std::uint64_t after) {
  while (!mirror.loaded() || mirror.changes() <= after) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void look_ups(const Mirror& mirror, const Layout& site, int people) {
  const auto view = mirror.view();
  if (!view) throw std::runtime_error("no view");
  std::vector<EntryUuid> ids;
  for (const NodeId node : view->all(Kind::kPerson)) ids.push_back(view->at(node)->id());
  const auto some = [&](int i) { return static_cast<int>(static_cast<long>(i) * 7919 % people); };
  std::size_t sum = 0;
  timed("by id", 200'000,
        [&](int i) { sum += view->by_id(ids[static_cast<std::size_t>(some(i))])->node(); });
  timed("by name", 200'000, [&](int i) { sum += view->by_dn(person_dn(site, some(i)))->node(); });
  timed("by uid", 200'000, [&](int i) {
    sum += view->find_one(Attr::kUid, "User" + std::to_string(some(i)), Kind::kPerson)->node();
  });
  timed("substring scan of everybody", 10, [&](int) {
    for (const NodeId node : view->all(Kind::kPerson)) {
      sum += view->at(node)->first(Attr::kMail).find(".77@") != std::string_view::npos ? 1U : 0U;
    }
  });
  std::printf("%-44s %zu\n", "(checksum)", sum);
}

void bench(int people) {
  tests::Slapd slapd({.max_size_mb = 4096});
  fill(slapd, people);
  const double before = memory_mb("VmRSS");
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Log log(null);
  Metrics metrics;
  Mirror mirror(
      {slapd.endpoint(), slapd.reader(), std::chrono::seconds(30), std::chrono::seconds(1)},
      slapd.layout(), log, metrics);
  auto begin = Clock::now();
  double cpu = cpu_ms();
  mirror.start();
  wait_until_loaded(mirror, 0);
  const double loaded = since_us(begin);
  std::printf("%-44s %9.0f ms, our processor time %.0f ms\n", "load", loaded / 1000,
              cpu_ms() - cpu);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const double after = memory_mb("VmRSS");
  std::printf("%-44s %9.1f MB, peak %.1f MB, %.0f bytes a person (promise: %.1f MB)\n", "memory",
              after, memory_mb("VmHWM"), (after - before) * 1048576 / people, 64 + people / 1024.0);
  look_ups(mirror, slapd.layout(), people);

  auto writer = slapd.connect(slapd.admin());
  const auto dn = [&](const std::string& text) { return Dn::parse(text).value(); };
  lag(mirror, "one attribute of a person", 500, [&](int i) {
    return writer.modify(dn(person_dn(slapd.layout(), i % people)),
                         {{Change::Op::kReplace, "title", {"t" + std::to_string(i)}}});
  });
  for (const char* group : {"some", "all"}) {
    const Dn name = Dn::child("cn", group, slapd.layout().groups);
    lag(mirror, std::string("a member of group ") + group, 20, [&](int i) {
      return writer.modify(name,
                           {{Change::Op::kAdd,
                             "member",
                             {"uid=new" + std::to_string(i) + "," + slapd.layout().people.str()}}});
    });
  }
  reset_peak();
  const auto changes = mirror.changes();
  begin = Clock::now();
  cpu = cpu_ms();
  slapd.restart();
  wait_until_loaded(mirror, changes);
  std::printf("%-44s %9.0f ms, our processor time %.0f ms\n", "restart and reload",
              since_us(begin) / 1000, cpu_ms() - cpu);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  std::printf("%-44s %9.1f MB, peak %.1f MB\n", "memory", memory_mb("VmRSS"), memory_mb("VmHWM"));
  mirror.stop();
  ::close(null);
}

}  // namespace
}  // namespace habilitd::ldap

int main(int argc, char** argv) try {
  habilitd::ldap::bench(argc > 1 ? std::stoi(argv[1]) : 100'000);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
