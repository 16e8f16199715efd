#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>

#include "base/text.h"
#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/context.h"
#include "workflow/client_settings.h"

namespace habilitd::fastcgi {
namespace {

// Nothing reads the mirror here, so nothing waits for it.
std::optional<DirectoryContext> open_directory(const std::string& config) {
  auto configuration = configuration_or_complaint(config);
  if (!configuration) return std::nullopt;
  configuration->directory.mirror_wait = std::chrono::milliseconds(0);
  return std::optional<DirectoryContext>(std::in_place, std::move(configuration->directory));
}

bool is_none(const std::string& text) { return text == "none"; }

Status set_scopes(const std::vector<std::string>& given, workflow::Client& client) {
  if (given.empty()) return done();
  client.scopes.clear();
  for (const std::string& scope : given) {
    if (!workflow::is_scope(scope)) {
      return invalid("scope", scope + " is no scope; `habilitd token create --help` lists them");
    }
    client.scopes.insert(scope);
  }
  return done();
}

Status set_structures(const std::vector<std::string>& given, workflow::Client& client) {
  if (given.empty()) return done();
  client.structures.clear();
  for (const std::string& text : given) {
    if (is_none(text)) continue;
    const auto siret = Siret::parse(text);
    if (!siret) return invalid("structure", text + " is no SIRET: " + siret.error().reason);
    client.structures.insert(siret->str());
  }
  return done();
}

Status set_mail_domains(const std::vector<std::string>& given, workflow::Client& client) {
  if (given.empty()) return done();
  client.mail_domains.clear();
  for (const std::string& text : given) {
    if (is_none(text)) continue;
    const auto domain = workflow::parse_mail_domain(text);
    if (!domain) return invalid("mail-domain", text + " is no mail domain such as example.fr");
    client.mail_domains.insert(*domain);
  }
  return done();
}

Status set_number(const std::string& text, const char* name, int& number) {
  if (text.empty()) return done();
  if (is_none(text)) {
    number = 0;
    return done();
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return done();
  return invalid(name, text + " is no number of requests; give one, or none");
}

Status set_expiry(const std::string& text, workflow::Client& client) {
  if (text.empty()) return done();
  if (is_none(text)) {
    client.expires.reset();
    return done();
  }
  const auto expires = parse_rfc3339(text);
  if (!expires) return invalid("expires", text + " is no instant such as 2027-01-31T00:00:00Z");
  client.expires = *expires;
  return done();
}

Status apply(const TokenRequest& request, workflow::Client& client) {
  if (!request.dialect.empty()) client.dialect = request.dialect;
  for (const auto& status :
       {set_scopes(request.scopes, client), set_structures(request.structures, client),
        set_mail_domains(request.mail_domains, client),
        set_number(request.rate, "rate", client.rate.per_minute),
        set_number(request.burst, "burst", client.rate.burst),
        set_expiry(request.expires, client)}) {
    if (!status) return status;
  }
  if (is_none(request.rate)) client.rate.burst = 0;
  return done();
}

std::string joined(const std::set<std::string, std::less<>>& words, const char* otherwise) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? otherwise : text;
}

std::string rate_text(const workflow::RateLimit& rate) {
  if (rate.per_minute == 0) return "clients.rate of the settings";
  return std::to_string(rate.per_minute) + " a minute, burst " +
         (rate.burst == 0 ? "by default" : std::to_string(rate.burst));
}

std::string expiry_text(const workflow::Client& client) {
  return client.expires ? to_rfc3339(*client.expires) : "no end";
}

void print_client(const workflow::Client& client) {
  const char* all = client.restricted() ? "none" : "all";
  std::cout << "name:         " << client.name << "\nid:           " << client.id.str()
            << "\ndialect:      " << client.dialect
            << "\nscopes:       " << joined(client.scopes, "none")
            << "\nstructures:   " << joined(client.structures, all)
            << "\nmail domains: " << joined(client.mail_domains, all)
            << "\nrate:         " << rate_text(client.rate)
            << "\nexpires:      " << expiry_text(client) << '\n';
}

// Where no entry is needed, a program that comes with JWTs is limited by its entry alone.
Result<bool> would_widen(const std::string& config, ldap::Directory& directory,
                         const std::string& name) {
  const auto configuration = configuration_or_complaint(config);
  if (!configuration || !configuration->jwt.on() || configuration->jwt.require_entry) return false;
  const auto tokens = workflow::list_tokens(directory);
  if (!tokens) return tokens.error();
  return std::any_of(tokens->begin(), tokens->end(), [&](const workflow::Client& client) {
    return ascii_lower(client.name) == ascii_lower(name) && client.restricted();
  });
}

Error would_see_everybody(const std::string& name) {
  return invalid("limits", "jwt.require_entry is no: without its entry " + name +
                               " would see everybody when it comes with a JWT. Set it to yes, or "
                               "take the program's scopes away at the IAM; --lift revokes "
                               "nevertheless");
}

}  // namespace

int token_create(const std::string& config, const TokenRequest& request) {
  workflow::Client client;
  client.name = request.name;
  auto described = apply(request, client);
  if (described) described = workflow::check_client(client);
  if (!described) {
    complain(described.error());
    return kExitUsage;
  }
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  SystemClock clock;
  const auto secret = workflow::create_token(directory->directory(), client, clock);
  if (!secret) return complain(secret.error());
  if (request.jwt) {
    std::cout << request.name << " made, without a secret\n";
    return kExitDone;
  }
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
    std::cout << client.name << '\t' << client.dialect << '\t' << expiry_text(client) << '\t'
              << joined(client.scopes, "no scope") << '\t'
              << (client.restricted() ? "own people only" : "all people") << '\n';
  }
  return kExitDone;
}

int token_edit(const std::string& config, const TokenRequest& request) {
  workflow::Client probe;
  if (auto readable = apply(request, probe); !readable) {
    complain(readable.error());
    return kExitUsage;
  }
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  const auto edited =
      workflow::edit_token(directory->directory(), request.name,
                           [&](workflow::Client& client) { return apply(request, client); });
  if (!edited) return complain(edited.error());
  return token_show(config, request.name);
}

int token_show(const std::string& config, const std::string& name) {
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  const auto tokens = workflow::list_tokens(directory->directory());
  if (!tokens) return complain(tokens.error());
  for (const workflow::Client& client : *tokens) {
    if (client.name != name) continue;
    print_client(client);
    return kExitDone;
  }
  return complain(Error{Errc::kNotFound, "token", "there is no token named " + name});
}

int token_revoke(const std::string& config, const std::string& name, bool lift) {
  auto directory = open_directory(config);
  if (!directory) return kExitUsage;
  if (!lift) {
    const auto widens = would_widen(config, directory->directory(), name);
    if (!widens) return complain(widens.error());
    if (*widens) return complain(would_see_everybody(name));
  }
  const auto revoked = workflow::revoke_token(directory->directory(), name);
  if (!revoked) return complain(revoked.error());
  std::cout << name << " revoked\n";
  return kExitDone;
}

}  // namespace habilitd::fastcgi
