#include "workflow/events.h"

#include <algorithm>
#include <atomic>

#include "base/crypto.h"
#include "workflow/client_settings.h"
#include "workflow/event_shares.h"
#include "workflow/request_record.h"
#include "workflow/services.h"
#include "workflow/tenancy.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Identity;
using ldap::Kind;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

constexpr std::size_t kKeyLength = 32;

// The client of a token entry that listens; nothing for any other.
std::optional<Client> listener(const ldap::Record& token, Instant now) {
  const std::string_view text = token.first(Attr::kHabClient);
  if (text.find("events:read") == std::string_view::npos) return std::nullopt;
  Client client;
  if (!decode_client(text, client) || !client.may("events:read")) return std::nullopt;
  if (const auto end = token.first(Attr::kHabExpires); !end.empty()) {
    const auto expires = parse_generalized_time(end);
    if (!expires || *expires <= now) return std::nullopt;
  }
  client.id = client.feed = token.id();
  client.name = token.first(Attr::kCn);
  return client;
}

// A program may come with the token of its entry or with a JWT of the entry's name: what it makes
// bears the id of one or the other, and one feed tells it of both.
std::vector<Client> identities_of(const Client& client, const std::string& jwt_issuer) {
  std::vector<Client> identities{client};
  if (jwt_issuer.empty()) return identities;
  identities.push_back(client);
  identities.back().id = jwt_client_id(jwt_issuer, client.name);
  return identities;
}

std::string external_id_for(const ldap::Record& subject, const std::vector<Client>& identities) {
  for (const Client& client : identities) {
    const std::string prefix = client.id.str() + ":";
    for (const std::string_view value : subject.values(Attr::kHabExternalId)) {
      if (value.starts_with(prefix)) return std::string(value.substr(prefix.size()));
    }
  }
  return {};
}

// By the scopes that open SCIM's endpoints for such an entry.
bool may_read(const Client& client, const ldap::Record& subject) {
  switch (subject.kind()) {
    case Kind::kPerson:
      return client.may("users:read");
    case Kind::kStructure:
      return client.may("structures:read");
    case Kind::kGroup:
    case Kind::kHabilitation:
      return client.may("groups:read");
    default:
      return false;
  }
}

bool sees_all(const Client& client, const std::vector<RecordPtr>& subjects, const View& view) {
  const Sight sight(client);
  return std::all_of(subjects.begin(), subjects.end(), [&](const RecordPtr& subject) {
    return subject && may_read(client, *subject) && sight.sees(*subject, view);
  });
}

// Those who may read and see all of `subjects`; the externalId is the first one's.
Receivers find_receivers(const Services& services, const View& view,
                         const std::vector<RecordPtr>& subjects) {
  Receivers receivers;
  for (const ldap::NodeId node : view.all(Kind::kToken)) {
    const RecordPtr token = view.at(node);
    const auto client = token ? listener(*token, services.clock.now()) : std::nullopt;
    if (!client) continue;
    const auto identities = identities_of(*client, services.settings.jwt_issuer);
    if (std::any_of(identities.begin(), identities.end(),
                    [&](const Client& each) { return sees_all(each, subjects, view); })) {
      receivers.push_back({client->feed, external_id_for(*subjects.front(), identities)});
    }
  }
  return receivers;
}

std::string hex(std::uint64_t number, int digits) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, number >>= 4) {
    *at = "0123456789abcdef"[number & 15];
  }
  return text;
}

