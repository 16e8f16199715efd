// What `habilitd` can be told to do, one file each. Every command returns its exit code.
#pragma once

#include <string>
#include <vector>

namespace habilitd::fastcgi {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;  // the answer is no, or it did not work
inline constexpr int kExitUsage = 2;   // the command line or the settings are wrong

// Each reads the settings file first; `config` names it.
int serve(const std::string& config);
int send_mails(const std::string& config);
int check(const std::string& config);

// What was not given is empty and stays as it is; the word "none" takes a setting away.
struct TokenRequest {
  std::string name, dialect, expires, rate, burst;  // expires: RFC 3339
  std::vector<std::string> scopes, structures, mail_domains;
  bool jwt = false;  // the secret is not shown: the client comes with a JWT of that name
};
int token_create(const std::string& config, const TokenRequest&);
int token_edit(const std::string& config, const TokenRequest&);
int token_show(const std::string& config, const std::string& name);
int token_list(const std::string& config);
// `lift`: also when that takes the limits away from a program that comes with JWTs.
int token_revoke(const std::string& config, const std::string& name, bool lift);

// `part`: schema, tree, overlays, access, or all when empty. With an administrator's name and
// password file the tree is made instead of printed.
struct InitRequest {
  std::string part, database = "{1}mdb", admin_name, admin_password_file;
};
int directory_init(const std::string& config, const InitRequest&);
int directory_check(const std::string& config);
int directory_reconcile(const std::string& config, bool dry_run);

struct ExplainRequest {
  std::string subject, action, application, role, structure, target;
};
int policy_test(const std::vector<std::string>& files);
int policy_check(const std::vector<std::string>& files);
int policy_explain(const std::string& config, const ExplainRequest&);
int policy_diff(const std::string& config, const std::string& before, const std::string& after);

int audit_verify(const std::string& file);
// `file` empty: audit.file of the settings.
int audit_verify_configured(const std::string& config, const std::string& file);
int outbox_list(const std::string& config);
int settings_page_command();
int openapi_command();

// Reads the arguments (CLI11) and runs one command.
int run_command_line(int argc, char** argv);

}  // namespace habilitd::fastcgi
