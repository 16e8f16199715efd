#include "workflow/request_record.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "workflow/request_entry.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;

constexpr std::array<std::string_view, 8> kStates{"pending",   "approved", "active",     "refused",
                                                  "cancelled", "expired",  "superseded", "ended"};

// The same reading for a record of the mirror and an entry of the directory.
struct Source {
  std::function<std::string(Attr)> first;
  std::function<std::vector<std::string>(Attr)> values;
};

Error unreadable(const RequestRecord& record, const std::string& what) {
  return {Errc::kInternal, "unreadable-request", record.dn + ": " + what};
}

std::string text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

bool flag(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

void read_asked(const Json& json, RequestRecord& record) {
  record.person_name = text(json, "person_name");
  record.person_mail = text(json, "person_mail");
  record.person_dn = text(json, "person_dn");
  record.language = text(json, "language");
  record.application_label = text(json, "application_label");
  record.structure_label = text(json, "structure_label");
  record.role_label = text(json, "role_label");
  record.justification = text(json, "justification");
  record.attach = flag(json, "attach");
  record.direct = flag(json, "direct");
  record.policy_id = text(json, "policy_id");
  record.policy_hash = text(json, "policy_hash");
  record.policy_version = number(json, "policy_version");
  if (const auto approval = json.find("approval"); approval != json.end()) {
    record.approval = *approval;
  }
}

struct NumberedEvent {
  int number = 0, now_at = 0;
  Event event;
};

Result<NumberedEvent> read_event(const Json& json) {
  NumberedEvent read{number(json, "n"), number(json, "now"), {}};
  auto at = parse_rfc3339(text(json, "at"));
  if (!at) return at.error();
  read.event.what = text(json, "event");
  read.event.at = *at;
  if (auto by = EntryUuid::parse(text(json, "by"))) read.event.by = *by;
  read.event.by_name = text(json, "by_name");
  read.event.by_mail = text(json, "by_mail");
  read.event.reason = text(json, "reason");
  read.event.operation = text(json, "operation");
  read.event.stage = number(json, "stage");
  return read;
}

Status read_history(const std::vector<std::string>& values, RequestRecord& record) {
  std::vector<NumberedEvent> events;
  bool asked = false;
  for (const std::string& value : values) {
    const auto json = parse_json(value);
    if (!json || !json->is_object()) return unreadable(record, "habRecord is not JSON");
    if (json->contains("event")) {
      auto event = read_event(*json);
      if (!event) return unreadable(record, "an event without a time");
      events.push_back(*std::move(event));
    } else {
      asked = true;
      read_asked(*json, record);
    }
  }
  if (!asked || events.empty()) return unreadable(record, "habRecord is incomplete");
  std::sort(events.begin(), events.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  for (NumberedEvent& event : events) record.history.push_back(std::move(event.event));
  record.stage = events.back().now_at;
  return done();
}

std::optional<Instant> instant(const std::string& value) {
  const auto parsed = parse_generalized_time(value);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

Result<RequestRecord> read_request(RequestRecord record, const Source& source) {
  auto state = parse_state(source.first(Attr::kHabState));
  if (!state) return unreadable(record, "unknown state");
  record.state = *state;
  const std::string revision = source.first(Attr::kHabRevision);
  const auto* end = revision.data() + revision.size();
  if (std::from_chars(revision.data(), end, record.revision).ptr != end || revision.empty()) {
    return unreadable(record, "habRevision is not a number");
  }
  record.application = source.first(Attr::kHabApplication);
  record.role = source.first(Attr::kHabRole);
  record.siret = source.first(Attr::kHabSiret);
  auto person = EntryUuid::parse(source.first(Attr::kHabPersonId));
  if (!person) return unreadable(record, "habPersonId is not an entryUUID");
  record.person = *person;
  if (auto created = instant(source.first(Attr::kHabCreated))) record.created = *created;
  record.due = instant(source.first(Attr::kHabDue));
  record.until = instant(source.first(Attr::kHabUntil));
  if (auto read = read_history(source.values(Attr::kHabRecord), record); !read) return read.error();
  return record;
}

}  // namespace

std::string_view state_name(State state) { return kStates.at(static_cast<std::size_t>(state)); }

Result<State> parse_state(std::string_view name) {
  const auto found = std::find(kStates.begin(), kStates.end(), name);
  if (found == kStates.end()) return invalid("unknown-state", std::string(name));
  return static_cast<State>(found - kStates.begin());
}

const Event* RequestRecord::last(std::string_view what) const {
  const auto found = std::find_if(history.rbegin(), history.rend(),
                                  [&](const Event& event) { return event.what == what; });
  return found == history.rend() ? nullptr : &*found;
}

const Event* RequestRecord::done_by(std::string_view operation, const EntryUuid& actor) const {
  if (operation.empty()) return nullptr;
  const auto found = std::find_if(history.begin(), history.end(), [&](const Event& event) {
    return event.operation == operation && event.by == actor;
  });
  return found == history.end() ? nullptr : &*found;
}

Result<RequestRecord> request_from(const ldap::Record& entry) {
  RequestRecord record;
  record.id = RequestId(entry.id());
  record.dn = entry.dn();
  if (entry.kind() != ldap::Kind::kRequest) return unreadable(record, "not a request");
  return read_request(std::move(record), {[&](Attr attr) { return std::string(entry.first(attr)); },
                                          [&](Attr attr) {
                                            const auto values = entry.values(attr);
                                            return std::vector<std::string>(values.begin(),
                                                                            values.end());
                                          }});
}

Result<RequestRecord> request_from(const ldap::Entry& entry, const ldap::Layout& layout) {
  RequestRecord record;
  record.dn = entry.dn;
  const auto first = [&](Attr attr) { return entry.first(layout.name(attr).str()); };
  auto id = EntryUuid::parse(first(Attr::kEntryUuid));
  if (!id) return unreadable(record, "no entryUUID");
  record.id = RequestId(*id);
  return read_request(std::move(record), {first, [&](Attr attr) {
                                            const auto* values =
                                                entry.find(layout.name(attr).str());
                                            return values ? *values : std::vector<std::string>{};
                                          }});
}

}  // namespace habilitd::workflow
