// Asynchronous requests (Prefer: respond-async, RFC 9967 section 2.5.1): accepted, kept in the
// directory, answered 202, and done one after the other by one thread. The outcome is an event for
// the client that asked, and stands at the Location of the 202.
//
// A preference is no right: answered at once instead are requests that carry a password (it is not
// written down), that are large, that name a time they would wait, and all while the queue is full.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "scim/async_job.h"

namespace habilitd::scim {

class AsyncRequests {
 public:
  // Does an authorised request and answers it; `txn` goes with its events.
  using Run = std::function<Response(const AsyncJob&)>;

  // Starts the thread, which first looks for what a crash left behind. `base_url` as in Settings.
  AsyncRequests(workflow::Services&, std::string base_url, Run);
  ~AsyncRequests();  // finishes the request at hand; the others stay in the directory

  // The 202, or 503 when it could not be kept; nothing: answer it now. For a request that was
  // authorised and whose form was checked.
  std::optional<Response> accept(const Request&, const std::vector<std::string>& segments,
                                 const workflow::Client&);

 private:
  struct Queued {
    std::string dn;
    AsyncJob job;
  };
  void work();
  void recover();
  bool is_stopping();
  void run(const Queued&);
  void finish(const Queued&, const Response&);
  // The client as its token stands now; nothing: it was revoked.
  std::optional<workflow::Client> present_client(const workflow::Client&) const;

  workflow::Services& services_;
  const std::string base_url_;
  const Run run_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Queued> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

// Does the client ask for it (RFC 7240), without a time it would wait?
bool prefers_async(std::string_view prefer);

}  // namespace habilitd::scim
