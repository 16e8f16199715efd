// The only file that includes CLI11.
#include <CLI/CLI.hpp>
#include <functional>

#include "base/version.h"
#include "fastcgi/commands/commands.h"

namespace habilitd::fastcgi {
namespace {

constexpr const char* kDefaultConfig = "/etc/habilitd/habilitd.conf";
constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed, or the answer is no; 2 the command line or the settings are "
    "wrong.\n"
    "Settings are explained in docs/settings.md (`habilitd settings`).";
constexpr const char* kScopes =
    "What the token allows, repeated or with commas:\n"
    "  users:read users:write                  people over SCIM (write includes read)\n"
    "  groups:read groups:write                groups over SCIM\n"
    "  structures:read structures:write        structures; naming managers needs grant:*, too\n"
    "  habilitations:read habilitations:write  habilitations; changing them needs grant:, too\n"
    "  requests:read requests:write            access requests; deciding needs grant:, too\n"
    "  me:read me:write                        /Me, for JWTs that act for a person\n"
    "  events:read                             what happened, from POST /scim/v2/Events (RFC "
    "8936)\n"
    "  decisions                               AuthZEN evaluations\n"
    "  grant:APP.ROLE                          give and take that habilitation; grant:* all of "
    "them";
constexpr const char* kStructures =
    "SIRET of a structure that is its own, repeated or with commas. With --structure or\n"
    "--mail-domain the client sees and changes its own people only: those it created, those\n"
    "attached to a structure of its own, those with a mail address in a domain of its own.\n"
    "Of groups: those it created, and what concerns its structures. none: no structure";
constexpr const char* kMailDomains =
    "Mail domain that is its own, repeated or with commas; exactly this one, not what stands\n"
    "under it. It gives people no address elsewhere. none: no domain";

// Filled by the parser, read by the command that was chosen.
struct Arguments {
  std::string config = kDefaultConfig, file, name, before, after;
  std::vector<std::string> files;
  bool dry_run = false, lift = false;
  TokenRequest token;
  ExplainRequest explain;
  InitRequest init;
};

using Run = std::function<int(const Arguments&)>;

class Words {
 public:
  Words(CLI::App& parent, Arguments& arguments, Run& chosen)
      : parent_(parent), arguments_(arguments), chosen_(chosen) {}

  CLI::App* group(const std::string& name, const std::string& help) {
    CLI::App* made = parent_.add_subcommand(name, help);
    made->require_subcommand(1);
    return made;
  }
  CLI::App* command(CLI::App* parent, const std::string& name, const std::string& help, Run run) {
    CLI::App* made = (parent ? parent : &parent_)->add_subcommand(name, help);
    made->callback([this, run = std::move(run)] { chosen_ = run; });
    return made;
  }
  CLI::App* configured(CLI::App* parent, const std::string& name, const std::string& help,
                       Run run) {
    CLI::App* made = command(parent, name, help, std::move(run));
    made->add_option("-c,--config", arguments_.config, "Settings file")->capture_default_str();
    return made;
  }

