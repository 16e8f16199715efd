#include "fastcgi/options.h"

#include "fastcgi/jwt_options.h"
#include "fastcgi/option_checks.h"
#include "ldap/schema.h"

namespace habilitd::fastcgi {
namespace {

using Table = std::vector<Option>;

void add_site(Table& table) {
  table.push_back(
      {"site.base_url", "", true,
       "Address people and programs use: scheme and host. Every link in pages, mails and "
       "SCIM answers begins with it; the Host header of a request never counts.",
       check_base_url});
  table.push_back({"site.administrators_group", "iam-admin", false,
                   "cn of the directory group whose members administer the platform.",
                   check_required_text});
}

void add_server(Table& table) {
  table.push_back(
      {"server.socket", "/run/habilitd/habilitd.sock", false,
       "Unix socket for nginx (mode 0660). A socket handed over by systemd for this path "
       "is taken instead of making one.",
       check_absolute_path});
  table.push_back({"server.health_socket", "/run/habilitd/health.sock", false,
                   "Unix socket of its own for /health and /metrics, answered by its own threads.",
                   check_absolute_path});
  table.push_back({"server.threads", "32", false,
                   "Requests begun at once; of these no more work than the processors serve.",
                   check_number(1, 512)});
  table.push_back({"server.max_body", "1048576", false,
                   "Largest accepted body of a request, in bytes; larger ones get 413.",
                   check_number(1024, 64LL << 20)});
  table.push_back(
      {"server.start_wait", "5s", false,
       "How long connections may wait at start until the directory has been read; after "
       "that requests are answered with 503 until it is there.",
       check_duration});
  table.push_back({"server.drain_grace", "1s", false,
                   "After SIGTERM: how long kept connections may still bring a request.",
                   check_duration});
  table.push_back({"server.drain_deadline", "15s", false,
                   "After SIGTERM: how long running requests may take.", check_duration});
  table.push_back({"log.level", "info", false,
                   "Least level written to standard error: debug, info, warn or error.",
                   check_one_of({"debug", "info", "warn", "error"})});
}

void add_connection(Table& table) {
  table.push_back(
      {"directory.uri", "ldapi:///", false,
       "The one provider that is written to. Moving to another one is a deliberate act: "
       "with two writers both would say yes.",
       check_directory_uri});
  table.push_back({"directory.mirror_uri", "", false,
                   "Where the mirror reads from, any provider or consumer; empty: directory.uri.",
                   check_optional_directory_uri});
  table.push_back(
      {"directory.start_tls", "no", false,
       "StartTLS on ldap:// connections; a refusal ends the connection before any bind.",
       check_flag});
  table.push_back(
      {"directory.ca_file", "", false,
       "Certificates that the directory's certificate must lead to; empty: the system's.",
       nullptr});
  table.push_back({"directory.deadline", "3s", false,
                   "Longest wait for the directory before a request is answered with 503.",
                   check_duration});
  table.push_back({"directory.connections", "8", false, "Connections kept for each identity.",
                   check_number(1, 128)});
  table.push_back({"directory.mirror_max_age", "5s", false,
                   "How long reads go on after the directory was last heard of.", check_duration});
  table.push_back(
      {"directory.mirror_heartbeat", "1s", false,
       "How often a silent directory is asked whether it is there; also the pause between "
       "attempts to reconnect.",
       check_duration});
  table.push_back({"directory.mirror_wait", "2s", false,
                   "How long a write waits to be seen in the mirror.", check_duration});
}

void add_identity(Table& table, const std::string& identity, const std::string& purpose) {
  table.push_back({"directory." + identity + "_name", "", false,
                   "Name (DN) that " + purpose + "; empty: cn=habilitd-" + identity +
                       " under directory.services.",
                   check_optional_name});
  table.push_back({"directory." + identity + "_password_file", "", true,
                   "File that holds its password, readable by habilitd alone. "
                   "$CREDENTIALS_DIRECTORY/NAME is a credential handed over by systemd.",
                   check_path});
}

void add_tree(Table& table) {
  table.push_back(
      {"directory.suffix", "", true, "Name under which everything stands.", check_name});
  for (const char* place : {"people", "structures", "habilitations", "groups", "applications",
                            "requests", "sessions", "tokens", "outbox", "events", "services"}) {
    table.push_back(
        {std::string("directory.") + place, "", false,
         std::string("Base of the ") + place + "; empty: ou=" + place + " under directory.suffix.",
         check_optional_name});
  }
  table.push_back({"directory.steward", "", false,
                   "Permanent member of every group, hidden everywhere; empty: cn=habilitd under "
                   "directory.services.",
                   check_optional_name});
  table.push_back({"directory.person_class", "inetOrgPerson", false,
                   "Object class that makes an entry under directory.people a person.",
                   check_attribute});
  table.push_back(
      {"directory.group_class", "groupOfNames", false, "Object class of groups.", check_attribute});
}

bool is_renamable(ldap::Attr attr) {
  return attr > ldap::Attr::kObjectClass && attr < ldap::Attr::kHabKey;
}

void add_attributes(Table& table) {
  for (const ldap::AttrInfo& info : ldap::attr_table()) {
    if (!is_renamable(info.attr)) continue;
    table.push_back({attribute_option(info.name), info.name, false,
                     std::string("What ") + info.name + " is called on this site.",
                     check_attribute});
  }
}

void add_policies(Table& table) {
  table.push_back(
      {"policies.dir", "/etc/habilitd/policies", false,
       "Folder of the policies, each NAME.json with its NAME.tests.json. Looked at every "
       "two seconds; a policy that is broken or fails its tests never replaces a good one.",
       check_path});
  table.push_back({"audit.file", "/var/lib/habilitd/audit.log", false,
                   "Append-only, hash-chained record of every decision. When it cannot be written, "
                   "nothing is decided.",
                   check_path});
  table.push_back(
      {"authzen.fixture", "", false,
       "Application whose policy carries entities of its own, for AuthZEN certification; "
       "empty on a production site.",
       check_optional_application});
}

void add_mail(Table& table) {
  table.push_back(
      {"mail.sender", "", true, "Envelope sender and From address.", check_mail_address});
  table.push_back(
      {"mail.sender_name", "", false, "Name shown beside the From address.", check_one_line});
  table.push_back({"mail.signature_fr", "", false,
                   "Signature of French mails; | begins a new line.", check_one_line});
  table.push_back({"mail.signature_en", "", false,
                   "Signature of English mails; | begins a new line.", check_one_line});
  table.push_back({"mail.sendmail", "/usr/sbin/sendmail", false,
                   "Program mails are handed to, as `sendmail -i -f SENDER -- ADDRESS`.",
                   check_absolute_path});
  table.push_back({"mail.sendmail_deadline", "10s", false,
                   "After that the program is stopped and the mail tried again later.",
                   check_duration});
  table.push_back(
      {"mail.send", "yes", false,
       "Does `serve` send mails itself? no: `habilitd send-mails` runs as a unit of its "
       "own, which postfix needs under a hardened systemd unit.",
       check_flag});
}

void add_people(Table& table) {
  table.push_back({"sessions.idle", "30min", false, "A session ends after so long without a page.",
                   check_duration});
  table.push_back({"sessions.absolute", "8h", false, "A session ends after so long in any case.",
                   check_duration});
  table.push_back({"sign_in.per_name", "10", false,
                   "Failed sign-ins a minute for one name before the next must wait.",
                   check_number(1, 10000)});
  table.push_back({"sign_in.per_network", "60", false,
                   "Failed sign-ins a minute from one network before the next must wait.",
                   check_number(1, 100000)});
}

void add_scim(Table& table) {
  table.push_back({"scim.default_count", "100", false,
                   "Resources on a page when the client names no count.", check_number(1, 10000)});
  table.push_back(
      {"scim.max_results", "1000", false, "Most resources on a page.", check_number(1, 10000)});
  table.push_back({"scim.max_operations", "1000", false,
                   "Most operations in one bulk request; its size is limited by server.max_body.",
                   check_number(1, 10000)});
  table.push_back({"scim.cursor_timeout", "1h", false,
                   "How long a client may wait between two pages of a walk by cursors.",
                   check_duration});
  table.push_back({"scim.cursor_secret_file",
                   "",
                   false,
                   "File whose first line seals cursors (openssl rand -base64 32). With the same "
                   "line on all hosts, walks go on there and after a restart; empty: they end with "
                   "the process.",
                   {}});
}

void add_clients(Table& table) {
  table.push_back({"clients.rate", "0", false,
                   "Requests a minute that a client (SCIM, AuthZEN) without a rate of its own may "
                   "make; more get 429 with Retry-After. 0: no limit.",
                   check_number(0, 1000000)});
  table.push_back({"clients.burst", "0", false,
                   "How many of these may come at once; 0: a sixth of clients.rate, at least 10.",
                   check_number(0, 1000000)});
}

void add_events(Table& table) {
  table.push_back({"events.retention", "7d", false,
                   "How long an event waits under directory.events for the clients that listen "
                   "(scope events:read).",
                   check_duration});
  table.push_back(
      {"events.kept", "100000", false,
       "Most events that wait; beyond that the client with most to read loses its oldest.",
       check_number(100, 10'000'000)});
  table.push_back({"events.wait", "5s", false,
                   "How long a client may wait for the next event in one request; four at most "
                   "wait at once, others are answered immediately.",
                   check_duration});
  table.push_back({"events.signing_key_file", "", false,
                   "File with a private key (PEM: P-256, or RSA of 2048 bits and more) that signs "
                   "events; empty: they are not signed (`alg: none`), and TLS says where they come "
                   "from.",
                   nullptr});
}

void add_portal_texts(Table& table) {
  const auto text = [&](const std::string& name, const char* value, const char* help) {
    table.push_back({"portal." + name, value, false, help, check_one_line});
  };
  text("brand_fr", "", "Brand block, in French; | begins a new line.");
  text("brand_en", "", "Brand block, in English; | begins a new line.");
  text("service_fr", "Mes démarches emploi et formation", "Name of the portal, in French.");
  text("service_en", "My employment and training services", "Name of the portal, in English.");
  text("tagline_fr", "", "Line under the name, in French.");
  text("tagline_en", "", "Line under the name, in English.");
  table.push_back({"portal.banner_level", "", false,
                   "Notice above every page: info, warning or alert; empty: none.",
                   check_one_of({"", "info", "warning", "alert"})});
  text("banner_fr", "", "Text of the notice, in French.");
  text("banner_en", "", "Text of the notice, in English.");
  table.push_back({"portal.banner_from", "", false, "The notice is shown from this instant on.",
                   check_optional_instant});
  table.push_back({"portal.banner_until", "", false, "The notice is shown until this instant.",
                   check_optional_instant});
}

void add_portal_links(Table& table) {
  const auto link = [&](const std::string& name, const char* help) {
    table.push_back({"portal." + name, "", false, help, check_optional_url});
  };
  link("legal_url", "Legal notice, in the footer.");
  link("terms_url", "Terms of use, in the footer.");
  link("privacy_url", "Privacy statement, in the footer.");
  link("accessibility_url", "Accessibility statement, in the footer.");
  link("help_url", "Where people find help.");
  link("sign_up_url", "Where people make an account.");
  link("reset_url", "Where people set a new password.");
  link("agents_url", "Where agents of the ministry sign in.");
  link("theme_css", "A further style sheet on our own origin.");
}

Table make_table() {
  Table table;
  add_site(table);
  add_server(table);
  add_connection(table);
  add_tree(table);
  add_identity(table, "reader", "the mirror reads as");
  add_identity(table, "provisioning", "SCIM writes as");
  add_identity(table, "decisions", "requests and memberships are written as");
  add_identity(table, "passwords", "passwords are set as");
  add_attributes(table);
  add_policies(table);
  add_mail(table);
  add_people(table);
  add_scim(table);
  add_clients(table);
  add_events(table);
  add_jwt_options(table);
  add_portal_texts(table);
  add_portal_links(table);
  return table;
}

}  // namespace

const std::vector<Option>& option_table() {
  static const Table table = make_table();
  return table;
}

std::string attribute_option(std::string_view standard_name) {
  return "directory.attribute." + std::string(standard_name);
}

}  // namespace habilitd::fastcgi