bool is_key(std::string_view text) {
  return text.size() == kKeyLength && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Status remove_entry(Services& services, const ldap::Record& record) {
  const auto dn = ldap::Dn::parse(record.dn());
  if (!dn) return dn.error();
  auto removed = services.directory.remove(Identity::kDecisions, *dn, record.id());
  if (!removed && removed.error().code == Errc::kNotFound) return done();
  return removed;
}

Status take_off(Services& services, const ldap::Record& record, std::vector<std::string> feeds) {
  const auto dn = ldap::Dn::parse(record.dn());
  if (!dn) return dn.error();
  const auto written = services.directory.modify(
      Identity::kDecisions, *dn,
      {ldap::change(services.directory.layout(), ldap::Change::Op::kDelete, Attr::kHabPending,
                    std::move(feeds))});
  if (written || written.error().directory_code == ldap::code::kNoSuchAttribute ||
      written.error().directory_code == ldap::code::kNoSuchObject) {
    return done();
  }
  return written.error();
}

// Two clients that acknowledge at once may both leave the entry behind: the timer takes it away.
Status acknowledge_one(Services& services, const ldap::Record& record, const std::string& feed) {
  if (record.values(Attr::kHabPending).size() == 1) return remove_entry(services, record);
  return take_off(services, record, {feed});
}

void count_unread(Services& services) {
  services.metrics.count("habilitd_events_total", "result=\"unread\"");
}

bool waits_for(const ldap::Record& record, const std::string& feed) {
  const auto pending = record.values(Attr::kHabPending);
  return std::find(pending.begin(), pending.end(), feed) != pending.end();
}

// Delivered to all, or too old.
bool is_over(const ldap::Record& record, Instant oldest) {
  const auto created = parse_generalized_time(record.first(Attr::kHabCreated));
  if (!created || *created < oldest) return true;
  return !record.has(Attr::kHabPending) && !record.has(Attr::kHabState);
}

}  // namespace

// Milliseconds, a counter and chance: unique, and in order within a process.
std::string new_event_key(Services& services) {
  static std::atomic<std::uint64_t> counter{0};
  static std::atomic<std::int64_t> latest{0};
  const std::int64_t now = services.clock.now().time_since_epoch().count();
  std::int64_t seen = latest.load();
  while (seen < now && !latest.compare_exchange_weak(seen, now)) {
  }
  return hex(static_cast<std::uint64_t>(std::max(seen, now)), 12) + hex(counter.fetch_add(1), 8) +
         to_hex(random_bytes(6));
}

std::string event_record(const std::string& uri, const std::string& txn, const Json& events,
                         const Receivers& receivers, Instant now) {
  const auto issued =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  Json json{{"iat", issued}, {"txn", txn}, {"uri", uri}, {"events", events}};
  for (const Receiver& receiver : receivers) {
    if (!receiver.external_id.empty()) json["ext"][receiver.feed.str()] = receiver.external_id;
  }
  return dump(json);
}

Receivers receivers_of(Services& services, const EntryUuid& subject) {
  const auto view = services.directory.view();
  const RecordPtr record = view ? view->by_id(subject) : nullptr;
  if (!record) return {};
  return find_receivers(services, *view, {record});
}

void publish(Services& services, const Receivers& receivers, const SecurityEvent& event) {
  if (receivers.empty()) return;
  const ldap::Layout& layout = services.directory.layout();
  const Instant now = services.clock.now();
  const std::string key = new_event_key(services);
  const std::string txn = event.txn.empty() ? to_hex(random_bytes(16)) : event.txn;
  std::vector<std::string> feeds;
  for (const Receiver& receiver : receivers) feeds.push_back(receiver.feed.str());
  const auto added = services.directory.add(
      Identity::kDecisions, ldap::Dn::child(layout.name(Attr::kHabKey), key, layout.events),
      {ldap::attribute(layout, Attr::kObjectClass, {"habEvent"}),
       ldap::attribute(layout, Attr::kHabKey, {key}),
       ldap::attribute(layout, Attr::kHabCreated, {to_generalized_time(now)}),
       ldap::attribute(layout, Attr::kHabPending, std::move(feeds)),
       ldap::attribute(layout, Attr::kHabRecord,
                       {event_record(event.uri, txn, event.events, receivers, now)})});
  services.metrics.count("habilitd_events_total", added ? "result=\"kept\"" : "result=\"lost\"");
  if (!added) {
    services.log.error("event.lost", {{"subject", event.uri}, {"reason", added.error().reason}});
  }
}

