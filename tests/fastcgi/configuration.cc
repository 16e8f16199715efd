#include "fastcgi/configuration.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fastcgi/options.h"
#include "fastcgi/secret_file.h"

using namespace habilitd;
using namespace habilitd::fastcgi;
namespace fs = std::filesystem;

namespace {

std::string contents(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// A folder with a settings file and the four passwords.
struct Fixture {
  std::string folder = (fs::temp_directory_path() / "habilitd-settings-XXXXXX").string();
  Fixture() {
    BOOST_REQUIRE(::mkdtemp(folder.data()));
    for (const char* name : {"reader", "provisioning", "decisions", "passwords"}) {
      write(name, std::string("secret of ") + name + "\n");
    }
  }
  ~Fixture() { fs::remove_all(folder); }

  void write(const std::string& name, const std::string& text,
             fs::perms mode = fs::perms(0600)) const {
    std::ofstream(folder + "/" + name) << text;
    fs::permissions(folder + "/" + name, mode);
  }
  static std::string base() {
    return "site.base_url = https://iam.example.org\ndirectory.suffix = dc=example,dc=org\n"
           "mail.sender = no-reply@example.org\ndirectory.reader_password_file = reader\n"
           "directory.provisioning_password_file = provisioning\n"
           "directory.decisions_password_file = decisions\ndirectory.passwords_password_file = "
           "passwords\n";
  }
  Result<Configuration> load(const std::string& more) const {
    write("habilitd.conf", base() + more);
    return load_configuration(folder + "/habilitd.conf");
  }
  std::string complaint(const std::string& more) const {
    const auto loaded = load(more);
    return loaded ? "" : loaded.error().detail;
  }
  static bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(configuration, Fixture)

BOOST_AUTO_TEST_CASE(the_least_that_must_be_set_is_enough) {
  const auto loaded = load("");
  BOOST_REQUIRE_MESSAGE(loaded.ok(), complaint(""));
  BOOST_TEST(loaded->scim.base_url == "https://iam.example.org/scim/v2");
  BOOST_TEST(loaded->portal.base_url == "https://iam.example.org");
  BOOST_TEST(loaded->workflow.mail.base_url == "https://iam.example.org");
  BOOST_TEST(loaded->directory.layout.people.str() == "ou=people,dc=example,dc=org");
  BOOST_TEST(loaded->directory.mirror.reader.name.str() ==
             "cn=habilitd-reader,ou=services,dc=example,dc=org");
  BOOST_TEST(loaded->directory.decisions.password.reveal() == "secret of decisions");
  BOOST_TEST(loaded->server.threads == 32);
}

BOOST_AUTO_TEST_CASE(a_site_with_its_own_places_and_names_is_followed) {
  const auto loaded = load(
      "directory.people = ou=personnes,o=site,dc=example,dc=org\n"
      "directory.services = ou=comptes,dc=example,dc=org\n"
      "directory.attribute.uid = identifiant\ndirectory.uri = ldaps://a.example.org\n"
      "directory.mirror_uri = ldaps://b.example.org\nmail.signature_fr = Un|Deux\n"
      "sessions.idle = 10min\n");
  BOOST_REQUIRE(loaded.ok());
  BOOST_TEST(loaded->directory.layout.people.str() == "ou=personnes,o=site,dc=example,dc=org");
  BOOST_TEST(loaded->directory.layout.steward.str() == "cn=habilitd,ou=comptes,dc=example,dc=org");
  BOOST_TEST(loaded->directory.layout.name(ldap::Attr::kUid).str() == "identifiant");
  BOOST_TEST(loaded->directory.write.uri == "ldaps://a.example.org");
  BOOST_TEST(loaded->directory.mirror.endpoint.uri == "ldaps://b.example.org");
  BOOST_TEST(loaded->workflow.mail.signature_fr == "Un\nDeux");
  BOOST_TEST((loaded->workflow.session_idle == Duration(600000)));
}

struct Bad {
  const char *line, *place, *remedy;
};
std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.line; }

const Bad kBad[] = {
    {"sever.threads = 4", ":8:", "did you mean"},
    {"server.threads = many", ":8:", "server.threads"},
    {"server.threads = 0", ":8:", "server.threads"},
    {"server.socket = habilitd.sock", ":8:", "absolute path"},
    {"server.health_socket = /run/habilitd/habilitd.sock", "server.health_socket", "must differ"},
    {"directory.uri = ldap://a ldap://b", ":8:", "never a list"},
    {"directory.uri = http://a", ":8:", "ldapi:///"},
    {"directory.people = people", ":8:", "directory name"},
    {"directory.attribute.uid = u i d", ":8:", "attribute"},
    {"directory.start_tls = true", ":8:", "directory.start_tls"},
    {"directory.deadline = 3", ":8:", "directory.deadline"},
    {"mail.sendmail = sendmail", ":8:", "absolute path"},
    {"mail.sender = no-reply@example.org", ":8:", "mail.sender"},
    {"portal.banner_level = loud", ":8:", "portal.banner_level"},
    {"portal.banner_until = tomorrow", ":8:", "instant"},
    {"portal.help_url = javascript:alert(1)", ":8:", "address"},
    {"portal.theme_css = //evil.example/x.css", ":8:", "address"},
    {"authzen.fixture = ../x", ":8:", "application"},
    {"log.level = chatty", ":8:", "log.level"},
};

BOOST_DATA_TEST_CASE(a_bad_setting_says_where_and_what_to_do, boost::unit_test::data::make(kBad),
                     bad) {
  const std::string said = complaint(std::string(bad.line) + "\n");
  BOOST_TEST(holds(said, bad.place), said);
  BOOST_TEST(holds(said, bad.remedy), said);
}

BOOST_DATA_TEST_CASE(a_base_url_must_be_an_origin,
                     boost::unit_test::data::make({"iam.example.org", "https://iam.example.org/",
                                                   "https://iam.example.org/x", "ftp://x",
                                                   "https://", "https://a?b", "https://u@a",
                                                   "https://a b"}),
                     url) {
  const auto table = option_table();
  BOOST_TEST(!table.front().check(url));
}

BOOST_AUTO_TEST_CASE(every_problem_is_told_at_once) {
  const std::string said = complaint("server.threads = 0\nportal.banner_level = loud\n");
  BOOST_TEST(holds(said, "server.threads"));
  BOOST_TEST(holds(said, "portal.banner_level"));
}

BOOST_AUTO_TEST_CASE(a_secret_file_that_is_missing_empty_or_open_is_refused_with_its_name) {
  BOOST_TEST(holds(read_secret_file(folder + "/none").error().detail, "cannot be read"));
  write("empty", "");
  BOOST_TEST(holds(read_secret_file(folder + "/empty").error().detail, "is empty"));
  write("open", "x\n", fs::perms(0644));
  BOOST_TEST(holds(read_secret_file(folder + "/open").error().detail, "chmod o="));
  write("long", std::string(5000, 'x'));
  BOOST_TEST(!read_secret_file(folder + "/long").ok());
  fs::remove(folder + "/decisions");
  const std::string said = complaint("");
  BOOST_TEST(holds(said, "directory.decisions_password_file"), said);
  BOOST_TEST(!holds(said, "secret of"));
}

BOOST_AUTO_TEST_CASE(credentials_of_systemd_are_found) {
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  write("habilitd.conf", contents(HABILITD_SOURCE_DIR "/deploy/habilitd.conf.example"));
  const auto loaded = load_configuration(folder + "/habilitd.conf");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  BOOST_REQUIRE_MESSAGE(loaded.ok(), (loaded.ok() ? "" : loaded.error().detail));
  BOOST_TEST(loaded->directory.passwords.password.reveal() == "secret of passwords");
  BOOST_TEST(!loaded->send_mails);
}

// Defaults shown in the example are the table's; every option it names exists.
BOOST_AUTO_TEST_CASE(the_example_shows_true_defaults) {
  std::istringstream lines(contents(HABILITD_SOURCE_DIR "/deploy/habilitd.conf.example"));
  const std::vector<std::string> samples{
      "directory.people",    "directory.uri",    "directory.start_tls", "directory.ca_file",
      "portal.banner_level", "portal.banner_fr", "portal.banner_en",    "portal.banner_until"};
  int shown = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find(" = ");
    if (!line.starts_with("#") || line.starts_with("# ") || equals == std::string::npos) continue;
    const std::string name = line.substr(1, equals - 1), value = line.substr(equals + 3);
    const auto& table = option_table();
    const auto option =
        std::find_if(table.begin(), table.end(), [&](const Option& o) { return o.name == name; });
    BOOST_REQUIRE_MESSAGE(option != table.end(), name);
    if (std::find(samples.begin(), samples.end(), name) != samples.end()) continue;
    BOOST_TEST(option->default_value == value, name);
    ++shown;
  }
  BOOST_TEST(shown > 10);
}

BOOST_AUTO_TEST_CASE(every_default_passes_its_own_check_and_every_option_is_explained) {
  for (const Option& option : option_table()) {
    BOOST_TEST(option.help.size() > 10, option.name);
    if (option.check && !option.required)
      BOOST_TEST(option.check(option.default_value).ok(), option.name);
  }
}

BOOST_AUTO_TEST_CASE(the_settings_page_is_current) {
  BOOST_TEST(contents(HABILITD_SOURCE_DIR "/docs/settings.md") == settings_page(option_table()),
             "docs/settings.md is stale: habilitd settings > docs/settings.md");
}

BOOST_AUTO_TEST_SUITE_END()
