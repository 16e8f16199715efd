#include "workflow/events.h"

#include <algorithm>
#include <atomic>

#include "base/crypto.h"
#include "workflow/client_settings.h"
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
  return client;
}

std::string external_id_for(const ldap::Record& subject, const Client& client) {
  const std::string prefix = client.id.str() + ":";
  for (const std::string_view value : subject.values(Attr::kHabExternalId)) {
    if (value.starts_with(prefix)) return std::string(value.substr(prefix.size()));
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

// Those who may read and see all of `subjects`; the externalId is the first one's.
Receivers find_receivers(const View& view, const std::vector<RecordPtr>& subjects, Instant now) {
  Receivers receivers;
  for (const ldap::NodeId node : view.all(Kind::kToken)) {
    const RecordPtr token = view.at(node);
    const auto client = token ? listener(*token, now) : std::nullopt;
    if (!client) continue;
    const Sight sight(*client);
    const bool sees = std::all_of(subjects.begin(), subjects.end(), [&](const RecordPtr& subject) {
      return subject && may_read(*client, *subject) && sight.sees(*subject, view);
    });
    if (sees) receivers.push_back({client->feed, external_id_for(*subjects.front(), *client)});
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

// Two clients that acknowledge at once may both leave the entry behind: the timer takes it away.
Status take_off(Services& services, const ldap::Record& record, const EntryUuid& feed) {
  if (record.values(Attr::kHabPending).size() == 1) return remove_entry(services, record);
  const auto dn = ldap::Dn::parse(record.dn());
  if (!dn) return dn.error();
  const auto written = services.directory.modify(
      Identity::kDecisions, *dn,
      {ldap::change(services.directory.layout(), ldap::Change::Op::kDelete, Attr::kHabPending,
                    {feed.str()})});
  if (written || written.error().directory_code == ldap::code::kNoSuchAttribute ||
      written.error().directory_code == ldap::code::kNoSuchObject) {
    return done();
  }
  return written.error();
}

bool waits_for(const ldap::Record& record, const std::string& feed) {
  const auto pending = record.values(Attr::kHabPending);
  return std::find(pending.begin(), pending.end(), feed) != pending.end();
}

// An accepted request that was not done yet (scim/async_job.h).
bool is_unfinished(const ldap::Record& record) {
  return record.has(Attr::kHabState) && record.first(Attr::kHabState) != "done";
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
  return find_receivers(*view, {record}, services.clock.now());
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
    receivers = find_receivers(*view, {person, group}, services.clock.now());
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
    if (auto taken = take_off(services, *record, feed); !taken) return taken;
  }
  return done();
}

Status sweep_events(Services& services, std::size_t most) {
  std::vector<RecordPtr> dead;
  {
    const auto view = services.directory.view();
    if (!view) return view.error();
    const Instant oldest = services.clock.now() - services.settings.events_retention;
    const auto& all = view->all(Kind::kEvent);
    std::size_t beyond = all.size() - std::min(all.size(), services.settings.events_kept);
    for (const ldap::NodeId node : all) {
      if (dead.size() >= most) break;
      const RecordPtr record = view->at(node);
      // Oldest first.
      const bool too_many = beyond > 0 && record && !is_unfinished(*record);
      if (beyond > 0) --beyond;
      if (record && (too_many || is_over(*record, oldest))) dead.push_back(record);
    }
  }
  for (const RecordPtr& record : dead) {
    if (auto removed = remove_entry(services, *record); !removed) return removed;
    if (record->has(Attr::kHabPending)) {
      services.metrics.count("habilitd_events_total", "result=\"unread\"");
    }
  }
  return done();
}

}  // namespace habilitd::workflow
