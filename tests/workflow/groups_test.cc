// Members of other groups, and the policies in force.
#include <boost/test/unit_test.hpp>

#include "tests/support/process.h"
#include "tests/workflow/site.h"
#include "workflow/grants.h"
#include "workflow/group_names.h"
#include "workflow/stages.h"

namespace habilitd::workflow {
namespace {

using namespace tests;

constexpr const char* kPushed = "cn=pushed,ou=groups,dc=example,dc=org";

constexpr const char* kStaff = "habKey=staff,ou=groups,dc=example,dc=org";

struct Groups : Site {
  EntryUuid group(const char* cn, ldap::Kind kind = ldap::Kind::kGroup) const {
    return directory->view()->find_one(ldap::Attr::kCn, cn, kind)->id();
  }
  std::string change(const EntryUuid& group, const MemberChange& what) const {
    return reason_of(change_members(*services, group, what, {}));
  }
  // A group named by what never changes, as SCIM makes them.
  EntryUuid make(const char* cn) const {
    ldif(std::string("dn: ") + kStaff +
         "\nobjectClass: groupOfNames\nobjectClass: habGroup\nhabKey: staff\ncn: " + cn +
         "\nmember: cn=habilitd,ou=services,dc=example,dc=org\n");
    settle();
    return group(cn);
  }
  std::size_t members() const { return values(kPushed, "member").size() - 1; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(group_members, Groups)

BOOST_AUTO_TEST_CASE(members_come_and_go_and_the_steward_stays) {
  const EntryUuid pushed = group("pushed");
  BOOST_TEST(change(pushed, {{id("u1"), id("u2")}, {}, false}) == "");
  BOOST_TEST(members() == 2u);
  BOOST_TEST(change(pushed, {{id("u3")}, {id("u1")}, false}) == "");
  BOOST_TEST(members() == 2u);
  BOOST_TEST(change(pushed, {{id("u1")}, {}, true}) == "");
  BOOST_TEST(members() == 1u);
  BOOST_TEST(change(pushed, {{}, {}, true}) == "");
  BOOST_TEST(members() == 0u);
}

BOOST_AUTO_TEST_CASE(a_change_that_changes_nothing_leaves_the_version_alone) {
  const EntryUuid pushed = group("pushed");
  const auto first = change_members(*services, pushed, {{id("u1")}, {}, false}, {});
  const auto again = change_members(*services, pushed, {{id("u1")}, {id("u2")}, false}, {});
  BOOST_REQUIRE(first.ok() && again.ok());
  BOOST_TEST(first->csn == again->csn);
  const ldap::WriteOptions wrong{ldap::Filter::equals("cn", "another")};
  BOOST_TEST(reason_of(change_members(*services, pushed, {{id("u1")}, {}, false}, wrong)) ==
             "assertion-failed");
}

BOOST_AUTO_TEST_CASE(groups_that_confer_rights_are_not_changed_here) {
  granted("u1");
  const EntryUuid habilitation =
      group("soffi.consultation.73282932000074", ldap::Kind::kHabilitation);
  BOOST_TEST(change(habilitation, {{id("u2")}, {}, false}) == "habilitation-group");
  BOOST_TEST(change(group(kS1, ldap::Kind::kStructure), {{id("u3")}, {}, false}) ==
             "habilitation-group");
  BOOST_TEST(change(group("iam-admin"), {{id("u1")}, {}, false}) == "administrators-group");
  BOOST_TEST(change(id("u1"), {{id("u2")}, {}, false}) == "habilitation-group");
  BOOST_TEST(change(EntryUuid::random(), {{}, {}, true}) == "unknown-group");
  BOOST_TEST(!holds("u2", "consultation"));
}

BOOST_AUTO_TEST_CASE(the_administrators_group_is_known_by_every_name_it_has) {
  ldif(
      "dn: cn=iam-admin,ou=groups,dc=example,dc=org\nchangetype: modrdn\n"
      "newrdn: cn=everything\ndeleteoldrdn: 1\n\n"
      "dn: cn=everything,ou=groups,dc=example,dc=org\nchangetype: modify\nadd: cn\n"
      "cn: IAM-Admin\n");
  settle();
  BOOST_TEST(change(group("everything"), {{id("u1")}, {}, false}) == "administrators-group");
}

BOOST_AUTO_TEST_CASE(a_group_changes_whole_or_not_at_all) {
  const EntryUuid staff = make("staff");
  const GroupFields now{"staff", {}}, next{"crew", "a:1"};
  const auto change_to = [&](const GroupFields& after, const MemberChange& people) {
    return change_group(*services, staff, {now, after, people}, {});
  };
  BOOST_TEST(reason_of(change_to(next, {{EntryUuid::random()}, {}, false})) == "unknown-member");
  const auto taken = change_to({"pushed", "a:1"}, {{id("u1")}, {}, false});
  BOOST_REQUIRE(!taken.ok());
  BOOST_TEST((taken.error().code == Errc::kConflict));
  BOOST_TEST(reason_of(change_to({kS2, {}}, {{id("u1")}, {}, false})) == "reserved-name");
  BOOST_TEST(values(kStaff, "cn").front() == "staff");
  BOOST_TEST(values(kStaff, "habExternalId").empty());
  BOOST_TEST(values(kStaff, "member").size() == 1u);
  const auto written = change_to(next, {{id("u1")}, {}, false});
  BOOST_REQUIRE_MESSAGE(written.ok(), reason_of(written));
  BOOST_TEST(values(kStaff, "cn").front() == "crew");
  BOOST_TEST(values(kStaff, "habExternalId").front() == "a:1");
  BOOST_TEST(values(kStaff, "member").size() == 2u);
  BOOST_TEST(values(kStaff, "entryCSN").front() == written->csn);  // the only write
}

BOOST_AUTO_TEST_CASE(two_clients_that_name_a_group_at_once_both_do) {
  const EntryUuid staff = make("staff");
  const auto name = [&](const std::string& before, const std::string& after) {
    return reason_of(change_group(*services, staff, {{"staff", before}, {"staff", after}, {}}, {}));
  };
  {
    const ldap::Directory::Together unseen;  // the mirror does not show one to the other
    BOOST_TEST(name("", "a:1") == "");
    BOOST_TEST(name("", "b:1") == "");
  }
  const std::vector<std::string> both{"a:1", "b:1"}, one{"a:2", "b:1"};
  BOOST_TEST(values(kStaff, "habExternalId") == both, boost::test_tools::per_element());
  {
    const ldap::Directory::Together unseen;
    BOOST_TEST(name("a:1", "a:3") == "");
    BOOST_TEST(name("a:1", "a:2") == "");  // the same client, again
  }
  BOOST_TEST(values(kStaff, "habExternalId") == one, boost::test_tools::per_element());
  BOOST_TEST(name("b:1", "") == "");
  BOOST_TEST(values(kStaff, "habExternalId").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_group_whose_members_decide_is_changed_by_no_client) {
  const std::string file = folder + "/policies/soffi.json";
  std::string policy = habilitd::tests::read_file(file);
  const std::string before = R"("approvers": ["structure-managers"])";
  for (auto at = policy.find(before); at != std::string::npos; at = policy.find(before)) {
    policy.replace(at, before.size(), R"("approvers": ["structure-managers", "group:Pushed"])");
  }
  const EntryUuid pushed = group("pushed");
  BOOST_TEST(change(pushed, {{id("u3")}, {}, false}) == "");
  const RequestRecord early = pending("u1");
  const Actor decider = actor("u3");
  BOOST_TEST(reason_of(check_approver(*services, early, decider, {})) == "not-an-approver");

  habilitd::tests::write_file(file, policy);
  catalogue->tick();
  BOOST_TEST(catalogue->degraded().empty());
  BOOST_TEST(reason_of(check_group_name(*services, "PUSHED ")) == "approvers-group");
  BOOST_TEST(change(pushed, {{id("u2")}, {}, false}) == "approvers-group");
  const RequestRecord first = pending("u2");
  BOOST_TEST(reason_of(check_approver(*services, first, decider, {})) == "");

  // Nobody guards the group any more: its members have no say in what is under way either.
  std::filesystem::copy_file(std::string(HABILITD_SOURCE_DIR) + "/policies/soffi.json", file,
                             std::filesystem::copy_options::overwrite_existing);
  catalogue->tick();
  BOOST_TEST(change(pushed, {{id("u2")}, {}, false}) == "");
  BOOST_TEST(reason_of(check_approver(*services, first, decider, {})) == "not-an-approver");
  BOOST_TEST(reason_of(approve(*services, actor("m1"), first.id, form(first))) == "");
}

BOOST_AUTO_TEST_CASE(only_people_and_groups_can_be_members) {
  granted("u1");
  const EntryUuid pushed = group("pushed");
  const EntryUuid readers = group("soffi.consultation.73282932000074", ldap::Kind::kHabilitation);
  BOOST_TEST(change(pushed, {{readers}, {}, false}) == "");
  BOOST_TEST(change(pushed, {{}, {readers}, false}) == "");
  BOOST_TEST(change(pushed, {{EntryUuid::random()}, {}, false}) == "unknown-member");
  BOOST_TEST(change(pushed, {{id("u1"), group(kS1, ldap::Kind::kStructure)}, {}, false}) ==
             "unknown-member");
  BOOST_TEST(members() == 0u);
  BOOST_TEST(change(pushed, {{}, {EntryUuid::random()}, false}) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(policies_in_force, Site)

BOOST_AUTO_TEST_CASE(a_broken_policy_never_replaces_the_one_before_it) {
  const auto before = catalogue->policy("soffi");
  BOOST_REQUIRE(before);
  const std::string file = folder + "/policies/soffi.json";
  const std::string good = habilitd::tests::read_file(file);
  habilitd::tests::write_file(file, "{");
  BOOST_TEST(!catalogue->load().ok());
  BOOST_TEST((catalogue->policy("soffi") == before));
  BOOST_TEST(catalogue->degraded().size() == 1u);
  std::string weaker = good;
  weaker.replace(weaker.find("\"forbid\""), 8, "\"permit\"");
  habilitd::tests::write_file(file, weaker);
  catalogue->tick();
  BOOST_TEST((catalogue->policy("soffi") == before));
  habilitd::tests::write_file(file, good);
  catalogue->tick();
  BOOST_TEST(catalogue->degraded().empty());
  BOOST_TEST(catalogue->policy("soffi")->hash == before->hash);
}

BOOST_AUTO_TEST_CASE(a_policy_without_tests_is_refused) {
  std::filesystem::remove(folder + "/policies/soffi.tests.json");
  BOOST_TEST(!Catalogue(folder + "/policies", log).load().ok());
  BOOST_TEST(!Catalogue(folder + "/nothing-here", log).load().ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace habilitd::workflow
