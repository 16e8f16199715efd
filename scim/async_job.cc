#include "scim/async_job.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"
#include "workflow/client_settings.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;
using ldap::Change;
using ldap::Identity;
using workflow::Services;

constexpr JsonLimits kOwnLimits{16 << 20, 8, 1000, 8 << 20};
constexpr Duration kLease{30'000};

Json client_json(const workflow::Client& client) {
  Json json{{"id", client.id.str()},
            {"name", client.name},
            {"settings", workflow::encode_client(client)},
            {"jwt", client.from_jwt}};
  if (!client.feed.nil()) json["feed"] = client.feed.str();
  if (client.person) json["person"] = client.person->str();
  return json;
}

std::string text(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool read_client(const Json& json, workflow::Client& client) {
  if (!json.is_object()) return false;
  const auto id = EntryUuid::parse(text(json, "id"));
  if (!id || !workflow::decode_client(text(json, "settings"), client)) return false;
  client.id = *id;
  client.name = text(json, "name");
  client.from_jwt = json.value("jwt", false);
  if (const auto feed = EntryUuid::parse(text(json, "feed")); feed) client.feed = *feed;
  if (const auto person = EntryUuid::parse(text(json, "person")); person) client.person = *person;
  return true;
}

std::string encode(const AsyncJob& job) {
  const Request& request = job.request;
  return dump({{"txn", job.txn},
               {"client", client_json(job.client)},
               {"method", request.method_text},
               {"segments", job.segments},
               {"query", request.target.query},
               {"if_match", request.headers.if_match},
               {"content_type", request.headers.content_type},
               {"request", request.request_id},
               {"body", request.body}});
}

std::string lease_end(Instant now) { return to_generalized_time(now + kLease); }

// By the directory itself: the mirror may be behind.
Result<bool> is_run_by(Services& services, const ldap::Dn& dn, const std::string& runner) {
  const auto entry =
      services.directory.read(Identity::kDecisions, dn, {Attr::kHabState, Attr::kDescription});
  if (!entry) return entry.error();
  const auto text_of = [&](Attr attr) {
    return entry->first(services.directory.layout().name(attr).str());
  };
  return text_of(Attr::kHabState) == kJobRunning && text_of(Attr::kDescription) == runner;
}

}  // namespace

Result<std::string> store_job(Services& services, const AsyncJob& job) {
  const ldap::Layout& layout = services.directory.layout();
  const std::string key = workflow::new_event_key(services);
  const auto dn = ldap::Dn::child(layout.name(Attr::kHabKey), key, layout.events);
  const auto added = services.directory.add(
      Identity::kDecisions, dn,
      {ldap::attribute(layout, Attr::kObjectClass, {"habEvent"}),
       ldap::attribute(layout, Attr::kHabKey, {key}),
       ldap::attribute(layout, Attr::kHabCreated, {to_generalized_time(services.clock.now())}),
       ldap::attribute(layout, Attr::kHabState, {std::string(kJobQueued)}),
       ldap::attribute(layout, Attr::kHabSlot, {"async:" + job.txn}),
       ldap::attribute(layout, Attr::kHabClient, {job.client.id.str()}),
       ldap::attribute(layout, Attr::kHabRecord, {encode(job)})});
  if (!added) return added.error();
  return dn.str();
}

Result<AsyncJob> read_job(const ldap::Record& record) {
  const Error unreadable{Errc::kInternal, "job-unreadable", record.dn()};
  const auto json = parse_json(record.first(Attr::kHabRecord), kOwnLimits);
  if (!json || !json->is_object()) return unreadable;
  AsyncJob job;
  job.txn = text(*json, "txn");
  const auto client = json->find("client"), segments = json->find("segments"),
             query = json->find("query");
  if (job.txn.empty() || client == json->end() || !read_client(*client, job.client) ||
      segments == json->end() || query == json->end()) {
    return unreadable;
  }
  try {
    job.segments = segments->get<std::vector<std::string>>();
    job.request.target.query = query->get<Pairs>();
  } catch (const Json::exception&) {
    return unreadable;
  }
  job.request.method_text = text(*json, "method");
  job.request.method = parse_method(job.request.method_text);
  job.request.headers.if_match = text(*json, "if_match");
  job.request.headers.content_type = text(*json, "content_type");
  job.request.request_id = text(*json, "request");
  job.request.body = text(*json, "body");
  return job;
}

std::string job_key(const std::string& dn) {
  const std::size_t begin = std::min(dn.find('='), dn.size() - 1) + 1;
  return dn.substr(begin, dn.find(',') - begin);
}

bool has_earlier_job(const ldap::Mirror::View& view, const std::string& key,
                     const EntryUuid& client) {
  const std::string owner = client.str();
  for (const std::string_view state : {kJobRunning, kJobQueued}) {
    for (const ldap::RecordPtr& record : view.find(Attr::kHabState, state)) {
      if (record->kind() == ldap::Kind::kEvent && record->first(Attr::kHabClient) == owner &&
          record->first(Attr::kHabKey) < key && read_job(*record)) {
        return true;
      }
    }
  }
  return false;
}

Result<bool> claim_job(Services& services, const std::string& dn_text, const std::string& runner,
                       bool perhaps_mine) {
  const ldap::Layout& layout = services.directory.layout();
  const auto dn = ldap::Dn::parse(dn_text);
  if (!dn) return dn.error();
  const Instant now = services.clock.now();
  const auto swapped = services.directory.modify(
      Identity::kDecisions, *dn,
      {ldap::change(layout, Change::Op::kDelete, Attr::kHabState, {std::string(kJobQueued)}),
       ldap::change(layout, Change::Op::kAdd, Attr::kHabState, {std::string(kJobRunning)}),
       ldap::change(layout, Change::Op::kReplace, Attr::kDescription, {runner}),
       ldap::change(layout, Change::Op::kReplace, Attr::kHabExpires, {lease_end(now)}),
       ldap::change(layout, Change::Op::kReplace, Attr::kHabCreated, {to_generalized_time(now)})});
  if (swapped) return true;
  const int code = swapped.error().directory_code;
  if (code == ldap::code::kNoSuchObject) return false;
  if (code != ldap::code::kNoSuchAttribute) return swapped.error();
  return perhaps_mine ? is_run_by(services, *dn, runner) : Result<bool>(false);
}

Status renew_job(Services& services, const std::string& dn_text) {
  const ldap::Layout& layout = services.directory.layout();
  const auto dn = ldap::Dn::parse(dn_text);
  if (!dn) return dn.error();
  const std::string running(kJobRunning);
  const auto written = services.directory.modify(
      Identity::kDecisions, *dn,
      {ldap::change(layout, Change::Op::kDelete, Attr::kHabState, {running}),
       ldap::change(layout, Change::Op::kAdd, Attr::kHabState, {running}),
       ldap::change(layout, Change::Op::kReplace, Attr::kHabExpires,
                    {lease_end(services.clock.now())})});
  return written ? done() : Status(written.error());
}

bool is_abandoned(const ldap::Record& record, Instant now) {
  if (record.kind() != ldap::Kind::kEvent || record.first(Attr::kHabState) != kJobRunning) {
    return false;
  }
  const auto until = parse_generalized_time(record.first(Attr::kHabExpires));
  return !until || *until < now;
}

Status complete_job(Services& services, const std::string& dn_text, const AsyncJob& job,
                    const std::string& uri, const Json& payload) {
  const ldap::Layout& layout = services.directory.layout();
  const auto dn = ldap::Dn::parse(dn_text);
  if (!dn) return dn.error();
  const Json events{{"urn:ietf:params:scim:event:misc:asyncresp", payload}};
  const std::string record = workflow::event_record(uri, job.txn, events, {}, services.clock.now());
  std::vector<Change> changes{
      ldap::change(layout, Change::Op::kDelete, Attr::kHabState, {std::string(kJobRunning)}),
      ldap::change(layout, Change::Op::kAdd, Attr::kHabState, {std::string(kJobDone)}),
      ldap::change(layout, Change::Op::kReplace, Attr::kHabExpires),
      ldap::change(layout, Change::Op::kReplace, Attr::kDescription),
      ldap::change(layout, Change::Op::kReplace, Attr::kHabRecord, {record})};
  if (!job.client.feed.nil()) {
    changes.push_back(
        ldap::change(layout, Change::Op::kAdd, Attr::kHabPending, {job.client.feed.str()}));
  }
  const auto written = services.directory.modify(Identity::kDecisions, *dn, changes);
  return written ? done() : Status(written.error());
}

ldap::RecordPtr find_job(const ldap::Mirror::View& view, const std::string& txn,
                         const workflow::Client& client) {
  const auto record = view.find_one(Attr::kHabSlot, "async:" + txn, ldap::Kind::kEvent);
  if (!record || record->first(Attr::kHabClient) != client.id.str()) return nullptr;
  return record->first(Attr::kHabSlot) == "async:" + txn ? record : nullptr;
}

}  // namespace habilitd::scim
