#include "tests/workflow/site.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "tests/support/process.h"
#include "workflow/outbox.h"
#include "workflow/request_entry.h"

namespace habilitd::workflow::tests {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = "dc=example,dc=org";

std::string person(const std::string& uid, const std::string& given, const std::string& family,
                   const std::string& more = "objectClass: habPerson\n") {
  return "dn: uid=" + uid + ",ou=people," + kSuffix + "\nobjectClass: inetOrgPerson\n" + more +
         "uid: " + uid + "\ncn: " + given + " " + family + "\ngivenName: " + given +
         "\nsn: " + family + "\nmail: " + uid + "@example.org\n\n";
}

std::string structure(const char* siret, const std::string& name, const std::string& more) {
  return std::string("dn: cn=") + siret + ",ou=structures," + kSuffix +
         "\nobjectClass: groupOfNames\nobjectClass: habStructure\ncn: " + siret + "\no: " + name +
         "\nmember: cn=habilitd,ou=services," + kSuffix + "\n" + more + "\n";
}

std::string named(const char* attribute, const char* uid) {
  return std::string(attribute) + ": uid=" + uid + ",ou=people," + kSuffix + "\n";
}

std::string site_ldif() {
  std::string ldif;
  ldif += person("m1", "Marie", "Curie") + person("m2", "Paul", "Langevin");
  ldif += person("m3", "Irène", "Joliot") + person("u1", "Test_4", "Test_3");
  ldif += person("u2", "Ada", "Lovelace", "objectClass: habPerson\npreferredLanguage: en\n");
  ldif += person("u3", "Henri", "Poincaré") + person("a1", "Anne", "Admin");
  ldif += person("o1", "Olga", "Owner");
  ldif += person("off", "Old", "Account", "objectClass: habPerson\nhabActive: FALSE\n");
  ldif += person("unproved", "New", "Account",
                 "objectClass: habPerson\nhabMailVerified: another@example.org\n");
  ldif += person("adopted", "Adopted", "Person", "");
  ldif += structure(kS1, "TEST - TEST",
                    named("member", "u1") + named("member", "u2") + named("member", "adopted") +
                        named("owner", "m1") + named("owner", "m2"));
  ldif += structure(kS2, "Autre structure", named("owner", "m3"));
  ldif += structure(kClosed, "Fermée", named("owner", "m1") + "habState: closed\n");
  ldif +=
      std::string("dn: cn=soffi,ou=applications,") + kSuffix +
      "\nobjectClass: groupOfNames\nobjectClass: habApplicationInfo\ncn: soffi\n"
      "displayName: SOFFi\nhabLink: https://soffi.example.org/\nmember: cn=habilitd,ou=services," +
      kSuffix + "\n" + named("owner", "o1") + "\n";
  ldif += std::string("dn: cn=iam-admin,ou=groups,") + kSuffix +
          "\nobjectClass: groupOfNames\nobjectClass: habGroup\ncn: iam-admin\n"
          "member: cn=habilitd,ou=services," +
          kSuffix + "\n" + named("member", "a1") + "\n";
  ldif += std::string("dn: cn=pushed,ou=groups,") + kSuffix +
          "\nobjectClass: groupOfNames\nobjectClass: habGroup\ncn: pushed\n"
          "member: cn=habilitd,ou=services," +
          kSuffix + "\n\n";
  return ldif;
}

WorkflowSettings workflow_settings() {
  WorkflowSettings settings;
  settings.mail.sender = "no-reply@example.org";
  settings.mail.base_url = "https://portail.example.org";
  settings.mail.signature_fr = "L'équipe technique";
  settings.mail.signature_en = "The technical team";
  return settings;
}

template <class Condition>
bool eventually(Condition&& condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

}  // namespace

ldap::Directory::Options Site::directory_options() {
  ldap::Directory::Options options;
  options.layout = slapd().layout();
  options.write = slapd().endpoint();
  options.mirror.endpoint = slapd().endpoint();
  options.mirror.reader = slapd().reader();
  options.provisioning = slapd().provisioning();
  options.decisions = slapd().decisions();
  options.passwords = slapd().passwords();
  return options;
}

Site::Site()
    : folder(habilitd::tests::temporary_folder("habilitd-site")),
      log_fd(::open((folder + "/log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)),
      log(log_fd) {
  slapd().clear();
  slapd().load(site_ldif());
  fs::create_directories(folder + "/policies");
  for (const char* file : {"soffi.json", "soffi.tests.json"}) {
    fs::copy_file(std::string(HABILITD_SOURCE_DIR) + "/policies/" + file,
                  folder + "/policies/" + file);
  }
  directory = std::make_unique<ldap::Directory>(directory_options(), log, metrics);
  directory->start();
  catalogue = std::make_unique<Catalogue>(folder + "/policies", log);
  const auto loaded = catalogue->load();
  BOOST_REQUIRE_MESSAGE(loaded.ok(), (loaded ? std::string() : loaded.error().detail));
  audit = *Audit::open(folder + "/audit", clock);
  services = std::make_unique<Services>(*directory, *catalogue, *audit, clock, log, metrics,
                                        workflow_settings());
  BOOST_REQUIRE(eventually([&] { return directory->view().ok(); }));
}

Site::~Site() {
  services.reset();
  directory->stop();
  directory.reset();
  ::close(log_fd);
  fs::remove_all(folder);
}

void Site::settle() const {
  const std::string mark = EntryUuid::random().str();
  slapd().load(
      "dn: cn=pushed,ou=groups,dc=example,dc=org\nchangetype: modify\nreplace: description\n"
      "description: " +
      mark + "\n");
  BOOST_REQUIRE(eventually([&] {
    const auto view = directory->view();
    const auto record =
        view ? view->find_one(ldap::Attr::kCn, "pushed", ldap::Kind::kGroup) : nullptr;
    return record && record->first(ldap::Attr::kDescription) == mark;
  }));
}

EntryUuid Site::id(const std::string& user_name) const {
  const auto view = directory->view();
  BOOST_REQUIRE(view.ok());
  const auto record = view->find_one(ldap::Attr::kUid, user_name, ldap::Kind::kPerson);
  BOOST_REQUIRE_MESSAGE(record, "no person " + user_name);
  return record->id();
}

std::string Site::dn(const std::string& user) const {
  return "uid=" + user + ",ou=people," + kSuffix;
}

Actor Site::actor(const std::string& user_name) const {
  const auto view = directory->view();
  const auto person = find_person_by_login(*view, user_name);
  BOOST_REQUIRE(person.ok());
  return Actor::person(person->id, person->name, person->mail);
}

Ask Site::ask(const std::string& user, const std::string& role, const char* structure) const {
  return {id(user),     "soffi", role, siret(structure), "J'en ai besoin pour mon travail.",
          std::nullopt, {}};
}

RequestRecord Site::pending(const std::string& user, const std::string& role,
                            const char* structure) {
  auto outcome = submit(*services, actor(user), ask(user, role, structure));
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  return outcome->record;
}

RequestRecord Site::granted(const std::string& user, const std::string& role) {
  auto outcome = add(*services, actor("m1"), ask(user, role));
  BOOST_REQUIRE_MESSAGE(outcome.ok(), reason_of(outcome));
  BOOST_REQUIRE(outcome->record.state == State::kActive);
  return outcome->record;
}

RequestRecord Site::stored(const RequestId& request) const {
  auto found = read_request(*services, request);
  BOOST_REQUIRE_MESSAGE(found.ok(), reason_of(found));
  return found->record;
}

std::vector<std::string> Site::values(const std::string& name, const char* attribute) const {
  auto connection = slapd().connect(slapd().admin());
  const auto entry = connection.read(*ldap::Dn::parse(name), {attribute});
  if (!entry) return {};
  const auto* found = entry->find(attribute);
  auto sorted = found ? *found : std::vector<std::string>{};
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

bool Site::holds(const std::string& user, const std::string& role, const char* structure) const {
  const auto members =
      values("cn=soffi." + role + "." + structure + ",ou=habilitations," + kSuffix, "member");
  return std::find(members.begin(), members.end(), dn(user)) != members.end();
}

std::vector<std::string> Site::derived(const std::string& user) const {
  return values(dn(user), "habilitation");
}

std::vector<std::string> Site::mails(const RequestId& request) const {
  std::vector<std::string> found;
  for (const std::string& value : values(stored(request).dn, "habOutbox")) {
    const auto job = decode_job(value);
    BOOST_REQUIRE(job.ok());
    found.push_back(job->kind + ">" + job->to.str());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string Site::audit_log() const { return habilitd::tests::read_file(folder + "/audit"); }

}  // namespace habilitd::workflow::tests
