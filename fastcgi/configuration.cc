#include "fastcgi/configuration.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "fastcgi/jwt_options.h"
#include "fastcgi/options.h"
#include "fastcgi/secret_file.h"

namespace habilitd::fastcgi {
namespace {

// Collects problems while it reads, so that all of them are told at once.
class Reader {
 public:
  Reader(const Settings& settings, const std::string& file) : settings_(settings), file_(file) {}

  const std::string& text(std::string_view name) const { return settings_.text(name); }
  bool flag(std::string_view name) const { return settings_.flag(name); }
  int number(std::string_view name) const { return static_cast<int>(settings_.number(name)); }
  std::size_t size(std::string_view name) const {
    return static_cast<std::size_t>(settings_.number(name));
  }
  Duration duration(std::string_view name) const { return Duration(settings_.milliseconds(name)); }

  // Relative paths start at the folder of the settings file; systemd names its own for credentials.
  std::string path(std::string_view name) const {
    constexpr std::string_view kCredentials = "$CREDENTIALS_DIRECTORY/";
    const std::string& value = text(name);
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder && value.starts_with(kCredentials)) {
      return std::string(folder) + "/" + value.substr(kCredentials.size());
    }
    return value.empty() || value.front() == '/' ? value
                                                 : settings_.directory_of_file() + "/" + value;
  }
  // The table's checks have seen these: a name that does not parse here is empty on purpose.
  ldap::Dn dn(std::string_view name, const ldap::Dn& otherwise) const {
    auto parsed = ldap::Dn::parse(text(name));
    return parsed && !parsed->empty() ? *std::move(parsed) : otherwise;
  }
  Secret secret(std::string_view name) {
    auto secret = read_secret_file(path(name));
    if (secret) return *std::move(secret);
    problem(name, secret.error().detail);
    return {};
  }
  void problem(std::string_view name, const std::string& what) {
    problems_ += file_ + ": " + std::string(name) + ": " + what + "\n";
  }
  const std::string& problems() const { return problems_; }

