#include "workflow/audit.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/process.h"
#include "tests/workflow/site.h"

namespace habilitd::workflow {
namespace {

using namespace tests;
using habilitd::tests::read_file;
using habilitd::tests::write_file;

struct Folder {
  Folder() : path(habilitd::tests::temporary_folder("habilitd-audit")), file(path + "/audit") {}
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path, file;
  ManualClock clock;
};

// No file of this process may grow while it lives, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(const std::string& file) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = std::filesystem::file_size(file);
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

void write_three(Folder& folder) {
  auto audit = *Audit::open(folder.file, folder.clock);
  for (int i = 0; i < 3; ++i) BOOST_REQUIRE(audit->append("test.event", {{"number", i}}).ok());
}

std::string verdict(const Folder& folder) {
  const auto lines = verify_audit(folder.file);
  return lines ? std::to_string(*lines) : lines.error().detail;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(audit_log, Folder)

BOOST_AUTO_TEST_CASE(lines_form_a_chain_that_is_taken_up_again) {
  write_three(*this);
  write_three(*this);
  BOOST_TEST(verdict(*this) == "6");
  const std::string text = read_file(file);
  BOOST_TEST(
      text.starts_with("{\"seq\":1,\"time\":\"2026-03-08T10:00:00Z\",\"event\":\"test.event\","
                       "\"number\":0,\"prev\":\"0000"));
  struct stat info {};
  ::stat(file.c_str(), &info);
  BOOST_TEST((info.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_changed_a_removed_and_a_swapped_line_are_seen) {
  write_three(*this);
  const std::string good = read_file(file);
  std::string changed = good;
  changed.replace(changed.find("\"number\":1"), 10, "\"number\":7");
  write_file(file, changed);
  BOOST_TEST(verdict(*this) == "line 2 was changed: its hash does not fit");
  const auto first = good.find('\n') + 1, second = good.find('\n', first) + 1;
  write_file(file, good.substr(0, first) + good.substr(second));
  BOOST_TEST(verdict(*this) == "line 2 does not follow the line before it");
  write_file(file, good.substr(first));
  BOOST_TEST(verdict(*this) == "line 1 does not follow the line before it");
  write_file(file, good.substr(0, good.size() - 1));
  BOOST_TEST(verdict(*this) == "line 3 is cut short");
}

BOOST_AUTO_TEST_CASE(a_line_cut_short_by_a_crash_is_removed_and_recorded) {
  write_three(*this);
  const std::string good = read_file(file);
  write_file(file, good + "{\"seq\":4,\"time\":\"20");
  { BOOST_REQUIRE(Audit::open(file, clock).ok()); }
  BOOST_TEST(verdict(*this) == "4");
  BOOST_TEST(read_file(file).find("\"event\":\"audit.repaired\",\"bytes\":19") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_changed_last_line_and_a_second_writer_are_refused_at_start) {
  write_three(*this);
  {
    const auto first = Audit::open(file, clock);
    BOOST_REQUIRE(first.ok());
    BOOST_TEST(reason_of(Audit::open(file, clock)) == "audit-unavailable");
  }
  std::string text = read_file(file);
  text[text.size() - 90] ^= 1;
  write_file(file, text);
  BOOST_TEST(reason_of(Audit::open(file, clock)) == "audit-unavailable");
}

Status append_somehow(Audit& audit, int way, const Json& fields) {
  if (way == 0) return audit.append("test.event", fields);
  const auto number =
      way == 1 ? audit.append_soon("test.event", fields) : audit.start("test.event", fields);
  if (!number) return number.error();
  return way == 1 ? done() : audit.settle(*number);
}

BOOST_AUTO_TEST_CASE(many_threads_write_one_chain) {
  {
    const auto audit = *Audit::open(file, clock);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const Json fields{{"thread", t}};
          if (!append_somehow(*audit, (t + i) % 3, fields)) std::abort();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  BOOST_TEST(verdict(*this) == "400");
}

// What a killed process leaves is what was in the file when the call returned.
BOOST_AUTO_TEST_CASE(a_line_that_is_not_waited_for_is_in_the_chain_at_once) {
  {
    const auto audit = *Audit::open(file, clock);
    BOOST_REQUIRE(audit->append("test.event", {{"number", 1}}).ok());
    BOOST_REQUIRE(audit->append_soon("test.event", {{"number", 2}}).ok());
    const auto number = audit->start("test.event", {{"number", 3}});
    BOOST_REQUIRE(number.ok());
    BOOST_TEST(*number == 3);
    BOOST_TEST(verdict(*this) == "3");
    BOOST_TEST(audit->settle(*number).ok());
    FullDisk full(file);
    BOOST_TEST(reason_of(audit->append_soon("test.event", Json::object())) == "audit-unavailable");
    BOOST_TEST(reason_of(audit->start("test.event", Json::object())) == "audit-unavailable");
    BOOST_TEST(verdict(*this) == "3");
  }
  write_three(*this);
  BOOST_TEST(verdict(*this) == "6");
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_the_line_and_leaves_the_chain_whole) {
  const auto audit = *Audit::open(file, clock);
  BOOST_REQUIRE(audit->append("test.event", {{"number", 1}}).ok());
  {
    FullDisk full(file);
    BOOST_TEST(reason_of(audit->append("test.event", {{"number", 2}})) == "audit-unavailable");
  }
  BOOST_TEST(verdict(*this) == "1");
  BOOST_TEST(audit->append("test.event", {{"number", 3}}).ok());
  BOOST_TEST(verdict(*this) == "2");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(audited_decisions, Site)

BOOST_AUTO_TEST_CASE(nothing_is_decided_when_the_audit_log_cannot_be_written) {
  const RequestRecord asked = pending("u1");
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  {
    FullDisk full(folder + "/audit");
    for (const auto& outcome : {approve(*services, actor("m1"), asked.id, form(asked)),
                                refuse(*services, actor("m1"), asked.id, form(asked, "Non.")),
                                cancel(*services, actor("u1"), asked.id, form(asked)),
                                submit(*services, actor("u2"), ask("u2", "consultation")),
                                add(*services, actor("m1"), ask("u2", "consultation"))}) {
      BOOST_REQUIRE(!outcome.ok());
      BOOST_TEST((outcome.error().code == Errc::kUnavailable));
      BOOST_TEST(outcome.error().reason == "audit-unavailable");
    }
  }
  BOOST_TEST((stored(asked.id).state == State::kPending));
  BOOST_TEST(stored(asked.id).revision == 1);
  BOOST_TEST(!holds("u2", "consultation"));
  BOOST_TEST(reason_of(approve(*services, actor("m1"), asked.id, form(asked))) == "");
  BOOST_TEST(verify_audit(folder + "/audit").ok());
}

BOOST_AUTO_TEST_CASE(lines_hold_ids_and_no_names) {
  const RequestRecord asked = pending("u1");
  BOOST_REQUIRE(approve(*services, actor("m1"), asked.id, form(asked)).ok());
  const std::string text = audit_log();
  BOOST_TEST(text.find(asked.id.str()) != std::string::npos);
  BOOST_TEST(text.find(id("m1").str()) != std::string::npos);
  BOOST_TEST(text.find("manager-decides") != std::string::npos);
  BOOST_TEST(text.find("example.org") == std::string::npos);
  BOOST_TEST(text.find("Curie") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
