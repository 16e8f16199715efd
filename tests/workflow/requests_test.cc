#include "workflow/requests.h"

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <thread>

#include "tests/workflow/site.h"
#include "workflow/decisions.h"
#include "workflow/rights.h"

namespace habilitd::workflow {
namespace {

using namespace tests;
using Mails = std::vector<std::string>;

bool audited(const Site& site, const std::string& event, const std::string& result) {
  std::istringstream lines(site.audit_log());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"event\":\"" + event + "\"") != std::string::npos &&
        line.find("\"result\":\"" + result + "\"") != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(requests, Site)

// Names come from the mirror only to ask all at once; here it has stopped before both were renamed.
BOOST_AUTO_TEST_CASE(facts_that_permit_a_write_are_the_directory_s_under_its_own_names) {
  granted("u1");
  const Actor m1 = actor("m1");
  const Question question{m1, "approve", id("u1"), "soffi", "saisie", siret(kS1), std::nullopt};
  directory->mirror().stop();
  for (const char* user : {"u1", "m1"}) {
    ldif("dn: " + dn(user) + "\nchangetype: modrdn\nnewrdn: uid=renamed-" + user +
         "\ndeleteoldrdn: 1\n");
  }
  const auto members = [&] {
    return values(
        std::string("cn=soffi.consultation.") + kS1 + ",ou=habilitations,dc=example,dc=org",
        "member");
  };
  const std::string renamed = dn("renamed-u1");
  for (int i = 0; i < 200; ++i) {
    const auto now = members();
    if (std::find(now.begin(), now.end(), renamed) != now.end()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto facts = gather_facts(*services, question, Source::kDirectory);
  BOOST_REQUIRE_MESSAGE(facts.ok(), reason_of(facts));
  BOOST_TEST(facts->at("target").at("roles") == Json::array({"consultation"}));
  BOOST_TEST(facts->at("subject").at("manages") == Json::array({kS1}));
}

BOOST_AUTO_TEST_CASE(a_request_is_pending_and_its_managers_and_asker_are_told) {
  const RequestRecord record = stored(pending("u1").id);
  BOOST_TEST((record.state == State::kPending));
  BOOST_TEST(record.revision == 1);
  BOOST_TEST(record.person_name == "Test_4 Test_3");
  BOOST_TEST(record.structure_label == "TEST - TEST");
  BOOST_TEST(record.application_label == "SOFFi");
  BOOST_TEST(record.role_label == "Consultation");
  BOOST_TEST(record.justification == "J'en ai besoin pour mon travail.");
  BOOST_TEST(record.approval.at("id") == "default");
  BOOST_TEST(!record.attach);
  BOOST_REQUIRE(record.due.has_value());
  BOOST_TEST(to_rfc3339(*record.due) == "2026-04-07T10:00:00Z");
  BOOST_TEST(mails(record.id) ==
                 (Mails{"request-receipt>u1@example.org", "request-received>m1@example.org",
                        "request-received>m2@example.org"}),
             boost::test_tools::per_element());
  BOOST_TEST(audited(*this, "request.submit", "intended"));
  BOOST_TEST(audited(*this, "request.submit", "done"));
}

BOOST_AUTO_TEST_CASE(approving_makes_a_member_and_tells_the_person_and_the_other_manager) {
  const RequestRecord asked = pending("u1");
  const auto outcome = approve(*services, actor("m1"), asked.id, form(asked));
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_TEST((outcome->record.state == State::kActive));
  BOOST_TEST(holds("u1", "consultation"));
  BOOST_TEST(derived("u1") == (Mails{std::string("soffi:consultation:") + kS1}),
             boost::test_tools::per_element());
  const RequestRecord record = stored(asked.id);
  BOOST_TEST((record.state == State::kActive));
  BOOST_TEST(record.revision == 3);
  BOOST_TEST(record.last("approved")->by_name == "Marie Curie");
  BOOST_TEST(to_rfc3339(*record.until) == "2027-03-08T10:00:00Z");  // maxDuration P1Y
  BOOST_TEST(values(record.dn, "habEffect").empty());
  const Mails waiting = mails(asked.id);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "request-approved>u1@example.org") == 1);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "handled-by>m2@example.org") == 1);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "handled-by>m1@example.org") == 0);
}