void publish_habilitation(Services& services, const RequestRecord& record, bool granted) {
  const auto role = RoleId::parse(record.application, record.role);
  const auto siret = Siret::parse(record.siret);
  if (!role || !siret) return;
  Receivers receivers;
  Json payload{
      {"application", record.application}, {"role", record.role}, {"structure", record.siret}};
  {
    const auto view = services.directory.view();
    if (!view) return;
    const RecordPtr person = view->by_id(record.person);
    const RecordPtr group =
        view->by_dn(services.directory.layout().habilitation(*role, *siret).str());
    if (!person || !group) return;
    receivers = find_receivers(services, *view, {person, group});
    payload["group"] = "/Groups/" + group->id().str();
  }
  if (granted && record.until) payload["until"] = to_rfc3339(*record.until);
  const char* uri = granted ? kGrantedEvent : kEndedEvent;
  // One who knows RFC 9967 alone learns that the person's groups changed.
  publish(services, receivers,
          {"/Users/" + record.person.str(),
           {{"urn:ietf:params:scim:event:prov:patch:notice", {{"attributes", {"groups"}}}},
            {uri, payload}},
           {}});
}

Result<WaitingEvent> read_event(const ldap::Record& record, const EntryUuid& feed) {
  const auto json = parse_json(record.first(Attr::kHabRecord));
  if (!json || !json->is_object()) return Error{Errc::kInternal, "event-unreadable", record.dn()};
  const auto issued = json->find("iat"), events = json->find("events"), ids = json->find("ext");
  if (issued == json->end() || !issued->is_number_integer() || events == json->end() ||
      !events->is_object()) {
    return Error{Errc::kInternal, "event-unreadable", record.dn()};
  }
  WaitingEvent event{std::string(record.first(Attr::kHabKey)),
                     text_of(*json, "txn"),
                     text_of(*json, "uri"),
                     {},
                     issued->get<long long>(),
                     *events};
  if (ids != json->end() && ids->is_object()) event.external_id = text_of(*ids, feed.str().c_str());
  return event;
}

Result<WaitingEvents> waiting_events(Services& services, const EntryUuid& feed, std::size_t most) {
  std::vector<RecordPtr> records;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    records = view->find(Attr::kHabPending, feed.str());
  }
  const auto kept = std::min(most, records.size());
  std::partial_sort(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(kept),
                    records.end(), [](const RecordPtr& a, const RecordPtr& b) {
                      return a->first(Attr::kHabKey) < b->first(Attr::kHabKey);
                    });
  WaitingEvents waiting;
  waiting.more = records.size() > kept;
  records.resize(kept);
  for (const RecordPtr& record : records) {
    if (auto event = read_event(*record, feed)) waiting.events.push_back(*std::move(event));
  }
  return waiting;
}

Status acknowledge(Services& services, const EntryUuid& feed,
                   const std::vector<std::string>& jtis) {
  std::vector<RecordPtr> records;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const std::string mine = feed.str();
    for (const std::string& jti : jtis) {
      if (!is_key(jti)) continue;
      RecordPtr record = view->find_one(Attr::kHabKey, jti, Kind::kEvent);
      if (record && waits_for(*record, mine)) records.push_back(std::move(record));
    }
  }
  std::sort(records.begin(), records.end());
  records.erase(std::unique(records.begin(), records.end()), records.end());
  for (const RecordPtr& record : records) {
    if (auto taken = acknowledge_one(services, *record, feed.str()); !taken) return taken;
  }
  return done();
}

Result<std::size_t> sweep_events(Services& services, std::size_t most) {
  std::vector<RecordPtr> over, waiting;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const Instant oldest = services.clock.now() - services.settings.events_retention;
    for (const ldap::NodeId node : view->all(Kind::kEvent)) {
      RecordPtr record = view->at(node);
      if (!record) continue;
      auto& group = over.size() < most && is_over(*record, oldest) ? over : waiting;
      group.push_back(std::move(record));
    }
  }
  for (const RecordPtr& record : over) {
    if (auto removed = remove_entry(services, *record); !removed) return removed.error();
    if (record->has(Attr::kHabPending)) count_unread(services);
  }
  const auto beyond =
      give_up_events(std::move(waiting), services.settings.events_kept, most - over.size());
  for (const GivenUp& event : beyond) {
    const auto gone = event.last ? remove_entry(services, *event.record)
                                 : take_off(services, *event.record, event.feeds);
    if (!gone) return gone.error();
    count_unread(services);
  }
  return over.size() + beyond.size();
}

}  // namespace habilitd::workflow
