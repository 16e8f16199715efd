#include "scim/async.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"
#include "scim/async_lease.h"
#include "scim/errors.h"
#include "scim/server.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

constexpr std::size_t kMostQueued = 256;         // requests
constexpr std::size_t kLargestBody = 256 << 10;  // bytes: it is kept in the directory
constexpr std::chrono::seconds kLookAgain{5};
constexpr std::chrono::milliseconds kPause{500};  // before another try
constexpr Duration kForgotten{10'000};            // perhaps queued by a process that is gone

bool mentions_password(std::string_view text) {
  return ascii_lower(text).find("password") != std::string::npos;
}

// As a name or in a path, at any depth. What is no JSON is not kept either.
bool carries_password(const Json& json) {
  if (json.is_string()) return mentions_password(json.get_ref<const std::string&>());
  if (!json.is_structured()) return false;
  for (const auto& [name, value] : json.items()) {
    if ((json.is_object() && mentions_password(name)) || carries_password(value)) return true;
  }
  return false;
}

bool may_be_kept(const Request& request) {
  if (request.method == Method::kDelete) return true;
  if (request.body.size() > kLargestBody) return false;
  const auto body = parse_json(request.body);
  return body && !carries_password(*body);
}

// Of an answer's Location, what stands below the base.
std::string uri_of(const Response& response, const AsyncJob& job, const std::string& base_url) {
  const std::string* location = response.header("Location");
  if (location && location->starts_with(base_url)) return location->substr(base_url.size());
  std::string uri;
  for (const std::string& segment : job.segments) uri += "/" + segment;
  return uri;
}

// What a Bulk response would say of it (RFC 7644 section 3.7.3).
Json payload_of(const Response& response, const AsyncJob& job, const std::string& base_url) {
  Json payload{{"method", job.request.method_text}, {"status", std::to_string(response.status)}};
  if (const std::string* version = response.header("ETag")) payload["version"] = *version;
  if (response.status < 300) {
    if (const std::string* location = response.header("Location")) payload["location"] = *location;
    return payload;
  }
  if (job.request.method != Method::kPost) {
    payload["location"] = base_url + uri_of(response, job, base_url);
  }
  const Json body = Json::parse(response.body, nullptr, false);
  payload["response"] = body.is_object() ? body : Json::object();
  return payload;
}

// The operations of a BulkResponse; null for any other answer.
Json bulk_operations(const Response& response, const AsyncJob& job) {
  if (job.segments != std::vector<std::string>{"Bulk"} || response.status != 200) return {};
  const Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object() || !body.contains("Operations")) return {};
  return body["Operations"].is_array() ? body["Operations"] : Json();
}

std::string bulk_uri(const Json& operation, const std::string& base_url) {
  const std::string location = operation.is_object() ? operation.value("location", "") : "";
  return location.starts_with(base_url) ? location.substr(base_url.size()) : "/Bulk";
}

}  // namespace

bool prefers_async(std::string_view prefer) {
  const std::string text = ascii_lower(prefer);
  bool async = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(",;", at), text.size());
    const std::string_view word = trim(std::string_view(text).substr(at, end - at));
    if (word == "respond-async") async = true;
    if (word.starts_with("wait=") || word.starts_with("wait =")) return false;
    at = end + 1;
  }
  return async;
}

AsyncRequests::AsyncRequests(workflow::Services& services, std::string base_url, Run run)
    : services_(services),
      base_url_(std::move(base_url)),
      runner_(to_hex(random_bytes(16))),
      run_(std::move(run)),
      thread_([this] { work(); }) {}

AsyncRequests::~AsyncRequests() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::optional<Response> AsyncRequests::accept(const Request& request,
                                              const std::vector<std::string>& segments,
                                              const workflow::Client& client) {
  if (!prefers_async(request.headers.prefer) || !may_be_kept(request)) return std::nullopt;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kMostQueued) return std::nullopt;
  }
  AsyncJob job{to_hex(random_bytes(16)), client, request, segments};
  job.request.headers.prefer.clear();
  job.request.headers.accept.clear();  // it spoke of the 202
  job.request.headers.authorization.clear();
  auto stored = store_job(services_, job);
  if (!stored) return error_response(stored.error());
  Response response;
  response.status = 202;
  response.set("Set-Txn", job.txn);
  response.set("Preference-Applied", "respond-async");
  response.set("Location", base_url_ + "/Events/" + job.txn);
  {
    std::lock_guard lock(mutex_);
    std::string key = job_key(*stored);
    queue_.emplace(std::move(key), Queued{*std::move(stored), std::move(job)});
  }
  changed_.notify_one();
  return response;
}

