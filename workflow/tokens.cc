#include "workflow/tokens.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Identity;

constexpr std::string_view kSecretKind = "bearer";
constexpr std::size_t kLongestBearer = 512;

std::string encode_client(const Client& client) {
  return dump(Json{{"dialect", client.dialect}, {"scopes", client.scopes}});
}

// What the entry says beside its name; a client that cannot be read has no scope at all.
bool decode_client(std::string_view text, Client& client) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return false;
  const auto dialect = json->find("dialect");
  if (dialect != json->end() && dialect->is_string()) client.dialect = dialect->get<std::string>();
  const auto scopes = json->find("scopes");
  if (scopes == json->end() || !scopes->is_array()) return false;
  for (const Json& scope : *scopes) {
    if (scope.is_string()) client.scopes.insert(scope.get<std::string>());
  }
  return true;
}

bool decode_expiry(std::string_view text, Client& client) {
  if (text.empty()) return true;
  auto expires = parse_generalized_time(text);
  if (!expires) return false;
  client.expires = *expires;
  return true;
}

std::optional<Client> client_from(const EntryUuid& id, std::string_view name,
                                  std::string_view client_text, std::string_view expires) {
  Client client;
  client.id = id;
  client.name = name;
  if (!decode_client(client_text, client) || !decode_expiry(expires, client)) return std::nullopt;
  return client;
}

Status check_client(const Client& client) {
  if (!is_presentable(client.name)) return invalid("token-name", client.name);
  for (const std::string& scope : client.scopes) {
    if (!is_scope(scope)) return invalid("token-scope", scope);
  }
  for (const char* known : {"rfc", "entra", "okta", "strict"}) {
    if (client.dialect == known) return done();
  }
  return invalid("token-dialect", client.dialect);
}

ldap::Dn token_dn(const ldap::Layout& layout, std::string_view name) {
  return ldap::Dn::child(layout.name(Attr::kCn), name, layout.tokens);
}

Error no_such_token() { return {Errc::kUnauthenticated, "invalid-token", {}}; }

}  // namespace

bool Client::may(std::string_view scope) const {
  if (scopes.count(scope) > 0) return true;
  constexpr std::string_view kRead = ":read";
  if (scope.starts_with("grant:")) return scopes.count("grant:*") > 0;
  if (!scope.ends_with(kRead)) return false;
  scope.remove_suffix(kRead.size());
  return scopes.count(std::string(scope) + ":write") > 0;
}

Actor Client::actor() const {
  Actor actor{Actor::Kind::kClient, id, name, {}, {}};
  for (const std::string& scope : scopes) {
    if (scope.starts_with("grant:")) actor.grants.insert(scope);
  }
  return actor;
}

bool is_scope(std::string_view scope) {
  for (const char* plain :
       {"users:read", "users:write", "groups:read", "groups:write", "structures:read",
        "structures:write", "habilitations:read", "habilitations:write", "requests:read",
        "requests:write", "me:read", "me:write", "decisions", "grant:*"}) {
    if (scope == plain) return true;
  }
  constexpr std::string_view kGrant = "grant:";
  if (!scope.starts_with(kGrant)) return false;
  scope.remove_prefix(kGrant.size());
  const auto dot = scope.find('.');
  return dot != std::string_view::npos &&
         RoleId::parse(scope.substr(0, dot), scope.substr(dot + 1)).ok();
}

Result<Secret> create_token(ldap::Directory& directory, const Client& client, Clock& clock) {
  if (auto checked = check_client(client); !checked) return checked.error();
  const ldap::Layout& layout = directory.layout();
  Secret secret = random_token();
  ldap::Attributes entry{
      ldap::attribute(layout, Attr::kObjectClass, {"habToken"}),
      ldap::attribute(layout, Attr::kCn, {client.name}),
      ldap::attribute(layout, Attr::kHabHash, {secret_fingerprint(kSecretKind, secret)}),
      ldap::attribute(layout, Attr::kHabClient, {encode_client(client)}),
      ldap::attribute(layout, Attr::kHabCreated, {to_generalized_time(clock.now())})};
  if (client.expires) {
    entry.push_back(
        ldap::attribute(layout, Attr::kHabExpires, {to_generalized_time(*client.expires)}));
  }
  const auto added = directory.add(Identity::kDecisions, token_dn(layout, client.name), entry);
  if (added) return secret;
  if (added.error().directory_code != ldap::code::kEntryAlreadyExists) return added.error();
  return Error{Errc::kConflict, "token-name-taken", client.name, added.error().directory_code};
}

Status revoke_token(ldap::Directory& directory, std::string_view name) {
  const ldap::Dn dn = token_dn(directory.layout(), name);
  const auto entry = directory.read(Identity::kDecisions, dn, {Attr::kEntryUuid});
  if (!entry) return entry.error();
  const auto id = EntryUuid::parse(entry->first("entryUUID"));
  if (!id) return id.error();
  return directory.remove(Identity::kDecisions, dn, *id);
}

Result<std::vector<Client>> list_tokens(ldap::Directory& directory) {
  const ldap::Layout& layout = directory.layout();
  const auto text = [&](const ldap::Entry& entry, Attr attr) {
    return entry.first(layout.name(attr).str());
  };
  const auto entries =
      directory.search(Identity::kDecisions, layout.tokens,
                       ldap::Filter::equals(layout.name(Attr::kObjectClass), "habToken"),
                       {Attr::kCn, Attr::kHabClient, Attr::kHabExpires, Attr::kEntryUuid});
  if (!entries) return entries.error();
  std::vector<Client> clients;
  for (const ldap::Entry& entry : *entries) {
    const auto id = EntryUuid::parse(text(entry, Attr::kEntryUuid));
    if (!id) continue;
    auto client = client_from(*id, text(entry, Attr::kCn), text(entry, Attr::kHabClient),
                              text(entry, Attr::kHabExpires));
    if (client) clients.push_back(*std::move(client));
  }
  return clients;
}

Result<Client> find_client(const ldap::Mirror::View& view, std::string_view bearer, Instant now) {
  if (bearer.empty() || bearer.size() > kLongestBearer) return no_such_token();
  const std::string print = secret_fingerprint(kSecretKind, Secret(std::string(bearer)));
  const auto record = view.find_one(Attr::kHabHash, print, ldap::Kind::kToken);
  if (!record || !equal_in_constant_time(record->first(Attr::kHabHash), print)) {
    return no_such_token();
  }
  auto client = client_from(record->id(), record->first(Attr::kCn), record->first(Attr::kHabClient),
                            record->first(Attr::kHabExpires));
  if (!client || (client->expires && *client->expires <= now)) return no_such_token();
  return *std::move(client);
}

std::string dialect_of_token(const ldap::Mirror::View& view, std::string_view name) {
  const auto record = view.find_one(Attr::kCn, name, ldap::Kind::kToken);
  Client client;
  if (record && record->first(Attr::kCn) == name) {
    decode_client(record->first(Attr::kHabClient), client);
  }
  return client.dialect;
}

}  // namespace habilitd::workflow