 private:
  const Settings& settings_;
  const std::string& file_;
  std::string problems_;
};

std::string with_line_breaks(std::string text) {
  std::replace(text.begin(), text.end(), '|', '\n');
  return text;
}

ldap::Layout layout(const Reader& reader) {
  auto result = ldap::Layout::standard(reader.dn("directory.suffix", {}));
  using Place = std::pair<const char*, ldap::Dn ldap::Layout::*>;
  for (const auto& [name, member] :
       {Place{"people", &ldap::Layout::people}, Place{"structures", &ldap::Layout::structures},
        Place{"habilitations", &ldap::Layout::habilitations},
        Place{"groups", &ldap::Layout::groups}, Place{"applications", &ldap::Layout::applications},
        Place{"requests", &ldap::Layout::requests}, Place{"sessions", &ldap::Layout::sessions},
        Place{"tokens", &ldap::Layout::tokens}, Place{"outbox", &ldap::Layout::outbox},
        Place{"events", &ldap::Layout::events}, Place{"services", &ldap::Layout::services}}) {
    result.*member = reader.dn(std::string("directory.") + name, result.*member);
  }
  result.steward =
      reader.dn("directory.steward", ldap::Dn::child("cn", "habilitd", result.services));
  result.person_class = reader.text("directory.person_class");
  result.group_class = reader.text("directory.group_class");
  const auto& table = option_table();
  for (const ldap::AttrInfo& info : ldap::attr_table()) {
    const std::string name = attribute_option(info.name);
    const bool renamable = std::any_of(table.begin(), table.end(),
                                       [&](const Option& option) { return option.name == name; });
    if (renamable) result.names.at(static_cast<std::size_t>(info.attr)) = reader.text(name);
  }
  return result;
}

ldap::Endpoint endpoint(const Reader& reader, const std::string& uri) {
  ldap::Endpoint result;
  result.uri = uri;
  result.start_tls = reader.flag("directory.start_tls");
  result.ca_file = reader.path("directory.ca_file");
  result.deadline = reader.duration("directory.deadline");
  return result;
}

ldap::Credentials credentials(Reader& reader, const std::string& identity,
                              const ldap::Layout& layout) {
  const auto standard = ldap::Dn::child("cn", "habilitd-" + identity, layout.services);
  return {reader.dn("directory." + identity + "_name", standard),
          reader.secret("directory." + identity + "_password_file")};
}

ldap::Directory::Options directory(Reader& reader) {
  ldap::Directory::Options options;
  options.layout = layout(reader);
  const std::string& uri = reader.text("directory.uri");
  const std::string& mirror_uri = reader.text("directory.mirror_uri");
  options.write = endpoint(reader, uri);
  options.mirror.endpoint = endpoint(reader, mirror_uri.empty() ? uri : mirror_uri);
  options.mirror.reader = credentials(reader, "reader", options.layout);
  options.mirror.max_age = reader.duration("directory.mirror_max_age");
  options.mirror.heartbeat = reader.duration("directory.mirror_heartbeat");
  options.provisioning = credentials(reader, "provisioning", options.layout);
  options.decisions = credentials(reader, "decisions", options.layout);
  options.passwords = credentials(reader, "passwords", options.layout);
  options.connections = reader.size("directory.connections");
  options.mirror_wait = reader.duration("directory.mirror_wait");
  return options;
}

workflow::WorkflowSettings workflow_settings(const Reader& reader) {
  workflow::WorkflowSettings settings;
  settings.mail.sender = reader.text("mail.sender");
  settings.mail.sender_name = reader.text("mail.sender_name");
  settings.mail.signature_fr = with_line_breaks(reader.text("mail.signature_fr"));
  settings.mail.signature_en = with_line_breaks(reader.text("mail.signature_en"));
  settings.mail.base_url = reader.text("site.base_url");
  settings.sendmail = reader.text("mail.sendmail");
  settings.sendmail_deadline = reader.duration("mail.sendmail_deadline");
  settings.administrators_group = reader.text("site.administrators_group");
  settings.session_idle = reader.duration("sessions.idle");
  settings.session_absolute = reader.duration("sessions.absolute");
  settings.sign_ins_per_name = reader.number("sign_in.per_name");
  settings.sign_ins_per_network = reader.number("sign_in.per_network");
  settings.events_retention = reader.duration("events.retention");
  settings.events_kept = reader.size("events.kept");
  settings.client_rate = reader.number("clients.rate");
  settings.client_burst = reader.number("clients.burst");
  return settings;
}

// Null without a key, or with one that cannot be used: that is a problem.
std::shared_ptr<const JwsSigner> events_signer(Reader& reader) {
  constexpr const char* kName = "events.signing_key_file";
  if (reader.text(kName).empty()) return nullptr;
  const auto pem = read_key_file(reader.path(kName));
  auto signer =
      pem ? JwsSigner::from_pem(*pem) : Result<std::shared_ptr<const JwsSigner>>(pem.error());
  if (signer) return *std::move(signer);
  reader.problem(kName, signer.error().detail);
  return nullptr;
}

scim::Settings scim_settings(Reader& reader) {
  scim::Settings settings;
  settings.events_wait = reader.duration("events.wait");
  settings.events_signer = events_signer(reader);
  settings.base_url = reader.text("site.base_url") + "/scim/v2";
  settings.default_count = reader.size("scim.default_count");
  settings.max_results = reader.size("scim.max_results");
  settings.max_payload = reader.size("server.max_body");
  settings.max_operations = reader.size("scim.max_operations");
  settings.cursor_timeout = reader.duration("scim.cursor_timeout");
  if (!reader.text("scim.cursor_secret_file").empty()) {
    settings.cursor_secret = reader.secret("scim.cursor_secret_file");
  }
  return settings;
}

portal::Settings portal_settings(const Reader& reader) {
  portal::Settings settings;
  settings.base_url = reader.text("site.base_url");
  using Member = std::pair<const char*, std::string portal::Settings::*>;
  using P = portal::Settings;
  for (const auto& [name, member] : {Member{"brand_fr", &P::brand_fr},
                                     Member{"brand_en", &P::brand_en},
                                     Member{"service_fr", &P::service_fr},
                                     Member{"service_en", &P::service_en},
                                     Member{"tagline_fr", &P::tagline_fr},
                                     Member{"tagline_en", &P::tagline_en},
                                     Member{"banner_level", &P::banner_level},
                                     Member{"banner_fr", &P::banner_fr},
                                     Member{"banner_en", &P::banner_en},
                                     Member{"banner_from", &P::banner_from},
                                     Member{"banner_until", &P::banner_until},
                                     Member{"legal_url", &P::legal_url},
                                     Member{"terms_url", &P::terms_url},
                                     Member{"privacy_url", &P::privacy_url},
                                     Member{"accessibility_url", &P::accessibility_url},
                                     Member{"help_url", &P::help_url},
                                     Member{"sign_up_url", &P::sign_up_url},
                                     Member{"reset_url", &P::reset_url},
                                     Member{"agents_url", &P::agents_url},
                                     Member{"theme_css", &P::theme_css}}) {
    settings.*member = reader.text(std::string("portal.") + name);
  }
  return settings;
}

Server::Options server_options(const Reader& reader) {
  Server::Options options;
  options.threads = reader.number("server.threads");
  options.limits.max_body = reader.size("server.max_body");
  options.drain_grace = reader.duration("server.drain_grace");
  options.drain_deadline = reader.duration("server.drain_deadline");
  return options;
}

Log::Level log_level(const std::string& word) {
  if (word == "debug") return Log::Level::kDebug;
  if (word == "warn") return Log::Level::kWarn;
  return word == "error" ? Log::Level::kError : Log::Level::kInfo;
}

}  // namespace

Result<Configuration> configure(const Settings& settings, const std::string& file) {
  Reader reader(settings, file);
  Configuration result;
  result.file = file;
  result.socket = reader.text("server.socket");
  result.health_socket = reader.text("server.health_socket");
  result.policies_dir = reader.path("policies.dir");
  result.audit_file = reader.path("audit.file");
  result.log_level = log_level(reader.text("log.level"));
  result.server = server_options(reader);
  result.start_wait = reader.duration("server.start_wait");
  result.send_mails = reader.flag("mail.send");
  result.directory = directory(reader);
  result.workflow = workflow_settings(reader);
  result.scim = scim_settings(reader);
  result.portal = portal_settings(reader);
  result.authzen = {reader.text("site.base_url"), reader.text("authzen.fixture")};
  result.jwt = jwt_settings(settings);
  result.workflow.jwt_issuer = result.jwt.rules.issuer;
  result.workflow.jwt_require_entry = result.jwt.require_entry;
  for (const auto& [name, what] : jwt_problems(result.jwt)) reader.problem(name, what);
  if (result.socket == result.health_socket) {
    reader.problem("server.health_socket", "must differ from server.socket");
  }
  if (reader.problems().empty()) return result;
  return invalid("settings", reader.problems());
}

Result<Configuration> load_configuration(const std::string& file) {
  const auto settings = Settings::load(file, option_table());
  if (!settings) return settings.error();
  return configure(*settings, file);
}

}  // namespace habilitd::fastcgi
