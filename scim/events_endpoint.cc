#include "scim/events_endpoint.h"

#include <chrono>
#include <thread>

#include "base/turns.h"
#include "scim/async_job.h"
#include "scim/call.h"
#include "scim/errors.h"

namespace habilitd::scim {
namespace {

constexpr std::size_t kMostEvents = 100;  // in one answer
constexpr std::size_t kMostDone = 1000;   // acknowledged by one request: about a second of writes
constexpr std::size_t kMostWaiting = 4;   // polls that hold a thread
constexpr std::chrono::milliseconds kLook{50};

Error wrong(const char* what) { return invalid_value(what); }

Status read_list(const Json& body, std::vector<std::string>& done_ids) {
  const auto ack = body.find("ack");
  if (ack == body.end() || ack->is_null()) return done();
  if (!ack->is_array()) return wrong("\"ack\" is an array of event identifiers.");
  for (const Json& jti : *ack) {
    if (!jti.is_string()) return wrong("\"ack\" is an array of event identifiers.");
    done_ids.push_back(jti.get<std::string>());
  }
  return done();
}

Response json_answer(std::string body) {
  Response response = json_response(200, std::move(body));
  response.set("Content-Type", "application/json");
  return response;
}

// One place among the polls that may wait, given back at the end.
class Place {
 public:
  Place(Guarded<std::set<EntryUuid>>& waiting, const EntryUuid& feed)
      : waiting_(waiting), feed_(feed) {
    held_ = waiting_.with(
        [&](auto& feeds) { return feeds.size() < kMostWaiting && feeds.insert(feed_).second; });
  }
  ~Place() {
    if (held_) waiting_.with([&](auto& feeds) { feeds.erase(feed_); });
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool held() const { return held_; }

 private:
  Guarded<std::set<EntryUuid>>& waiting_;
  const EntryUuid feed_;
  bool held_ = false;
};

}  // namespace

EventsEndpoint::EventsEndpoint(workflow::Services& services, const Settings& settings)
    : services_(services),
      settings_(settings),
      writer_(settings.base_url, settings.events_signer) {}

// RFC 8936 section 2.2. What is not known is ignored.
Result<EventsEndpoint::Poll> EventsEndpoint::read_poll(std::string_view text,
                                                       std::size_t max_payload) {
  JsonLimits limits;
  limits.max_bytes = max_payload;
  const auto body = parse_json(text, limits);
  if (!body) return body.error();
  if (!body->is_object()) return invalid_syntax("The body is a JSON object.");
  Poll poll;
  poll.most = kMostEvents;
  if (const auto most = body->find("maxEvents"); most != body->end() && !most->is_null()) {
    if (!most->is_number_integer() || *most < 0) return wrong("\"maxEvents\" is a number from 0.");
    if (*most < kMostEvents) poll.most = most->get<std::size_t>();
  }
  if (const auto now = body->find("returnImmediately"); now != body->end() && !now->is_null()) {
    if (!now->is_boolean()) return wrong("\"returnImmediately\" is true or false.");
    poll.wait = !now->get<bool>();
  }
  if (auto read = read_list(*body, poll.done); !read) return read.error();
  if (const auto errors = body->find("setErrs"); errors != body->end() && !errors->is_null()) {
    if (!errors->is_object()) return wrong("\"setErrs\" is an object.");
    poll.refused = errors->size();
    for (const auto& [jti, error] : errors->items()) poll.done.push_back(jti);
  }
  if (poll.done.size() > kMostDone) {
    return invalid("tooMany", "At most 1000 events are acknowledged at once.");
  }
  return poll;
}

Result<workflow::WaitingEvents> EventsEndpoint::fetch(const Poll& poll, const EntryUuid& feed) {
  auto found = workflow::waiting_events(services_, feed, poll.most);
  if (!found || !found->events.empty() || !poll.wait || poll.most == 0) return found;
  const Place place(waiting_, feed);
  if (!place.held()) return found;
  const auto end = std::chrono::steady_clock::now() + settings_.events_wait;
  std::uint64_t seen = services_.directory.mirror().changes();
  while (std::chrono::steady_clock::now() < end) {
    const StepAside meanwhile;
    std::this_thread::sleep_for(kLook);
    const std::uint64_t changes = services_.directory.mirror().changes();
    if (changes == seen) continue;
    seen = changes;
    found = workflow::waiting_events(services_, feed, poll.most);
    if (!found || !found->events.empty()) return found;
  }
  return found;
}

Result<Response> EventsEndpoint::poll(const Request& request, const workflow::Client& client) {
  if (!client.may("events:read") || client.feed.nil()) {
    return Error{Errc::kForbidden, "scope", {}};
  }
  const auto asked = read_poll(request.body, settings_.max_payload);
  if (!asked) return asked.error();
  if (asked->refused > 0) {
    services_.log.warn("events.refused", {{"client", client.id.str()},
                                          {"events", static_cast<long long>(asked->refused)}});
  }
  if (auto ok = workflow::acknowledge(services_, client.feed, asked->done); !ok) return ok.error();
  const auto found = fetch(*asked, client.feed);
  if (!found) return found.error();
  Json sets = Json::object();
  for (const workflow::WaitingEvent& event : found->events) {
    sets[event.jti] = writer_.token(event, client.feed);
  }
  return json_answer(dump({{"sets", std::move(sets)}, {"moreAvailable", found->more}}));
}

Response EventsEndpoint::outcome(const std::string& txn, const workflow::Client& client) const {
  const auto view = services_.directory.view();
  if (!view) return error_response(view.error());
  const auto job = find_job(*view, txn, client);
  if (!job) return error_response(unknown_resource());
  if (job->first(ldap::Attr::kHabState) != kJobDone) {
    Response response;
    response.status = 202;
    response.set("Retry-After", "1");
    return response;
  }
  const EntryUuid& feed = client.feed.nil() ? client.id : client.feed;
  const auto event = workflow::read_event(*job, feed);
  if (!event) return error_response(event.error());
  Response response;
  response.set("Content-Type", "application/secevent+jwt");
  response.body = writer_.token(*event, feed);
  return response;
}

Response EventsEndpoint::answer(const Request& request, std::string_view txn,
                                const workflow::Client& client) {
  if (!txn.empty()) return outcome(std::string(txn), client);
  auto answered = poll(request, client);
  return answered ? *std::move(answered) : error_response(answered.error());
}

}  // namespace habilitd::scim