BOOST_AUTO_TEST_CASE(refusing_needs_a_reason_and_grants_nothing) {
  const RequestRecord asked = pending("u1");
  BOOST_TEST(reason_of(refuse(*services, actor("m1"), asked.id, form(asked, "  "))) ==
             "reason-missing");
  BOOST_TEST((stored(asked.id).state == State::kPending));
  const auto outcome = refuse(*services, actor("m1"), asked.id, form(asked, "Plus de place."));
  BOOST_REQUIRE(outcome.ok());
  BOOST_TEST((stored(asked.id).state == State::kRefused));
  BOOST_TEST(stored(asked.id).last("refused")->reason == "Plus de place.");
  BOOST_TEST(!holds("u1", "consultation"));
  BOOST_TEST(values(stored(asked.id).dn, "habSlot").empty());
}

BOOST_AUTO_TEST_CASE(a_closed_request_leaves_room_for_a_new_one) {
  const RequestRecord first = pending("u1");
  BOOST_TEST(reason_of(submit(*services, actor("u1"), ask("u1", "consultation"))) ==
             "request-open");
  BOOST_REQUIRE(refuse(*services, actor("m1"), first.id, form(first, "Non.")).ok());
  BOOST_TEST(reason_of(submit(*services, actor("u1"), ask("u1", "consultation"))) == "");
}

BOOST_AUTO_TEST_CASE(somebody_not_attached_is_attached_by_the_approval) {
  const RequestRecord asked = pending("u3");
  BOOST_TEST(asked.attach);
  BOOST_REQUIRE(approve(*services, actor("m2"), asked.id, form(asked)).ok());
  const auto members =
      values(std::string("cn=") + kS1 + ",ou=structures,dc=example,dc=org", "member");
  BOOST_TEST(std::count(members.begin(), members.end(), dn("u3")) == 1);
  BOOST_TEST(holds("u3", "consultation"));
}

BOOST_AUTO_TEST_CASE(the_asker_cancels_and_nobody_can_decide_any_more) {
  const RequestRecord asked = pending("u1");
  BOOST_TEST(reason_of(cancel(*services, actor("u2"), asked.id, form(asked))) == "unknown-request");
  BOOST_TEST(reason_of(cancel(*services, actor("m1"), asked.id, form(asked))) == "not-the-asker");
  BOOST_REQUIRE(cancel(*services, actor("u1"), asked.id, form(asked)).ok());
  BOOST_TEST(reason_of(approve(*services, actor("m1"), asked.id, form(asked))) ==
             "already-decided");
  BOOST_TEST(!holds("u1", "consultation"));
  const Mails waiting = mails(asked.id);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "cancelled>m1@example.org") == 1);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "cancelled>u1@example.org") == 0);
}

BOOST_AUTO_TEST_CASE(a_direct_grant_is_born_approved_and_active_at_the_end) {
  const auto outcome = add(*services, actor("m1"), ask("u1", "consultation"));
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_TEST((outcome->record.state == State::kActive));
  BOOST_TEST(outcome->record.direct);
  BOOST_TEST(holds("u1", "consultation"));
  BOOST_TEST(
      mails(outcome->record.id) == (Mails{"granted>u1@example.org", "handled-by>m2@example.org"}),
      boost::test_tools::per_element());
  BOOST_TEST(reason_of(add(*services, actor("m2"), ask("u1", "consultation"))) ==
             "req-already-held");
}

BOOST_AUTO_TEST_CASE(revoking_ends_the_record_and_the_membership) {
  const RequestRecord held = granted("u1");
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  BOOST_TEST(reason_of(revoke(*services, actor("m2"), holding, {held.revision, "", "", {}})) ==
             "reason-missing");
  BOOST_TEST(reason_of(revoke(*services, actor("m3"), holding, {0, "", "Parti.", {}})) ==
             "no-rule");
  BOOST_TEST(reason_of(revoke(*services, actor("m2"), holding, {1, "", "Parti.", {}})) ==
             "stale-revision");
  BOOST_TEST(holds("u1", "consultation"));
  const auto outcome = revoke(*services, actor("m2"), holding, {held.revision, "", "Parti.", {}});
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_TEST((stored(held.id).state == State::kEnded));
  BOOST_TEST(!holds("u1", "consultation"));
  BOOST_TEST(derived("u1").empty());
  const Mails waiting = mails(held.id);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "revoked>u1@example.org") == 1);
  BOOST_TEST(reason_of(revoke(*services, actor("m2"), holding, {0, "", "Parti.", {}})) ==
             "unknown-habilitation");
}