 private:
  CLI::App& parent_;
  Arguments& arguments_;
  Run& chosen_;
};

void add_service(Words& words, Arguments& a) {
  words.configured(nullptr, "serve",
                   "Answer requests until SIGTERM (SIGHUP reads the policies again)",
                   [](const Arguments& x) { return serve(x.config); });
  words.configured(nullptr, "send-mails", "Only send mails (with mail.send = no), until SIGTERM",
                   [](const Arguments& x) { return send_mails(x.config); });
  words.configured(nullptr, "check",
                   "Explain every bad setting, and try sockets, paths and directory",
                   [](const Arguments& x) { return check(x.config); });
  words.command(nullptr, "settings", "Print docs/settings.md from the table of options",
                [](const Arguments&) { return settings_page_command(); });
  words.command(nullptr, "openapi", "Print docs/openapi.json from the tables behind SCIM",
                [](const Arguments&) { return openapi_command(); });
  CLI::App* outbox = words.group("outbox", "Mails that have not left");
  words.configured(outbox, "list",
                   "List waiting mails and dead letters; exit 1 when there are dead ones",
                   [](const Arguments& x) { return outbox_list(x.config); });
  CLI::App* audit = words.group("audit", "The record of decisions");
  words
      .configured(audit, "verify", "Walk the hash chain; exit 1 at the first bad line",
                  [](const Arguments& x) { return audit_verify_configured(x.config, x.file); })
      ->add_option("FILE", a.file, "Audit log (default: audit.file of the settings)");
}

void add_client_settings(CLI::App* command, TokenRequest& token) {
  command
      ->add_option("--dialect", token.dialect, "SCIM dialect: rfc (default), entra, okta, strict")
      ->check(CLI::IsMember({"rfc", "entra", "okta", "strict"}));
  command->add_option("--structure", token.structures, kStructures)->delimiter(',');
  command->add_option("--mail-domain", token.mail_domains, kMailDomains)->delimiter(',');
  command->add_option("--rate", token.rate,
                      "Requests a minute; more get 429 with Retry-After. none: clients.rate of the "
                      "settings");
  command->add_option("--burst", token.burst,
                      "How many of these at once; none: a sixth of the rate, at least 10");
  command->add_option("--expires", token.expires,
                      "Last instant, such as 2027-01-31T00:00:00Z; none: no end");
}

void add_token(Words& words, Arguments& a) {
  CLI::App* group = words.group("token", "Bearer tokens of programs, and what each program may do");
  CLI::App* create =
      words.configured(group, "create", "Make a token and print its secret, once",
                       [](const Arguments& x) { return token_create(x.config, x.token); });
  create->add_option("--name", a.token.name, "What it is for; unique")->required();
  create->add_option("--scope", a.token.scopes, kScopes)->required()->delimiter(',');
  add_client_settings(create, a.token);
  create->add_flag("--jwt", a.token.jwt,
                   "For a client of the IAM of that name (jwt.issuer): its settings, no secret");
  CLI::App* edit = words.configured(
      group, "edit",
      "Change what a token allows, at once; its secret and id stay. "
      "What is not named stays as it is; a list that is named replaces the one before",
      [](const Arguments& x) { return token_edit(x.config, x.token); });
  edit->add_option("NAME", a.token.name, "The token's name")->required();
  edit->add_option("--scope", a.token.scopes, kScopes)->delimiter(',');
  add_client_settings(edit, a.token);
  words.configured(group, "list", "List tokens (never their secrets)",
                   [](const Arguments& x) { return token_list(x.config); });
  words
      .configured(group, "show", "All settings of one token (never its secret)",
                  [](const Arguments& x) { return token_show(x.config, x.name); })
      ->add_option("NAME", a.name, "The token's name")
      ->required();
  CLI::App* revoke =
      words.configured(group, "revoke", "Make a token worthless at once",
                       [](const Arguments& x) { return token_revoke(x.config, x.name, x.lift); });
  revoke->add_option("NAME", a.name, "The token's name")->required();
  revoke->add_flag("--lift", a.lift,
                   "Also when a program that comes with JWTs would then see everybody "
                   "(jwt.require_entry = no)");
}

void add_directory(Words& words, Arguments& a) {
  CLI::App* group = words.group("directory", "The directory behind it");
  CLI::App* init = words.configured(
      group, "init", "Print what the directory needs, as LDIF; with --admin-name, make the tree",
      [](const Arguments& x) { return directory_init(x.config, x.init); });
  init->add_option("--part", a.init.part, "Only this part")
      ->check(CLI::IsMember({"server", "schema", "tree", "overlays", "access"}));
  init->add_option("--database", a.init.database, "The database's name under cn=config")
      ->capture_default_str();
  CLI::Option* admin =
      init->add_option("--admin-name", a.init.admin_name, "Name (DN) of an administrator");
  init->add_option("--admin-password-file", a.init.admin_password_file, "File with the password")
      ->needs(admin);
  words.configured(group, "check", "Say what is missing, and try what must be refused",
                   [](const Arguments& x) { return directory_check(x.config); });
  words
      .configured(group, "reconcile", "Finish what a crash interrupted, repair what is derived",
                  [](const Arguments& x) { return directory_reconcile(x.config, x.dry_run); })
      ->add_flag("--dry-run", a.dry_run, "Say what would be done, change nothing");
}

void add_explain(Words& words, CLI::App* group, Arguments& a) {
  CLI::App* explain = words.configured(
      group, "explain", "Why may somebody do something, or not; exit 1 for a denial",
      [](const Arguments& x) { return policy_explain(x.config, x.explain); });
  explain->add_option("--subject", a.explain.subject, "Who acts: user name, mail or id")
      ->required();
  explain->add_option("--action", a.explain.action, "request approve refuse add revoke list use")
      ->required();
  explain->add_option("--role", a.explain.role, "APP.ROLE, such as soffi.consultation")->required();
  explain->add_option("--structure", a.explain.structure, "SIRET")->required();
  explain->add_option("--target", a.explain.target,
                      "Who would hold the role (default: the subject)");
}

void add_policy(Words& words, Arguments& a) {
  CLI::App* group = words.group("policy", "Policies: test, check, explain, compare");
  words
      .command(group, "test", "Run each policy's tests (NAME.tests.json beside NAME.json)",
               [](const Arguments& x) { return policy_test(x.files); })
      ->add_option("FILE", a.files, "Policy files")
      ->required();
  words
      .command(group, "check", "Say whether each policy can be read, and where it is wrong",
               [](const Arguments& x) { return policy_check(x.files); })
      ->add_option("FILE", a.files, "Policy files")
      ->required();
  add_explain(words, group, a);
  CLI::App* diff = words.configured(
      group, "diff", "What a new policy would change for today's habilitations and requests",
      [](const Arguments& x) { return policy_diff(x.config, x.before, x.after); });
  diff->add_option("OLD", a.before, "The policy in force")->required();
  diff->add_option("NEW", a.after, "The policy to be")->required();
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{
      "habilitd: who may ask, who may say yes, for which organisation, until when, and why.",
      "habilitd"};
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("habilitd ") + kVersion);
  app.require_subcommand(1);
  Arguments arguments;
  Run chosen;
  Words words(app, arguments, chosen);
  add_service(words, arguments);
  add_token(words, arguments);
  add_directory(words, arguments);
  add_policy(words, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  return chosen(arguments);
}

}  // namespace habilitd::fastcgi
