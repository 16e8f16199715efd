// `habilitd directory check` must notice each thing that is wrong, and `init` must put it right.
#include "ldap/setup.h"

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "tests/ldap/sample_tree.h"
#include "tests/support/site.h"
#include "tests/support/slapd.h"

namespace habilitd::ldap {
namespace {

namespace data = boost::unit_test::data;
using tests::Slapd;

Slapd& own_slapd() {
  static Slapd one;
  return one;
}

std::vector<SetupFinding> findings() {
  auto found = check_setup(tests::directory_options(own_slapd()));
  BOOST_REQUIRE_MESSAGE(found.ok(), (found.ok() ? "" : found.error().detail));
  return *std::move(found);
}

std::string joined(const std::vector<SetupFinding>& found) {
  std::string text;
  for (const SetupFinding& finding : found) text += finding.what + " => " + finding.remedy + "\n";
  return text;
}

bool has(const std::vector<SetupFinding>& found, const std::string& what) {
  return std::any_of(found.begin(), found.end(), [&](const SetupFinding& finding) {
    return finding.what.find(what) != std::string::npos && !finding.remedy.empty();
  });
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, "nothing to replace: " + from);
  return text.replace(at, from.size(), to);
}

struct WithSample {
  WithSample() {
    slapd.clear();
    slapd.load(tests::kSampleTree);
  }
  Slapd& slapd = own_slapd();
};

BOOST_FIXTURE_TEST_SUITE(setup, WithSample)

BOOST_AUTO_TEST_CASE(what_make_made_is_all_right) {
  const auto found = findings();
  BOOST_TEST(found.empty(), joined(found));
}

BOOST_AUTO_TEST_CASE(a_check_leaves_nothing_behind) {
  auto admin = slapd.connect(slapd.admin());
  const auto content = [&] {
    std::vector<std::string> lines;
    const auto all =
        admin.search(slapd.layout().suffix, Scope::kSubtree, Filter::any_entry(), {"entryCSN"});
    for (const Entry& entry : *all) lines.push_back(entry.dn + " " + entry.first("entryCSN"));
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  const auto before = content();
  (void)findings();
  BOOST_TEST(content() == before, boost::test_tools::per_element());
}

struct Break {
  std::string dn;      // below cn=config
  std::string change;  // LDIF of the modify
  std::string undo;
  std::string finding;
};
std::ostream& operator<<(std::ostream& out, const Break& row) { return out << row.finding; }

const std::string kDatabase = "olcDatabase={1}mdb";
const std::string kUnique = "olcOverlay={1}unique,olcDatabase={1}mdb";
const std::string kRefint = "olcOverlay={2}refint,olcDatabase={1}mdb";
const std::string kUniqueRest =
    "olcUniqueURI: serialize ldap:///dc=example,dc=org?cn?sub?(objectClass=groupOfNames)\n"
    "olcUniqueURI: serialize ldap:///ou=requests,dc=example,dc=org?habSlot?sub\n";
const std::string kUniqueWhole =
    "replace: olcUniqueURI\n"
    "olcUniqueURI: serialize ldap:///ou=people,dc=example,dc=org?uid?sub\n" +
    kUniqueRest;
const std::string kIndexes =
    "replace: olcDbIndex\n"
    "olcDbIndex: objectClass,uid,mail,cn,member,owner,seeAlso,manager,entryUUID,entryCSN eq\n"
    "olcDbIndex: habKey,habPersonId,habSlot,habHash eq\n";

const std::vector<Break> kBreaks{
    {kUnique,
     "replace: olcUniqueURI\nolcUniqueURI: ldap:///ou=people,dc=example,dc=org?uid?sub\n" +
         kUniqueRest,
     kUniqueWhole, "when two writes run at once"},
    {kUnique, "replace: olcUniqueURI\n" + kUniqueRest, kUniqueWhole,
     "nothing keeps uid unique below ou=people"},
    {kRefint, "replace: olcRefintAttribute\nolcRefintAttribute: seeAlso\n",
     "replace: olcRefintAttribute\nolcRefintAttribute: member\nolcRefintAttribute: owner\n"
     "olcRefintAttribute: seeAlso\nolcRefintAttribute: manager\n",
     "stays in member of groups"},
    {kDatabase, "replace: olcDbIndex\nolcDbIndex: objectClass,entryUUID,entryCSN eq\n", kIndexes,
     "no equality index on uid"},
    {kDatabase, "replace: olcDbNoSync\nolcDbNoSync: TRUE\n",
     "replace: olcDbNoSync\nolcDbNoSync: FALSE\n", "acknowledged writes are lost"},
    {kDatabase, "replace: olcReadOnly\nolcReadOnly: TRUE\n",
     "replace: olcReadOnly\nolcReadOnly: FALSE\n", "the directory is read-only"},
    {kDatabase, "replace: olcAddContentAcl\nolcAddContentAcl: FALSE\n",
     "replace: olcAddContentAcl\nolcAddContentAcl: TRUE\n", "whoever adds an entry"},
};

BOOST_DATA_TEST_CASE(a_bad_setting_is_noticed, data::make(kBreaks), row) {
  const std::string head = "dn: " + row.dn + ",cn=config\nchangetype: modify\n";
  slapd.configure(head + row.change);
  const auto found = findings();
  slapd.configure(head + row.undo);
  BOOST_TEST(has(found, row.finding), joined(found));
  const auto after = findings();
  BOOST_TEST(after.empty(), joined(after));
}

struct Hole {
  std::string rule, who;  // the `to` and the line that is weakened
  std::string access;     // instead
  std::string finding;
};
std::ostream& operator<<(std::ostream& out, const Hole& row) { return out << row.finding; }

const std::string kReader = "by dn.exact=\"cn=habilitd-reader,ou=services,dc=example,dc=org\" ";
const std::string kProvisioning =
    "by dn.exact=\"cn=habilitd-provisioning,ou=services,dc=example,dc=org\" ";
const std::string kDecisions =
    "by dn.exact=\"cn=habilitd-decisions,ou=services,dc=example,dc=org\" ";
const std::string kPasswords =
    "by dn.exact=\"cn=habilitd-passwords,ou=services,dc=example,dc=org\" ";

const std::vector<Hole> kHoles{
    {"to dn.subtree=\"ou=requests,dc=example,dc=org\" attrs=entry", kDecisions + "=arscxd",
     kDecisions + "write", "the decisions identity could delete requests"},
    {"to dn.subtree=\"ou=requests,dc=example,dc=org\" attrs=entry", kDecisions + "=arscxd",
     kDecisions + "write", "the decisions identity could change habRecord"},
    {"to dn.subtree=\"ou=people,dc=example,dc=org\" attrs=userPassword", "by self",
     kReader + "read\n  by self", "the reader identity can see userPassword"},
    {"to dn.subtree=\"ou=people,dc=example,dc=org\" attrs=userPassword", "by self",
     kDecisions + "write\n  by self", "the decisions identity can see userPassword"},
    {"to dn.subtree=\"ou=people,dc=example,dc=org\" attrs=userPassword", kPasswords + "=w",
     kPasswords + "none", "the passwords identity cannot change userPassword"},
    {"to attrs=userPassword", "by anonymous auth", kPasswords + "=w\n  by anonymous auth",
     "the passwords identity could change userPassword of ou=services"},
    {"to dn.subtree=\"ou=services,dc=example,dc=org\"", kProvisioning + "read",
     kProvisioning + "write", "the provisioning identity can add entries below ou=services"},
    {"to dn.subtree=\"ou=habilitations,dc=example,dc=org\" attrs=member", kProvisioning + "read",
     kProvisioning + "write", "the provisioning identity could change member of ou=habilitations"},
    {"to dn.subtree=\"ou=habilitations,dc=example,dc=org\" attrs=member", kDecisions + "write",
     kDecisions + "read", "the decisions identity cannot change member of ou=habilitations"},
    {"to dn.subtree=\"ou=people,dc=example,dc=org\"\n", kProvisioning + "write",
     kProvisioning + "read", "the provisioning identity cannot add a person"},
    {"to dn.subtree=\"ou=people,dc=example,dc=org\"\n", "by self read\n  by * none", "by * read",
     "anybody can read ou=people"},
    {"olcLimits: dn.exact=\"cn=habilitd-reader", "size=unlimited", "size=100",
     "the reader cannot load a directory"},
};

BOOST_DATA_TEST_CASE(a_hole_in_the_access_rules_is_noticed, data::make(kHoles), row) {
  const std::string whole = setup_ldif(SetupPart::kAccess, tests::directory_options(slapd));
  const auto rule = whole.find(row.rule);
  BOOST_REQUIRE(rule != std::string::npos);
  slapd.configure(whole.substr(0, rule) + replaced(whole.substr(rule), row.who, row.access));
  const auto found = findings();
  slapd.configure(whole);
  BOOST_TEST(has(found, row.finding), joined(found));
}

BOOST_AUTO_TEST_CASE(a_program_that_can_reset_the_privileged_is_noticed) {
  slapd.load(tests::kMakeBossPrivileged);
  BOOST_TEST(findings().empty(), joined(findings()));
  const std::string whole = setup_ldif(SetupPart::kAccess, tests::directory_options(slapd));
  const std::string guard =
      "  by set=\"[cn=privileged,ou=services,dc=example,dc=org]/member & this\" none\n";
  slapd.configure(replaced(whole, guard, ""));
  const auto found = findings();
  slapd.configure(whole);
  BOOST_TEST(has(found, "could change userPassword of habKey=boss"), joined(found));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_of_ours_is_noticed) {
  auto options = tests::directory_options(slapd);
  options.decisions.password = Secret("wrong");
  BOOST_TEST(has(*check_setup(options), "the decisions identity cannot sign in"));
  options.mirror.reader.password = Secret("wrong");
  BOOST_TEST(has(*check_setup(options), "the reader identity cannot sign in"));
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_away_is_not_called_wrong) {
  slapd.stop();
  const auto found = check_setup(tests::directory_options(slapd));
  slapd.start();
  BOOST_REQUIRE(!found);
  BOOST_TEST((found.error().code == Errc::kUnavailable));
}

BOOST_AUTO_TEST_CASE(an_empty_database_gets_its_tree) {
  auto admin = slapd.connect(slapd.admin());
  auto all = *admin.search(slapd.layout().suffix, Scope::kSubtree, Filter::any_entry(), {"1.1"});
  std::sort(all.begin(), all.end(),
            [](const Entry& a, const Entry& b) { return a.dn.size() > b.dn.size(); });
  for (const Entry& entry : all) BOOST_REQUIRE(admin.remove(*Dn::parse(entry.dn)));
  BOOST_TEST(has(findings(), "the reader identity cannot sign in"));

  const auto options = tests::directory_options(slapd);
  const auto made =
      make_tree(options, {"{1}mdb", {{"saisie", "Saisie à la carte"}}}, slapd.admin());
  BOOST_REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().detail));
  BOOST_TEST(made->size() == all.size() - 11 + 1);  // without the sample, with the application
  const auto tile = admin.read(Dn::child("cn", "saisie", slapd.layout().applications),
                               {"habPolicy", "description", "member"});
  BOOST_TEST(tile->first("habPolicy") == "saisie");
  BOOST_TEST(tile->first("description") == "Saisie à la carte");
  BOOST_TEST(admin.remove(Dn::child("cn", "saisie", slapd.layout().applications)).ok());
  BOOST_TEST(findings().empty(), joined(findings()));
  BOOST_TEST(make_tree(options, {}, slapd.admin())->empty());
  BOOST_TEST(findings().empty(), joined(findings()));
}

BOOST_AUTO_TEST_CASE(a_lost_entry_is_noticed_and_put_back) {
  auto admin = slapd.connect(slapd.admin());
  for (const Dn& name : {decoy_name(slapd.layout()), slapd.layout().outbox}) {
    slapd.clear();
    BOOST_REQUIRE(admin.remove(name));
    BOOST_TEST(has(findings(), "the entry " + name.str() + " is missing"));
    BOOST_REQUIRE(make_tree(tests::directory_options(slapd), {}, slapd.admin()));
    BOOST_TEST(findings().empty(), joined(findings()));
  }
}

BOOST_AUTO_TEST_CASE(printed_ldif_has_no_placeholder_and_no_password) {
  const auto options = tests::directory_options(slapd);
  for (SetupPart part : {SetupPart::kServer, SetupPart::kSchema, SetupPart::kOverlays,
                         SetupPart::kAccess, SetupPart::kTree}) {
    std::string records = setup_ldif(part, options);
    for (auto at = records.find('#'); at != std::string::npos; at = records.find("\n#")) {
      records.erase(at, records.find('\n', at + 1) - at);
    }
    BOOST_TEST(records.find('@') == std::string::npos, records);
    BOOST_TEST(records.find(options.decisions.password.reveal()) == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