BOOST_AUTO_TEST_CASE(a_member_without_a_record_is_revoked_by_a_record_born_ended) {
  ldif(std::string("dn: cn=soffi.consultation.") + kS1 +
       ",ou=habilitations,dc=example,dc=org\nobjectClass: groupOfNames\n"
       "objectClass: habHabilitation\ncn: soffi.consultation." +
       kS1 + "\nhabApplication: soffi\nhabRole: consultation\nhabSiret: " + kS1 +
       "\nmember: " + dn("u1") + "\n");
  settle();
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  const auto outcome = revoke(*services, actor("m1"), holding, {0, "op-1", "Parti.", {}});
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_TEST((stored(outcome->record.id).state == State::kEnded));
  BOOST_TEST(!holds("u1", "consultation"));  // the group was without the steward: it got one
  const auto again = revoke(*services, actor("m1"), holding, {0, "op-1", "Parti.", {}});
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(again->repeated);
}

BOOST_AUTO_TEST_CASE(adopted_people_without_our_class_hold_roles_without_derived_values) {
  const RequestRecord asked = pending("adopted");
  const auto outcome = approve(*services, actor("m1"), asked.id, form(asked));
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_TEST((outcome->record.state == State::kActive));
  BOOST_TEST(holds("adopted", "consultation"));
  BOOST_TEST(derived("adopted").empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_for_says_why) {
  const auto refusal = [&](const char* user, const Ask& asked) {
    return reason_of(submit(*services, actor(user), asked));
  };
  Ask other = ask("u1", "consultation");
  BOOST_TEST(refusal("u1", ask("u1", "nothing")) == "unknown-role");
  other.application = "nothing";
  BOOST_TEST(refusal("u1", other) == "unknown-application");
  BOOST_TEST(refusal("u1", ask("u1", "consultation", "73282932000108")) == "unknown-structure");
  BOOST_TEST(refusal("u1", ask("u1", "consultation", kClosed)) == "no-rule");
  BOOST_TEST(refusal("u1", ask("u1", "saisie")) == "req-missing-prerequisite");
  BOOST_TEST(refusal("u1", ask("u2", "consultation")) == "request-for-another");
  BOOST_TEST(refusal("unproved", ask("unproved", "consultation")) == "no-rule");
  BOOST_TEST(refusal("off", ask("off", "consultation")) == "actor-disabled");
  other = ask("u1", "consultation");
  other.justification = "court";
  BOOST_TEST(refusal("u1", other) == "justification-short");
  other.justification.assign(501, 'x');
  BOOST_TEST(refusal("u1", other) == "justification-long");
  other.justification = "un texte avec\u202e renversement";
  BOOST_TEST(refusal("u1", other) == "text-invalid");
  other = ask("u1", "consultation");
  other.until = clock.now();
  BOOST_TEST(refusal("u1", other) == "until-past");
  other.until = clock.now() + Duration(std::chrono::hours(24 * 400));
  BOOST_TEST(refusal("u1", other) == "until-too-late");
  BOOST_TEST(audited(*this, "request.submit", "refused"));
  BOOST_TEST(!audited(*this, "request.submit", "intended"));
}

BOOST_AUTO_TEST_CASE(only_so_many_requests_may_wait) {
  granted("u1");
  pending("u1", "saisie");
  pending("u1", "validation");
  pending("u1", "gestionnaire");
  Ask more = ask("u1", "consultation");
  BOOST_TEST(reason_of(submit(*services, actor("u1"), more)) == "req-already-held");
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  BOOST_REQUIRE(revoke(*services, actor("m1"), holding, {0, "", "Test.", {}}).ok());
  BOOST_TEST(reason_of(submit(*services, actor("u1"), more)) == "too-many-pending");
}

BOOST_AUTO_TEST_CASE(who_may_not_decide_is_told_no_more_than_due) {
  const RequestRecord asked = pending("u1");
  BOOST_TEST(reason_of(approve(*services, actor("u1"), asked.id, form(asked))) ==
             "no-self-decision");
  BOOST_TEST(reason_of(approve(*services, actor("u2"), asked.id, form(asked))) ==
             "unknown-request");
  BOOST_TEST(reason_of(approve(*services, actor("m3"), asked.id, form(asked))) ==
             "unknown-request");
  BOOST_TEST(reason_of(approve(*services, actor("m1"), RequestId(EntryUuid::random()),
                               form(asked))) == "unknown-request");
  BOOST_TEST((stored(asked.id).state == State::kPending));
  BOOST_TEST(audited(*this, "request.approve", "refused"));
}

BOOST_AUTO_TEST_CASE(nobody_decides_on_their_own_request_but_another_manager_can) {
  const RequestRecord asked = pending("m1");
  BOOST_TEST(mails(asked.id) ==
                 (Mails{"request-receipt>m1@example.org", "request-received>m2@example.org"}),
             boost::test_tools::per_element());
  BOOST_TEST(reason_of(approve(*services, actor("m1"), asked.id, form(asked))) ==
             "no-self-decision");
  BOOST_TEST(reason_of(refuse(*services, actor("m1"), asked.id, form(asked, "Non."))) ==
             "no-self-decision");
  BOOST_TEST(reason_of(approve(*services, actor("m2"), asked.id, form(asked))) == "");
}

BOOST_AUTO_TEST_CASE(a_sole_managers_own_request_goes_to_the_fallback) {
  const RequestRecord asked = pending("m3", "consultation", kS2);
  BOOST_TEST(mails(asked.id) ==
                 (Mails{"request-receipt>m3@example.org", "request-received>o1@example.org"}),
             boost::test_tools::per_element());
  BOOST_TEST(reason_of(approve(*services, actor("a1"), asked.id, form(asked))) == "");
  BOOST_TEST(holds("m3", "consultation", kS2));
}

BOOST_AUTO_TEST_CASE(separation_of_duties_is_judged_again_at_the_decision) {
  granted("u1");
  const RequestRecord asked = pending("u1", "validation");
  granted("u1", "saisie");
  BOOST_TEST(reason_of(approve(*services, actor("m1"), asked.id, form(asked))) == "sod-exclusive");
  BOOST_TEST((stored(asked.id).state == State::kPending));
  BOOST_TEST(!holds("u1", "validation"));
}

BOOST_AUTO_TEST_CASE(a_role_withdrawn_from_the_catalogue_cancels_the_request) {
  const RequestRecord asked = pending("u1");
  ldif(std::string("dn: cn=") + kS1 + ",ou=structures,dc=example,dc=org\nchangetype: delete\n");
  settle();
  BOOST_TEST(reason_of(approve(*services, actor("a1"), asked.id, form(asked))) ==
             "unknown-request");
  const Actor client{Actor::Kind::kClient, EntryUuid::random(), "entra", {}, {"grant:*"}};
  BOOST_TEST(reason_of(approve(*services, client, asked.id, form(asked))) == "unknown-structure");
  BOOST_TEST((stored(asked.id).state == State::kCancelled));
  const Mails waiting = mails(asked.id);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "cancelled>u1@example.org") == 1);
}

