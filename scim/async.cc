#include "scim/async.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"
#include "scim/errors.h"
#include "scim/server.h"
#include "workflow/client_settings.h"

namespace habilitd::scim {
namespace {

using ldap::Attr;

constexpr std::size_t kMostQueued = 256;         // requests
constexpr std::size_t kLargestBody = 256 << 10;  // bytes: it is kept in the directory
constexpr std::chrono::seconds kLookAgain{5};
constexpr Duration kForgotten{10'000};       // queued by a process that is gone
constexpr Duration kGone{10 * 60 * 1000LL};  // running for longer than any request does

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
    queue_.push_back({*std::move(stored), std::move(job)});
  }
  changed_.notify_one();
  return response;
}

void AsyncRequests::work() {
  auto look = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty() && std::chrono::steady_clock::now() >= look) {
      lock.unlock();
      recover();
      look = std::chrono::steady_clock::now() + kLookAgain;
      lock.lock();
    }
    changed_.wait_until(lock, look, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_ || queue_.empty()) continue;
    // It keeps its place until it is done, so that the queue counts it.
    const Queued next = queue_.front();
    lock.unlock();
    run(next);
    lock.lock();
    queue_.pop_front();
  }
}

bool AsyncRequests::is_stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

// What a process left behind that is no more, of this host or another.
void AsyncRequests::recover() {
  std::vector<ldap::RecordPtr> queued, running;
  {
    const auto view = services_.directory.view();
    if (!view) return;
    queued = view->find(Attr::kHabState, kJobQueued);
    running = view->find(Attr::kHabState, kJobRunning);
  }
  const Instant now = services_.clock.now();
  const auto is_older = [&](const ldap::RecordPtr& record, Duration age) {
    const auto since = parse_generalized_time(record->first(Attr::kHabCreated));
    return record->kind() == ldap::Kind::kEvent && since && now - *since >= age;
  };
  for (const ldap::RecordPtr& record : queued) {
    if (is_stopping()) return;
    if (!is_older(record, kForgotten)) continue;
    if (const auto job = read_job(*record)) run({record->dn(), *job});
  }
  for (const ldap::RecordPtr& record : running) {
    if (!is_older(record, kGone)) continue;
    const auto job = read_job(*record);
    if (job) finish({record->dn(), *job}, error_response({Errc::kUnknownOutcome, "crash", {}}));
  }
}

std::optional<workflow::Client> AsyncRequests::present_client(
    const workflow::Client& client) const {
  if (client.from_jwt) return client;
  const auto view = services_.directory.view();
  if (!view) return std::nullopt;
  const auto token = view->by_id(client.id);
  workflow::Client now = client;
  now.scopes.clear();
  now.structures.clear();
  now.mail_domains.clear();
  if (!token || token->kind() != ldap::Kind::kToken ||
      !workflow::decode_client(token->first(Attr::kHabClient), now)) {
    return std::nullopt;
  }
  return now;
}

void AsyncRequests::run(const Queued& queued) {
  const auto claimed = claim_job(services_, queued.dn);
  if (!claimed) {
    // Still queued in the directory, or nobody knows: recover() finds it.
    services_.log.warn("scim.async.failed", {{"reason", claimed.error().reason}});
    return;
  }
  if (!*claimed) return;
  const auto client = present_client(queued.job.client);
  if (!client) {
    finish(queued, error_response({Errc::kUnauthenticated, "invalid-token", {}}));
    return;
  }
  AsyncJob job = queued.job;
  job.client = *client;
  finish(queued, run_(job));
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
