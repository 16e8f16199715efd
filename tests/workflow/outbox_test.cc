#include "workflow/outbox.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/support/process.h"
#include "tests/workflow/site.h"
#include "workflow/sendmail.h"

namespace habilitd::workflow {
namespace {

using namespace tests;
using habilitd::tests::read_file;
using habilitd::tests::write_file;

// A real program in the MTA's place: keeps its arguments and its input, and ends as it is told.
class Mta {
 public:
  explicit Mta(const std::string& folder) : folder_(folder), program_(folder + "/sendmail") {
    ends_with("exit 0");
  }
  void ends_with(const std::string& end) {
    write_file(program_,
               "#!/bin/sh\n{ for a in \"$@\"; do printf '[%s]' \"$a\"; done; echo; } >> " +
                   folder_ + "/arguments\ncat >> " + folder_ + "/messages\n" + end + "\n");
    ::chmod(program_.c_str(), 0700);
  }
  void ends_before_reading(const std::string& end) {
    write_file(program_, "#!/bin/sh\n" + end + "\n");
    ::chmod(program_.c_str(), 0700);
  }
  const std::string& program() const { return program_; }
  std::string arguments() const { return contents("/arguments"); }
  std::string messages() const { return contents("/messages"); }

 private:
  std::string contents(const char* name) const {
    return std::filesystem::exists(folder_ + name) ? read_file(folder_ + name) : "";
  }
  std::string folder_, program_;
};

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

struct Posting : Site {
  Posting() : mta(folder) {
    WorkflowSettings with_mta = services->settings;
    with_mta.sendmail = mta.program();
    with_mta.sendmail_deadline = Duration(2000);
    services =
        std::make_unique<Services>(*directory, *catalogue, *audit, clock, log, metrics, with_mta);
  }
  Mta mta;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbox, Posting)

BOOST_AUTO_TEST_CASE(every_waiting_mail_is_sent_once_to_one_address) {
  const RequestRecord asked = pending("u1");
  BOOST_TEST(*send_due_mails(*services) == 3u);
  BOOST_TEST(mails(asked.id).empty());
  const std::string arguments = mta.arguments();
  BOOST_TEST(occurrences(arguments, "[-i][-f][no-reply@example.org][--][m1@example.org]\n") == 1u);
  BOOST_TEST(occurrences(arguments, "[m2@example.org]") == 1u);
  BOOST_TEST(occurrences(arguments, "[u1@example.org]") == 1u);
  BOOST_TEST(mta.messages().find('\r') == std::string::npos);
  BOOST_TEST(occurrences(mta.messages(), "Auto-Submitted: auto-generated\n") == 3u);
  BOOST_TEST(*send_due_mails(*services) == 0u);
  BOOST_TEST(*send_due_mails(*services) == 0u);
}

BOOST_AUTO_TEST_CASE(an_mta_that_cannot_take_it_now_is_asked_again_later_and_later) {
  const RequestRecord asked = pending("u1");
  mta.ends_with("exit 75");
  BOOST_TEST(*send_due_mails(*services) == 0u);
  BOOST_TEST(mails(asked.id).size() == 3u);
  mta.ends_with("exit 0");
  BOOST_TEST(*send_due_mails(*services) == 0u);  // not before 30 seconds are over
  BOOST_TEST(queued_mails(*services)->size() == 3u);
  BOOST_TEST(!queued_mails(*services)->front().job.dead);
  clock.move(Duration(29000));
  BOOST_TEST(*send_due_mails(*services) == 0u);
  mta.ends_with("exit 75");
  clock.move(Duration(1000));
  BOOST_TEST(*send_due_mails(*services) == 0u);
  clock.move(Duration(59000));
  mta.ends_with("exit 0");
  BOOST_TEST(*send_due_mails(*services) == 0u);  // the second wait is a minute
  clock.move(Duration(1000));
  BOOST_TEST(*send_due_mails(*services) == 3u);
  BOOST_TEST(queued_mails(*services)->empty());
}

BOOST_AUTO_TEST_CASE(a_lasting_failure_is_a_dead_letter_and_is_not_tried_again) {
  const RequestRecord asked = pending("u1");
  mta.ends_with("exit 64");
  BOOST_TEST(*send_due_mails(*services) == 0u);
  mta.ends_with("exit 0");
  clock.move(Duration(3600 * 1000));
  BOOST_TEST(*send_due_mails(*services) == 0u);
  const auto dead = queued_mails(*services);
  BOOST_REQUIRE(dead.ok());
  BOOST_TEST(dead->size() == 3u);
  BOOST_TEST(dead->front().job.dead);
  BOOST_TEST((dead->front().entry == asked.id));
}

BOOST_AUTO_TEST_CASE(a_claim_keeps_others_away_until_it_is_over) {
  const RequestRecord asked = pending("u1");
  // As a sender leaves it that died between claim and note.
  for (const std::string& value : values(asked.dn, "habOutbox")) {
    MailJob claimed = *decode_job(value);
    claimed.claim = "somebody";
    claimed.next = clock.now() + Duration(60000);
    const ldap::Layout& layout = directory->layout();
    using Op = ldap::Change::Op;
    BOOST_REQUIRE(directory
                      ->modify(ldap::Identity::kDecisions, *ldap::Dn::parse(asked.dn),
                               {ldap::change(layout, Op::kDelete, ldap::Attr::kHabOutbox, {value}),
                                ldap::change(layout, Op::kAdd, ldap::Attr::kHabOutbox,
                                             {encode_job(claimed)})})
                      .ok());
  }
  BOOST_TEST(*send_due_mails(*services) == 0u);
  clock.move(Duration(60001));
  BOOST_TEST(*send_due_mails(*services) == 3u);
}

BOOST_AUTO_TEST_CASE(two_senders_send_each_mail_once) {
  for (const char* user : {"u1", "u2", "u3"}) pending(user);
  std::size_t first = 0, second = 0;
  std::thread other([&] { second = *send_due_mails(*services); });
  first = *send_due_mails(*services);
  other.join();
  BOOST_TEST(first + second == 9u);
  BOOST_TEST(occurrences(mta.arguments(), "\n") == 9u);
}

BOOST_AUTO_TEST_CASE(a_program_that_hangs_is_killed_with_its_children) {
  mta.ends_with("sleep 100");
  const auto start = std::chrono::steady_clock::now();
  const int code =
      run_sendmail({mta.program(), "a@example.org", *Email::parse("b@example.org"), Duration(300)},
                   "Subject: x\r\n\r\nx\r\n");
  BOOST_TEST(code == 75);
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(a_program_that_reads_nothing_or_is_missing_does_no_harm) {
  const std::string long_message(1 << 20, 'x');
  mta.ends_before_reading("exit 69");
  const Delivery delivery{mta.program(), "a@example.org", *Email::parse("b@example.org"),
                          Duration(2000)};
  BOOST_TEST(run_sendmail(delivery, long_message) == 69);
  mta.ends_before_reading("sleep 100");
  Delivery hasty = delivery;
  hasty.deadline = Duration(300);
  BOOST_TEST(run_sendmail(hasty, long_message) == 75);
  hasty.program = folder + "/nothing-here";
  BOOST_TEST(run_sendmail(hasty, "x") == 75);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