void AsyncRequests::work() {
  using std::chrono::steady_clock;
  auto look = steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (steady_clock::now() >= look) {
      lock.unlock();
      recover();
      look = steady_clock::now() + kLookAgain;
      lock.lock();
      if (stopping_) return;
    }
    const auto next = next_in_turn();
    if (next == queue_.end()) {
      changed_.wait_until(lock,
                          queue_.empty() ? look : std::min(look, steady_clock::now() + kPause));
      held_back_.clear();
      continue;
    }
    // It keeps its place until it is done, so that the queue counts it.
    lock.unlock();
    const Turn turn = run(next->first, next->second);
    lock.lock();
    if (turn == Turn::kLater) {
      held_back_.insert(next->second.job.client.id);
    } else {
      queue_.erase(next);
    }
  }
}

AsyncRequests::Queue::iterator AsyncRequests::next_in_turn() {
  return std::find_if(queue_.begin(), queue_.end(), [&](const auto& each) {
    return held_back_.count(each.second.job.client.id) == 0;
  });
}

// What other processes left behind, of this host or another. One that is alive may be about to do
// the same: whoever claims a request first does it.
void AsyncRequests::recover() {
  std::vector<ldap::RecordPtr> queued, running;
  {
    const auto view = services_.directory.view();
    if (!view) return;
    queued = view->find(Attr::kHabState, kJobQueued);
    running = view->find(Attr::kHabState, kJobRunning);
  }
  const Instant now = services_.clock.now();
  for (const ldap::RecordPtr& record : queued) {
    const auto since = parse_generalized_time(record->first(Attr::kHabCreated));
    const bool old = since && now - *since >= kForgotten;
    if (record->kind() == ldap::Kind::kEvent && old) take_up(*record);
  }
  for (const ldap::RecordPtr& record : running) {
    if (!is_abandoned(*record, now)) continue;
    if (const auto job = read_job(*record)) {
      finish({record->dn(), *job}, error_response({Errc::kUnknownOutcome, "crash", {}}));
    }
  }
}

void AsyncRequests::take_up(const ldap::Record& record) {
  std::string key = job_key(record.dn());
  {
    std::lock_guard lock(mutex_);
    if (queue_.count(key) > 0) return;
  }
  auto job = read_job(record);
  if (!job) return;
  std::lock_guard lock(mutex_);
  queue_.emplace(std::move(key), Queued{record.dn(), *std::move(job)});
}

Result<workflow::Client> AsyncRequests::client_in_turn(const std::string& key,
                                                       const workflow::Client& client) const {
  const auto view = services_.directory.view();
  if (!view) return view.error();
  if (has_earlier_job(*view, key, client.id)) return Error{Errc::kUnavailable, "not-in-turn", {}};
  return workflow::present_client(*view, client, services_.settings.jwt_require_entry,
                                  services_.clock.now());
}

AsyncRequests::Turn AsyncRequests::run(const std::string& key, Queued& queued) {
  const auto client = client_in_turn(key, queued.job.client);
  if (!client && client.error().code == Errc::kUnavailable) return Turn::kLater;
  const auto claimed = claim_job(services_, queued.dn, runner_, queued.perhaps_claimed);
  if (!claimed) {
    if (claimed.error().code == Errc::kUnknownOutcome) queued.perhaps_claimed = true;
    services_.log.warn("scim.async.failed", {{"reason", claimed.error().reason}});
    return Turn::kLater;
  }
  if (!*claimed) return Turn::kOver;
  if (!client) {
    finish(queued, error_response(client.error()));
    return Turn::kOver;
  }
  AsyncJob job = queued.job;
  job.client = *client;
  Response response;
  {
    const AsyncLease lease(services_, queued.dn);
    response = run_(job);
  }
  finish(queued, response);
  return Turn::kOver;
}

// RFC 9967 section 2.5.1.2: of a bulk request each operation has an event of its own.
void AsyncRequests::finish(const Queued& queued, const Response& response) {
  const AsyncJob& job = queued.job;
  const Json operations = bulk_operations(response, job);
  for (std::size_t i = 0; operations.is_array() && i < operations.size(); ++i) {
    const workflow::Receivers requester{{job.client.feed, {}}};
    if (job.client.feed.nil()) break;
    workflow::publish(services_, requester,
                      {bulk_uri(operations[i], base_url_),
                       {{"urn:ietf:params:scim:event:misc:asyncresp", operations[i]}},
                       job.txn + ":" + std::to_string(i)});
  }
  AsyncJob own = job;
  if (operations.is_array()) own.client.feed = {};
  const auto completed = complete_job(services_, queued.dn, own, uri_of(response, job, base_url_),
                                      payload_of(response, job, base_url_));
  services_.metrics.count("habilitd_scim_async_total",
                          response.status < 300 ? "result=\"done\"" : "result=\"failed\"");
  if (!completed) {
    services_.log.error("scim.async.failed", {{"reason", completed.error().reason}});
  }
}

}  // namespace habilitd::scim