BOOST_AUTO_TEST_CASE(clients_grant_what_their_token_allows) {
  const Actor narrow{Actor::Kind::kClient, EntryUuid::random(), "okta", {}, {"grant:soffi.saisie"}};
  const Actor wide{Actor::Kind::kClient, EntryUuid::random(), "entra", {}, {"grant:*"}};
  BOOST_TEST(reason_of(add(*services, narrow, ask("u1", "consultation"))) == "no-rule");
  BOOST_TEST(reason_of(add(*services, wide, ask("u1", "consultation"))) == "");
  BOOST_TEST(reason_of(add(*services, narrow, ask("u1", "saisie"))) == "");
}

BOOST_AUTO_TEST_CASE(a_repeated_form_shows_the_same_result_and_does_nothing) {
  Ask asked = ask("u1", "consultation");
  asked.operation = "op-submit";
  const auto first = submit(*services, actor("u1"), asked);
  const auto again = submit(*services, actor("u1"), asked);
  BOOST_REQUIRE(first.ok() && again.ok());
  BOOST_TEST(!first->repeated);
  BOOST_TEST(again->repeated);
  BOOST_TEST((again->record.id == first->record.id));
  const RequestRecord record = first->record;
  BOOST_REQUIRE(approve(*services, actor("m1"), record.id, form(record, "", "op-approve")).ok());
  const auto replay = approve(*services, actor("m1"), record.id, form(record, "", "op-approve"));
  BOOST_REQUIRE(replay.ok());
  BOOST_TEST(replay->repeated);
  BOOST_TEST(reason_of(approve(*services, actor("m2"), record.id,
                               form(record, "", "op-approve"))) == "already-decided");
  BOOST_TEST(submit(*services, actor("u1"), asked)->repeated);
  BOOST_TEST(stored(record.id).revision == 3);
}

