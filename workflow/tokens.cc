#include "workflow/tokens.h"

#include <memory>
#include <unordered_map>

#include "base/crypto.h"
#include "base/guarded.h"
#include "base/text.h"
#include "workflow/client_settings.h"
#include "workflow/people.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Identity;

constexpr std::string_view kSecretKind = "bearer";
constexpr std::size_t kLongestBearer = 512;
constexpr std::string_view kFeedScope = "events:read";

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
  if (client.scopes.count(kFeedScope) > 0) client.feed = id;
  return client;
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

// RFC 9562 section 5.8: a UUID of our own making. Directories make versions 1 and 4.
EntryUuid jwt_client_id(const std::string& issuer, const std::string& name) {
  std::string bytes;
  for (const std::uint8_t byte : sha256("jwt-client:" + issuer + '\0' + name)) {
    if (bytes.size() < 16) bytes.push_back(static_cast<char>(byte));
  }
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  return EntryUuid::from_bytes(bytes);
}

bool is_scope(std::string_view scope) {
  for (const char* plain :
       {"users:read", "users:write", "groups:read", "groups:write", "structures:read",
        "structures:write", "habilitations:read", "habilitations:write", "requests:read",
        "requests:write", "me:read", "me:write", "events:read", "decisions", "grant:*"}) {
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

Status edit_token(ldap::Directory& directory, std::string_view name,
                  const std::function<Status(Client&)>& edit) {
  using ldap::Change;
  const ldap::Layout& layout = directory.layout();
  const ldap::Dn dn = token_dn(layout, name);
  const auto entry =
      directory.read(Identity::kDecisions, dn, {Attr::kCn, Attr::kHabClient, Attr::kHabExpires});
  if (!entry) return entry.error();
  const auto text = [&](Attr attr) { return entry->first(layout.name(attr).str()); };
  const std::string before = text(Attr::kHabClient), expired = text(Attr::kHabExpires);
  auto client = client_from({}, text(Attr::kCn), before, expired);
  if (!client) return invalid("token-unreadable", std::string(name));
  if (auto edited = edit(*client); !edited) return edited;
  if (auto checked = check_client(*client); !checked) return checked;
  std::vector<Change> changes;
  const auto swap = [&](Attr attr, const std::string& old_value, const std::string& new_value) {
    if (old_value == new_value) return;
    if (!old_value.empty()) {
      changes.push_back(ldap::change(layout, Change::Op::kDelete, attr, {old_value}));
    }
    if (!new_value.empty()) {
      changes.push_back(ldap::change(layout, Change::Op::kAdd, attr, {new_value}));
    }
  };
  swap(Attr::kHabClient, before, encode_client(*client));
  swap(Attr::kHabExpires, expired, client->expires ? to_generalized_time(*client->expires) : "");
  if (changes.empty()) return done();
  const auto written = directory.modify(Identity::kDecisions, dn, changes);
  if (written) return done();
  if (written.error().directory_code != ldap::code::kNoSuchAttribute) return written.error();
  return Error{Errc::kStale, "token-changed", std::string(name), written.error().directory_code};
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

namespace {

bool is_over(const Client& client, Instant now) { return client.expires && *client.expires <= now; }

// What a token's entry says, by the record: taken apart once, not in every request.
std::shared_ptr<const Client> client_of(const ldap::RecordPtr& record) {
  using Known = std::unordered_map<ldap::RecordPtr, std::shared_ptr<const Client>>;
  constexpr std::size_t kMost = 1000;
  static Guarded<Known> known;
  if (auto found = known.with([&](Known& all) {
        const auto at = all.find(record);
        return at == all.end() ? nullptr : at->second;
      })) {
    return found;
  }
  auto client = client_from(record->id(), record->first(Attr::kCn), record->first(Attr::kHabClient),
                            record->first(Attr::kHabExpires));
  if (!client) return nullptr;
  auto made = std::make_shared<const Client>(*std::move(client));
  known.with([&](Known& all) {
    if (all.size() >= kMost) all.clear();  // records of the past are among them
    all.emplace(record, made);
  });
  return made;
}

}  // namespace

Result<Client> find_client(const ldap::Mirror::View& view, std::string_view bearer, Instant now) {
  if (bearer.empty() || bearer.size() > kLongestBearer) return no_such_token();
  const std::string print = secret_fingerprint(kSecretKind, Secret(std::string(bearer)));
  const auto record = view.find_one(Attr::kHabHash, print, ldap::Kind::kToken);
  if (!record || !equal_in_constant_time(record->first(Attr::kHabHash), print)) {
    return no_such_token();
  }
  const auto client = client_of(record);
  if (!client || is_over(*client, now)) return no_such_token();
  return *client;
}

bool apply_token_entry(const ldap::Mirror::View& view, Client& client) {
  // Found without regard to case: a restriction holds for every spelling of the name.
  const auto record = view.find_one(Attr::kCn, client.name, ldap::Kind::kToken);
  if (!record) return false;
  Client said;
  if (!decode_client(record->first(Attr::kHabClient), said)) {
    client.scopes.clear();
    return true;
  }
  if (record->first(Attr::kCn) == client.name) client.dialect = said.dialect;
  client.structures = std::move(said.structures);
  client.mail_domains = std::move(said.mail_domains);
  client.rate = said.rate;
  if (said.scopes.count(kFeedScope) > 0) client.feed = record->id();
  return true;
}

Result<Client> present_client(const ldap::Mirror::View& view, const Client& accepted,
                              bool entry_needed, Instant now) {
  if (!accepted.from_jwt) {
    const auto record = view.by_id(accepted.id);
    if (!record || record->kind() != ldap::Kind::kToken) return no_such_token();
    const auto client = client_of(record);
    if (!client || is_over(*client, now)) return no_such_token();
    return *client;
  }
  Client client = accepted;
  if (!apply_token_entry(view, client) && entry_needed) return no_such_token();
  if (client.person) {
    const auto person = find_person(view, *client.person);
    if (!person || !person->active) client.person.reset();
  }
  return client;
}

}  // namespace habilitd::workflow
