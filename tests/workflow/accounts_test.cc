#include "workflow/accounts.h"

#include <boost/test/unit_test.hpp>

#include "base/crypto.h"
#include "tests/workflow/site.h"
#include "workflow/sessions.h"
#include "workflow/sign_in_limiter.h"
#include "workflow/tokens.h"

namespace habilitd::workflow {
namespace {

using namespace tests;

constexpr const char* kPassword = "un long mot de passe";

ldap::Attributes new_person(const std::string& user, const std::string& more = {}) {
  ldap::Attributes attributes{{"uid", {user}},
                              {"cn", {"New Person"}},
                              {"sn", {"Person"}},
                              {"mail", {user + "@example.org"}}};
  if (!more.empty()) attributes.push_back({"objectClass", {more}});
  return attributes;
}

Decided holding_form() { return {0, "", "Test.", std::nullopt}; }

struct People : Site {
  EntryUuid create(const std::string& user) {
    const Secret password{std::string(kPassword)};
    const auto written = create_account(*services, Actor::system(), new_person(user), &password);
    BOOST_REQUIRE_MESSAGE(written.ok(), reason_of(written));
    return written->id;
  }
  std::string try_sign_in(const std::string& user, const std::string& password) {
    return reason_of(sign_in(*services, user, Secret(password), "192.0.2.1"));
  }
  Result<ldap::Written> set_active(const EntryUuid& id, const char* value) {
    return change_account(*services, Actor::system(), id,
                          {ldap::change(directory->layout(), ldap::Change::Op::kReplace,
                                        ldap::Attr::kHabActive, {value})},
                          nullptr, {});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(accounts, People)

BOOST_AUTO_TEST_CASE(a_new_account_has_a_lasting_name_our_classes_and_a_password) {
  const EntryUuid id = create("new1");
  const auto person = find_person(*directory->view(), id);
  BOOST_REQUIRE(person.ok());
  BOOST_TEST(person->dn.starts_with("habKey="));
  BOOST_TEST(person->user_name == "new1");
  BOOST_TEST(try_sign_in("new1", kPassword) == "");
  BOOST_TEST(try_sign_in("NEW1", kPassword) == "");
  BOOST_TEST(try_sign_in("new1@example.org", kPassword) == "");
}

BOOST_AUTO_TEST_CASE(a_user_name_is_taken_once_and_a_refused_password_leaves_no_account) {
  create("new2");
  BOOST_TEST(reason_of(create_account(*services, Actor::system(), new_person("new2"), nullptr)) ==
             "uniqueness");
  const Secret weak{std::string("court")};
  const auto refused = create_account(*services, Actor::system(), new_person("new3"), &weak);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.error().code == Errc::kInvalid));
  BOOST_TEST(!find_person_by_login(*directory->view(), "new3").ok());
}

BOOST_AUTO_TEST_CASE(unknown_wrong_and_disabled_are_refused_alike) {
  const EntryUuid id = create("new4");
  BOOST_TEST(try_sign_in("new4", "wrong") == "sign-in-refused");
  BOOST_TEST(try_sign_in("nobody", kPassword) == "sign-in-refused");
  BOOST_TEST(try_sign_in("new4", "") == "sign-in-refused");
  BOOST_TEST(try_sign_in("*", kPassword) == "sign-in-refused");
  BOOST_REQUIRE(set_active(id, "FALSE").ok());
  BOOST_TEST(try_sign_in("new4", kPassword) == "sign-in-refused");
}

BOOST_AUTO_TEST_CASE(guessing_slows_down_and_waiting_helps) {
  create("new5");
  for (int i = 0; i < 11; ++i) BOOST_TEST(try_sign_in("new5", "wrong") == "sign-in-refused");
  const auto slowed = sign_in(*services, "NEW5", Secret(kPassword), "192.0.2.9");
  BOOST_REQUIRE(!slowed.ok());
  BOOST_TEST((slowed.error().code == Errc::kTooMany));
  BOOST_TEST(slowed.error().reason == "slow-down");
  BOOST_TEST(slowed.error().detail == "1");
  clock.move(Duration(1000));
  BOOST_TEST(try_sign_in("new5", "wrong") == "sign-in-refused");
  BOOST_TEST(sign_in(*services, "new5", Secret(kPassword), "x").error().detail == "2");
  clock.move(Duration(2000));
  BOOST_TEST(try_sign_in("new5", kPassword) == "");
  BOOST_TEST(try_sign_in("new5", "wrong") == "sign-in-refused");  // forgiven
  BOOST_TEST(try_sign_in("new5", kPassword) == "");
}

BOOST_AUTO_TEST_CASE(deactivation_ends_sessions_and_cancels_requests) {
  const EntryUuid id = create("new6");
  const auto person = find_person(*directory->view(), id);
  const Secret secret = *open_session(*services, *person, false);
  const auto asked = submit(*services, Actor::person(id, "New", ""), ask("new6", "consultation"));
  BOOST_REQUIRE(asked.ok());
  BOOST_REQUIRE(set_active(id, "FALSE").ok());
  BOOST_TEST(reason_of(find_session(*services, secret)) == "no-session");
  BOOST_TEST((stored(asked->record.id).state == State::kCancelled));
  BOOST_REQUIRE(set_active(id, "TRUE").ok());
  BOOST_TEST(reason_of(find_session(*services, secret)) == "no-session");  // gone, not asleep
}

BOOST_AUTO_TEST_CASE(a_deleted_account_leaves_groups_and_its_records_keep_their_text) {
  const EntryUuid id = create("new7");
  const auto held = add(*services, actor("m1"), ask("new7", "consultation"));
  const auto asked = submit(*services, Actor::person(id, "New", ""), ask("new7", "saisie"));
  BOOST_REQUIRE(held.ok() && asked.ok());
  BOOST_REQUIRE(delete_account(*services, Actor::system(), id, {}).ok());
  BOOST_TEST(!find_person(*directory->view(), id).ok());
  BOOST_TEST((stored(held->record.id).state == State::kEnded));
  BOOST_TEST((stored(asked->record.id).state == State::kCancelled));
  BOOST_TEST(stored(held->record.id).person_mail == "new7@example.org");
  BOOST_TEST(reason_of(delete_account(*services, Actor::system(), id, {})) == "unknown-person");
}

BOOST_AUTO_TEST_CASE(a_condition_that_does_not_hold_changes_neither_entry_nor_password) {
  const EntryUuid id = create("new8");
  const ldap::Layout& layout = directory->layout();
  const ldap::WriteOptions wrong{
      ldap::Filter::equals(layout.name(ldap::Attr::kUid), "somebody else")};
  const Secret other{std::string("un autre long mot de passe")};
  const auto title = ldap::change(layout, ldap::Change::Op::kReplace, ldap::Attr::kTitle, {"Dr"});
  BOOST_TEST(reason_of(change_account(*services, Actor::system(), id, {title}, &other, wrong)) ==
             "assertion-failed");
  BOOST_TEST(reason_of(change_account(*services, Actor::system(), id, {title}, nullptr, wrong)) ==
             "assertion-failed");
  BOOST_TEST(try_sign_in("new8", kPassword) == "");
  BOOST_TEST(reason_of(change_account(*services, Actor::system(), id, {title}, &other, {})) == "");
  BOOST_TEST(try_sign_in("new8", "un autre long mot de passe") == "");
}

BOOST_AUTO_TEST_CASE(a_password_changes_with_all_the_rest_or_not_at_all) {
  const EntryUuid id = create("new10");
  create("taken");
  const ldap::Layout& layout = directory->layout();
  const auto person = find_person(*directory->view(), id);
  const Secret session = *open_session(*services, *person, false);
  const Secret good{std::string("un autre long mot de passe")}, weak{std::string("court")};
  const auto change = [&](ldap::Attr attr, const char* value, const Secret& password) {
    return reason_of(change_account(
        *services, Actor::system(), id,
        {ldap::change(layout, ldap::Change::Op::kReplace, attr, {value})}, &password, {}));
  };
  const auto title = [&] {
    return std::string(directory->view()->by_id(id)->first(ldap::Attr::kTitle));
  };
  BOOST_TEST(change(ldap::Attr::kUid, "taken", good) == "uniqueness");
  BOOST_TEST(find_session(*services, session).ok());
  BOOST_TEST(change(ldap::Attr::kTitle, "Dr", weak) == "password-too-short");
  BOOST_TEST(title() == "");
  BOOST_TEST(change(ldap::Attr::kUid, "new11", weak) == "password-too-short");
  BOOST_TEST(try_sign_in("new10", kPassword) == "");
  BOOST_TEST(find_session(*services, session).ok());
  BOOST_TEST(change(ldap::Attr::kTitle, "Dr", good) == "");
  BOOST_TEST(title() == "Dr");
  BOOST_TEST(change(ldap::Attr::kTitle, "Prof", weak) == "password-too-short");
  BOOST_TEST(title() == "Dr");
  BOOST_TEST(!find_session(*services, session).ok());
  BOOST_TEST(try_sign_in("new10", "un autre long mot de passe") == "");
}

BOOST_AUTO_TEST_CASE(changing_ones_password_ends_all_sessions) {
  const EntryUuid id = create("new9");
  const auto person = find_person(*directory->view(), id);
  const Secret session = *open_session(*services, *person, true);
  BOOST_TEST(find_session(*services, session)->must_change_password);
  const Secret old_one{std::string(kPassword)}, new_one{std::string("encore un mot de passe")};
  BOOST_TEST(!change_own_password(*services, id, new_one, new_one).ok());
  BOOST_REQUIRE(change_own_password(*services, id, old_one, new_one).ok());
  BOOST_TEST(!find_session(*services, session).ok());
  BOOST_TEST(try_sign_in("new9", "encore un mot de passe") == "");
}

BOOST_AUTO_TEST_CASE(a_session_lives_while_it_is_used_and_never_longer_than_a_working_day) {
  const auto person = find_person_by_login(*directory->view(), "u1");
  const Secret secret = *open_session(*services, *person, false);
  BOOST_TEST((find_session(*services, secret)->person.id == person->id));
  BOOST_TEST(values(std::string("ou=sessions,dc=example,dc=org"), "ou").size() == 1u);
  for (int minutes = 0; minutes < 460; minutes += 20) {
    clock.move(Duration(20 * 60 * 1000));
    BOOST_TEST(find_session(*services, secret).ok());
  }
  clock.move(Duration(20 * 60 * 1000));
  BOOST_TEST(!find_session(*services, secret).ok());  // eight hours
  const Secret idle = *open_session(*services, *person, false);
  clock.move(Duration(30 * 60 * 1000));
  BOOST_TEST(!find_session(*services, idle).ok());
  BOOST_REQUIRE(sweep_sessions(*services, 100).ok());
  BOOST_TEST(directory->view()->all(ldap::Kind::kSession).empty());
}

BOOST_AUTO_TEST_CASE(only_the_exact_secret_opens_and_signing_out_closes) {
  const auto person = find_person_by_login(*directory->view(), "u1");
  const Secret secret = *open_session(*services, *person, false);
  const std::string text(secret.reveal());
  for (const std::string& wrong :
       {std::string(), text + "x", text.substr(1), std::string(10000, 'x')}) {
    BOOST_TEST(!find_session(*services, Secret(wrong)).ok());
  }
  const std::string print = secret_fingerprint("session", secret);
  BOOST_TEST(!find_session(*services, Secret(print)).ok());
  BOOST_REQUIRE(close_session(*services, secret).ok());
  BOOST_TEST(!find_session(*services, secret).ok());
  BOOST_TEST(close_session(*services, secret).ok());
}

BOOST_AUTO_TEST_CASE(the_last_role_of_a_deactivated_person_stays_revocable) {
  granted("u1");
  BOOST_REQUIRE(set_active(id("u1"), "FALSE").ok());
  const Holding holding{id("u1"), "soffi", "consultation", siret(kS1)};
  BOOST_TEST(reason_of(revoke(*services, actor("m1"), holding, holding_form())) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(tokens, Site)

BOOST_AUTO_TEST_CASE(a_token_is_found_by_its_secret_until_it_expires_or_is_revoked) {
  Client client;
  client.name = "entra";
  client.dialect = "entra";
  client.scopes = {"users:write", "grant:soffi.consultation"};
  client.expires = clock.now() + Duration(60000);
  const auto secret = create_token(*directory, client, clock);
  BOOST_REQUIRE_MESSAGE(secret.ok(), reason_of(secret));
  BOOST_TEST(reason_of(create_token(*directory, client, clock)) == "token-name-taken");
  const std::string text(secret->reveal());
  const auto found = find_client(*directory->view(), text, clock.now());
  BOOST_REQUIRE(found.ok());
  BOOST_TEST(found->name == "entra");
  BOOST_TEST(found->dialect == "entra");
  BOOST_TEST(found->may("users:read"));
  BOOST_TEST(found->may("users:write"));
  BOOST_TEST(!found->may("groups:read"));
  BOOST_TEST(!found->may("decisions"));
  BOOST_TEST(found->actor().grants.count("grant:soffi.consultation") == 1u);
  BOOST_TEST(found->actor().grants.size() == 1u);
  for (const std::string& wrong :
       {std::string(), std::string("null"), text + "x", text.substr(1)}) {
    BOOST_TEST(!find_client(*directory->view(), wrong, clock.now()).ok());
  }
  BOOST_TEST(!find_client(*directory->view(), text, clock.now() + Duration(60000)).ok());
  BOOST_TEST(list_tokens(*directory)->size() == 1u);
  BOOST_REQUIRE(revoke_token(*directory, "entra").ok());
  BOOST_TEST(!find_client(*directory->view(), text, clock.now()).ok());
  BOOST_TEST(!revoke_token(*directory, "entra").ok());
}

BOOST_AUTO_TEST_CASE(a_session_is_no_token_and_unknown_scopes_are_refused) {
  const auto person = find_person_by_login(*directory->view(), "u1");
  const Secret session = *open_session(*services, *person, false);
  BOOST_TEST(!find_client(*directory->view(), session.reveal(), clock.now()).ok());
  Client client;
  client.name = "x";
  client.scopes = {"everything"};
  BOOST_TEST(reason_of(create_token(*directory, client, clock)) == "token-scope");
  client.scopes = {"grant:soffi"};
  BOOST_TEST(reason_of(create_token(*directory, client, clock)) == "token-scope");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(limiter)

BOOST_AUTO_TEST_CASE(parallel_guesses_count_before_they_fail) {
  SignInLimiter limiter(10, 1000);
  Instant now{Duration(1000000)};
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += limiter.admit("name", "net", now) ? 0 : 1;
  BOOST_TEST(admitted == 11);
}

BOOST_AUTO_TEST_CASE(waiting_doubles_up_to_a_quarter_of_an_hour) {
  SignInLimiter limiter(10, 1000);
  Instant now{Duration(1000000)};
  for (int i = 0; i < 11; ++i) BOOST_TEST(!limiter.admit("name", "net", now));
  Duration longest{0};
  int attempts = 0;
  for (const Instant end = now + Duration(3600 * 1000); now < end; ++attempts) {
    const auto wait = limiter.admit("Name", "net", now);
    if (wait) {
      longest = std::max(longest, *wait);
      now += *wait;
      --attempts;
    }
  }
  BOOST_TEST((longest == Duration(900 * 1000)));
  BOOST_TEST(attempts < 15);
}

BOOST_AUTO_TEST_CASE(one_network_is_slowed_and_others_are_not) {
  SignInLimiter limiter(10, 60);
  Instant now{Duration(1000000)};
  int admitted = 0;
  for (int i = 0; i < 200; ++i) {
    admitted += limiter.admit("name" + std::to_string(i), "bad", now) ? 0 : 1;
  }
  BOOST_TEST(admitted == 61);
  BOOST_TEST(!limiter.admit("name", "good", now));
}

BOOST_AUTO_TEST_CASE(a_flood_of_names_does_not_free_the_one_that_is_blocked) {
  SignInLimiter limiter(10, 1000000);
  Instant now{Duration(1000000)};
  for (int i = 0; i < 17; ++i) {
    if (const auto wait = limiter.admit("victim", "net", now)) now += *wait;
  }
  BOOST_REQUIRE(limiter.admit("victim", "net", now));
  for (int i = 0; i < 2000; ++i) limiter.admit("flood" + std::to_string(i), "net", now);
  BOOST_TEST(limiter.admit("victim", "net", now).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
