// Two managers at once, from one process and from two, and what a crash leaves behind.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/support/process.h"
#include "tests/workflow/site.h"
#include "workflow/effects.h"
#include "workflow/outbox.h"
#include "workflow/reconcile.h"
#include "workflow/request_entry.h"

namespace habilitd::workflow {
namespace {

using namespace tests;

// A second host: its own connections, mirror, locks and audit log.
struct OtherHost {
  explicit OtherHost(Site& site)
      : directory(Site::directory_options(), site.log, site.metrics),
        audit(*Audit::open(site.folder + "/audit-2", site.clock)),
        services(directory, *site.catalogue, *audit, site.clock, site.log, site.metrics,
                 site.services->settings) {
    directory.start();
    while (!directory.view().ok()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ~OtherHost() { directory.stop(); }
  ldap::Directory directory;
  std::unique_ptr<Audit> audit;
  Services services;
};

std::size_t count_of(const std::vector<std::string>& values, std::string_view start) {
  return static_cast<std::size_t>(std::count_if(
      values.begin(), values.end(), [&](const std::string& v) { return v.starts_with(start); }));
}

// A record as a crash right after the decision leaves it.
RequestRecord decided_but_not_applied(Site& site, const std::string& user) {
  const RequestRecord before = site.pending(user);
  RequestRecord after = before;
  after.state = State::kApproved;
  after.history.push_back(
      {"approved", site.clock.now(), site.id("m1"), "Marie Curie", {}, {}, {}, 0});
  const auto swapped = swap_request(*site.services, before, after, {{kGrantEffect}, {}, {}});
  BOOST_REQUIRE(swapped.ok());
  return after;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(races, Site)

BOOST_AUTO_TEST_CASE(of_two_managers_exactly_one_decides_and_one_set_of_mails_is_written) {
  OtherHost host(*this);
  const Actor m1 = actor("m1"), m2 = actor("m2");
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  std::size_t wrong_winners = 0, wrong_mails = 0, wrong_members = 0, wrong_losers = 0, approved = 0;
  for (int round = 0; round < 200; ++round) {
    const RequestRecord asked = pending("u1");
    host.directory.mirror().wait_for(asked.id.entry(), "", std::chrono::seconds(2));
    Services& second = round % 2 == 0 ? host.services : *services;
    Result<Outcome> yes = Error{}, no = Error{};
    std::thread other([&] { no = refuse(second, m2, asked.id, form(asked, "Non.")); });
    yes = approve(*services, m1, asked.id, form(asked));
    other.join();
    const RequestRecord now = stored(asked.id);
    const auto waiting = mails(asked.id);
    if (yes.ok() == no.ok()) ++wrong_winners;
    const Error& loser = yes.ok() ? no.error() : yes.error();
    if (loser.code != Errc::kConflict || loser.reason != "already-decided") ++wrong_losers;
    if (count_of(waiting, "request-approved") + count_of(waiting, "request-refused") != 1)
      ++wrong_mails;
    if (count_of(waiting, "handled-by") != 1) ++wrong_mails;
    if (holds("u1", "consultation") != yes.ok()) ++wrong_members;
    if (yes.ok() != (now.state == State::kActive)) ++wrong_members;
    if (yes.ok()) {
      ++approved;
      BOOST_REQUIRE(revoke(*services, m1, holding, {0, "", "Suite.", {}}).ok());
    }
  }
  BOOST_TEST(wrong_winners == 0u);
  BOOST_TEST(wrong_losers == 0u);
  BOOST_TEST(wrong_mails == 0u);
  BOOST_TEST(wrong_members == 0u);
  BOOST_TEST_MESSAGE("approved in " << approved << " of 200 rounds");
}

// The state stays pending here: the revision alone decides.
BOOST_AUTO_TEST_CASE(of_two_votes_at_once_for_the_same_stage_one_counts) {
  OtherHost host(*this);
  const Actor m1 = actor("m1"), m2 = actor("m2");
  std::size_t wrong = 0;
  for (int round = 0; round < 30; ++round) {
    const RequestRecord asked = pending("u1", "gestionnaire");
    host.directory.mirror().wait_for(asked.id.entry(), "", std::chrono::seconds(2));
    Result<Outcome> one = Error{}, two = Error{};
    std::thread other([&] { two = approve(host.services, m2, asked.id, form(asked)); });
    one = approve(*services, m1, asked.id, form(asked));
    other.join();
    const RequestRecord now = stored(asked.id);
    // A loser who looked before the vote holds an old revision; one who looked after it waits in
    // the wrong stage.
    const std::string loser = one.ok() ? reason_of(two) : reason_of(one);
    const bool told = loser == "stale-revision" || loser == "not-an-approver";
    if (one.ok() == two.ok() || now.history.size() != 2 || !told) ++wrong;
    BOOST_REQUIRE(cancel(*services, actor("u1"), now.id, form(now)).ok());
  }
  BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_CASE(two_submissions_at_once_open_one_request) {
  OtherHost host(*this);
  std::size_t wrong = 0;
  for (int round = 0; round < 30; ++round) {
    const Actor u1 = actor("u1");
    const Ask asked = ask("u1", "consultation");
    Result<Outcome> one = Error{}, two = Error{};
    std::thread other([&] { two = submit(host.services, u1, asked); });
    one = submit(*services, u1, asked);
    other.join();
    const std::string loser = one.ok() ? reason_of(two) : reason_of(one);
    if (one.ok() == two.ok() || loser != "request-open") ++wrong;
    const RequestRecord& open = one.ok() ? one->record : two->record;
    BOOST_REQUIRE(cancel(*services, u1, open.id, form(open)).ok());
  }
  BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_CASE(two_roles_that_exclude_each_other_are_not_granted_at_once) {
  granted("u1");
  std::size_t both = 0;
  for (int round = 0; round < 20; ++round) {
    const Actor m1 = actor("m1"), m2 = actor("m2");
    const Ask first = ask("u1", "saisie"), second = ask("u1", "validation");
    Result<Outcome> one = Error{}, two = Error{};
    std::thread other([&] { two = add(*services, m2, second); });
    one = add(*services, m1, first);
    other.join();
    BOOST_TEST((one.ok() || two.ok()));
    if (holds("u1", "saisie") && holds("u1", "validation")) ++both;
    for (const char* role : {"saisie", "validation"}) {
      if (!holds("u1", role)) continue;
      const Holding holding{id("u1"), "soffi", role, siret(kS1)};
      BOOST_REQUIRE(revoke(*services, m1, holding, {0, "", "Suite.", {}}).ok());
    }
  }
  BOOST_TEST(both == 0u);
}

BOOST_AUTO_TEST_CASE(a_crash_between_decision_and_effects_is_repaired) {
  const RequestRecord left = decided_but_not_applied(*this, "u1");
  BOOST_TEST(!holds("u1", "consultation"));
  BOOST_TEST(reconcile(*services)->effects_finished == 0u);  // too young: its use case is at work
  clock.move(Duration(6000));
  BOOST_TEST(reconcile(*services, true)->effects_finished == 1u);
  BOOST_TEST(!holds("u1", "consultation"));  // a dry run changes nothing
  BOOST_TEST(reconcile(*services)->effects_finished == 1u);
  BOOST_TEST(holds("u1", "consultation"));
  BOOST_TEST((stored(left.id).state == State::kActive));
  BOOST_TEST(reconcile(*services)->effects_finished == 0u);
}

BOOST_AUTO_TEST_CASE(a_decision_whose_groups_name_is_taken_says_so_until_the_name_is_free) {
  const std::string squatter =
      "dn: cn=soffi.consultation.73282932000074,ou=groups,dc=example,dc=org";
  ldif(squatter +
       "\nobjectClass: groupOfNames\nmember: cn=habilitd,ou=services,dc=example,dc=org\n");
  const RequestRecord left = decided_but_not_applied(*this, "u1");
  BOOST_TEST(reason_of(apply_effects(*services, left.id)) == "habilitation-name-taken");
  BOOST_TEST(habilitd::tests::read_file(folder + "/log").find("grant.name-taken") !=
             std::string::npos);
  clock.move(Duration(6000));
  const auto pass = reconcile(*services);
  BOOST_REQUIRE(pass.ok());
  BOOST_TEST(pass->problems.size() == 1u);
  ldif(squatter + "\nchangetype: delete\n");
  BOOST_TEST(reconcile(*services)->effects_finished == 1u);
  BOOST_TEST(holds("u1", "consultation"));
}

BOOST_AUTO_TEST_CASE(a_grant_not_yet_applied_counts_for_the_separation_of_duties) {
  granted("u1");
  const RequestRecord before = pending("u1", "saisie");
  RequestRecord after = before;
  after.state = State::kApproved;
  after.history.push_back({"approved", clock.now(), id("m1"), "Marie Curie", {}, {}, {}, 0});
  BOOST_REQUIRE(swap_request(*services, before, after, {{kGrantEffect}, {}, {}}).ok());
  BOOST_TEST(reason_of(add(*services, actor("m1"), ask("u1", "validation"))) == "sod-exclusive");
}

BOOST_AUTO_TEST_CASE(what_was_granted_to_somebody_who_is_gone_is_cancelled) {
  const RequestRecord left = decided_but_not_applied(*this, "u3");
  ldif("dn: " + dn("u3") + "\nchangetype: delete\n");
  BOOST_TEST(reason_of(apply_effects(*services, left.id)) == "");
  BOOST_TEST((stored(left.id).state == State::kCancelled));
  const auto waiting = mails(left.id);
  BOOST_TEST(count_of(waiting, "cancelled>u3@example.org") == 1u);
}

BOOST_AUTO_TEST_CASE(a_late_withdrawal_leaves_a_newer_habilitation_alone) {
  const RequestRecord first = granted("u1");
  RequestRecord ended = stored(first.id);
  ended.state = State::kEnded;
  ended.history.push_back({"revoked", clock.now(), id("m1"), "Marie Curie", {}, "x", {}, 0});
  BOOST_REQUIRE(swap_request(*services, stored(first.id), ended, {{kWithdrawEffect}, {}, {}}).ok());
  // The member is still there, as after a crash; the role is granted again by another record.
  RequestRecord again = ended;
  again.state = State::kApproved;
  again.revision = 1;
  again.history = {{"granted", clock.now(), id("m1"), "Marie Curie", {}, {}, {}, 0}};
  BOOST_REQUIRE(add_request(*services, again, {{kGrantEffect}, {}, {}}).ok());
  BOOST_REQUIRE(apply_effects(*services, again.id).ok());
  clock.move(Duration(6000));
  BOOST_TEST(reconcile(*services)->effects_finished == 1u);
  BOOST_TEST(holds("u1", "consultation"));
}

BOOST_AUTO_TEST_CASE(revoking_what_is_not_applied_yet_applies_it_first) {
  const RequestRecord left = decided_but_not_applied(*this, "u1");
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  const auto outcome = revoke(*services, actor("m1"), holding, {0, "", "Parti.", {}});
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_TEST((stored(left.id).state == State::kEnded));
  BOOST_TEST(!holds("u1", "consultation"));
}

BOOST_AUTO_TEST_CASE(derived_values_follow_membership_again) {
  granted("u1");
  ldif("dn: " + dn("u1") +
       "\nchangetype: modify\nreplace: habilitation\n"
       "habilitation: soffi:forged:73282932000074\n");
  ldif("dn: " + dn("u2") +
       "\nchangetype: modify\nadd: habilitation\n"
       "habilitation: soffi:consultation:73282932000074\n");
  settle();
  BOOST_TEST(reconcile(*services)->values_repaired == 2u);
  BOOST_TEST(derived("u1") == (std::vector<std::string>{"soffi:consultation:73282932000074"}),
             boost::test_tools::per_element());
  BOOST_TEST(derived("u2").empty());
  BOOST_TEST(reconcile(*services)->values_repaired == 0u);
}

BOOST_AUTO_TEST_CASE(requests_of_accounts_that_others_deleted_are_closed) {
  const RequestRecord asked = pending("u3");
  ldif("dn: " + dn("u3") + "\nchangetype: delete\n");
  settle();
  BOOST_REQUIRE(reconcile(*services).ok());
  BOOST_TEST((stored(asked.id).state == State::kCancelled));
}

BOOST_AUTO_TEST_CASE(a_decision_while_the_directory_is_down_changes_nothing) {
  const RequestRecord asked = pending("u1");
  slapd().stop();
  const auto outcome = approve(*services, actor("m1"), asked.id, form(asked));
  slapd().start();
  BOOST_REQUIRE(!outcome.ok());
  BOOST_TEST((outcome.error().code == Errc::kUnavailable ||
              outcome.error().code == Errc::kUnknownOutcome));
  BOOST_TEST((stored(asked.id).state == State::kPending));
  for (int i = 0; i < 1000 && !directory->view().ok(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  settle();
  BOOST_TEST(reason_of(approve(*services, actor("m1"), asked.id, form(asked))) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
