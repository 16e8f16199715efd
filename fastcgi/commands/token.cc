#include <chrono>
#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/context.h"
#include "workflow/tokens.h"

namespace habilitd::fastcgi {
namespace {

// Nothing reads the mirror here, so nothing waits for it.
std::optional<DirectoryContext> open_directory(const std::string& config) {
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return std::nullopt;
  configuration->directory.mirror_wait = std::chrono::milliseconds(0);
  return std::optional<DirectoryContext>(std::in_place, std::move(configuration->directory));
}

Result<workflow::Client> client_of(const TokenRequest& request) {
  workflow::Client client;
  client.name = request.name;
  client.dialect = request.dialect;
  for (const std::string& scope : request.scopes) {
    if (!workflow::is_scope(scope)) {
      return invalid("scope", scope + " is no scope; `habilitd token create --help` lists them");
    }
    client.scopes.insert(scope);
  }
  if (request.expires.empty()) return client;
  const auto expires = parse_rfc3339(request.expires);
  if (!expires)
    return invalid("expires", request.expires + " is no instant such as 2027-01-31T00:00:00Z");
  client.expires = *expires;
  return client;
}

}  // namespace

int token_create(const std::string& config, const TokenRequest& request) {
  const auto client = client_of(request);
  if (!client) {
    complain(client.error());
    return kExitUsage;
  }
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  SystemClock clock;
  const auto secret = workflow::create_token(directory->directory(), *client, clock);
  if (!secret) return complain(secret.error());
  std::cout << secret->reveal() << std::endl;
  std::cerr
      << "habilitd: this is the only time the secret is shown; the directory keeps its hash\n";
  return kExitDone;
}

int token_list(const std::string& config) {
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  const auto tokens = workflow::list_tokens(directory->directory());
  if (!tokens) return complain(tokens.error());
  for (const workflow::Client& client : *tokens) {
    std::cout << client.name << '\t' << client.dialect << '\t'
              << (client.expires ? to_rfc3339(*client.expires) : "no end") << '\t';
    for (const std::string& scope : client.scopes) std::cout << scope << ' ';
    std::cout << '\n';
  }
  return kExitDone;
}

int token_revoke(const std::string& config, const std::string& name) {
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  const auto revoked = workflow::revoke_token(directory->directory(), name);
  if (!revoked) return complain(revoked.error());
  std::cout << name << " revoked\n";
  return kExitDone;
}

}  // namespace habilitd::fastcgi