BOOST_AUTO_TEST_CASE(a_repeated_direct_grant_is_not_refused_as_already_held) {
  Ask asked = ask("u1", "consultation");
  asked.operation = "op-add";
  BOOST_REQUIRE(add(*services, actor("m1"), asked).ok());
  const auto again = add(*services, actor("m1"), asked);
  BOOST_REQUIRE_MESSAGE(again.ok(), reason_of(again));
  BOOST_TEST(again->repeated);
}

BOOST_AUTO_TEST_CASE(a_stale_form_fails) {
  const RequestRecord asked = pending("u1");
  Decided stale = form(asked);
  stale.revision = 7;
  const auto outcome = approve(*services, actor("m1"), asked.id, stale);
  BOOST_REQUIRE(!outcome.ok());
  BOOST_TEST((outcome.error().code == Errc::kStale));
  BOOST_TEST(!holds("u1", "consultation"));
}

BOOST_AUTO_TEST_CASE(appointing_a_manager_takes_two_stages_and_two_people) {
  const RequestRecord asked = pending("u1", "gestionnaire");
  BOOST_TEST(reason_of(approve(*services, actor("o1"), asked.id, form(asked))) ==
             "unknown-request");
  const auto first = approve(*services, actor("m1"), asked.id, form(asked));
  BOOST_REQUIRE_MESSAGE(first.ok(), reason_of(first));
  BOOST_TEST((first->record.state == State::kPending));
  BOOST_TEST(first->record.stage == 1);
  BOOST_TEST(!holds("u1", "gestionnaire"));
  const Mails waiting = mails(asked.id);
  BOOST_TEST(std::count(waiting.begin(), waiting.end(), "request-received>o1@example.org") == 1);
  BOOST_TEST(reason_of(approve(*services, actor("m2"), asked.id, form(first->record))) ==
             "not-an-approver");
  const auto second = approve(*services, actor("o1"), asked.id, form(first->record));
  BOOST_REQUIRE_MESSAGE(second.ok(), reason_of(second));
  BOOST_TEST((second->record.state == State::kActive));
  BOOST_TEST(manages_anything(*services, actor("u1"), "soffi"));
}

BOOST_AUTO_TEST_CASE(an_administrator_does_not_vote_in_two_stages) {
  const RequestRecord asked = pending("u1", "gestionnaire");
  const auto first = approve(*services, actor("a1"), asked.id, form(asked));
  BOOST_REQUIRE_MESSAGE(first.ok(), reason_of(first));
  BOOST_TEST(reason_of(approve(*services, actor("a1"), asked.id, form(first->record))) ==
             "voted-before");
}

BOOST_AUTO_TEST_CASE(a_structure_keeps_a_manager) {
  const RequestRecord asked = pending("u1", "gestionnaire", kS2);
  const auto first = approve(*services, actor("m3"), asked.id, form(asked));
  BOOST_REQUIRE(first.ok());
  BOOST_REQUIRE(approve(*services, actor("a1"), asked.id, form(first->record)).ok());
  ldif(std::string("dn: cn=") + kS2 +
       ",ou=structures,dc=example,dc=org\nchangetype: modify\n"
       "delete: owner\n");
  settle();
  const Holding holding{id("u1"), "soffi", "gestionnaire", siret(kS2)};
  BOOST_TEST(reason_of(revoke(*services, actor("a1"), holding, {0, "", "Test.", {}})) ==
             "last-manager");
}

BOOST_AUTO_TEST_CASE(a_deactivated_manager_decides_no_more) {
  const RequestRecord asked = pending("u1");
  const Actor manager = actor("m1");
  ldif("dn: " + dn("m1") + "\nchangetype: modify\nadd: habActive\nhabActive: FALSE\n");
  const auto outcome = approve(*services, manager, asked.id, form(asked));
  BOOST_REQUIRE(!outcome.ok());
  BOOST_TEST((stored(asked.id).state == State::kPending));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
