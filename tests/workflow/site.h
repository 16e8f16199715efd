// A small site on a real slapd, with everything the use cases need, and the people of approvals.md:
// S1 is managed by m1 and m2, S2 by m3; u1 and u2 are attached to S1; u2 reads English.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/outcome.h"
#include "tests/support/slapd.h"
#include "workflow/audit.h"
#include "workflow/catalogue.h"
#include "workflow/people.h"
#include "workflow/requests.h"
#include "workflow/services.h"

namespace habilitd::workflow::tests {

using habilitd::tests::reason_of;

// Stands still until it is moved.
class ManualClock : public Clock {
 public:
  Instant now() const override { return Instant(Duration(now_.load())); }
  void move(Duration by) { now_ += by.count(); }

 private:
  std::atomic<Duration::rep> now_{1772964000000};  // 2026-03-08T10:00:00Z
};

inline constexpr const char* kS1 = "73282932000074";
inline constexpr const char* kS2 = "73282932000082";
inline constexpr const char* kClosed = "73282932000090";

class Site {
 public:
  Site();
  ~Site();

  EntryUuid id(const std::string& user_name) const;
  Actor actor(const std::string& user_name) const;
  static Siret siret(const char* digits) { return *Siret::parse(digits); }

  Ask ask(const std::string& user, const std::string& role, const char* structure = kS1) const;
  // Submits for the user herself; requires that it works.
  RequestRecord pending(const std::string& user, const std::string& role = "consultation",
                        const char* structure = kS1);
  // Adds directly by m1; requires that it works.
  RequestRecord granted(const std::string& user, const std::string& role = "consultation");
  static Decided form(const RequestRecord& record, std::string reason = {},
                      std::string operation = {}) {
    return {record.revision, std::move(operation), std::move(reason), std::nullopt};
  }
  RequestRecord stored(const RequestId&) const;  // as slapd has it

  bool holds(const std::string& user, const std::string& role, const char* structure = kS1) const;
  std::vector<std::string> derived(const std::string& user) const;  // habilitation values
  std::vector<std::string> values(const std::string& dn, const char* attribute) const;
  // "kind>address", sorted, of all mails waiting on a record.
  std::vector<std::string> mails(const RequestId&) const;
  std::string dn(const std::string& user) const;
  std::string audit_log() const;
  void ldif(const std::string& text) const { slapd().load(text); }
  // Waits until the mirror has what was written beside habilitd.
  void settle() const;

  static habilitd::tests::Slapd& slapd() { return habilitd::tests::Slapd::shared(); }
  static ldap::Directory::Options directory_options();

  std::string folder;
  ManualClock clock;
  int log_fd;
  Log log;
  Metrics metrics;
  std::unique_ptr<ldap::Directory> directory;
  std::unique_ptr<Catalogue> catalogue;
  std::unique_ptr<Audit> audit;
  std::unique_ptr<Services> services;
};

}  // namespace habilitd::workflow::tests
