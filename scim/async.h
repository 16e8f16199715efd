// Asynchronous requests (Prefer: respond-async, RFC 9967 section 2.5.1): accepted, kept in the
// directory, answered 202, and done one after the other by one thread. The outcome is an event for
// the client that asked, and stands at the Location of the 202. Those of one client are done in
// their order, by whatever host; while the directory is away all of them wait.
//
// A preference is no right: answered at once instead are requests that carry a password (it is not
// written down), that are large, that name a time they would wait, and all while the queue is full.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
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
    bool perhaps_claimed = false;  // nobody knows what became of an attempt
  };
  using Queue = std::map<std::string, Queued>;  // by job_key()
  enum class Turn { kOver, kLater };

  void work();
  void recover();
  void take_up(const ldap::Record&);
  Queue::iterator next_in_turn();
  Turn run(const std::string& key, Queued&);
  // kUnavailable: it cannot be said yet; else who asks, or why nobody.
  Result<workflow::Client> client_in_turn(const std::string& key, const workflow::Client&) const;
  void finish(const Queued&, const Response&);

  workflow::Services& services_;
  const std::string base_url_, runner_;
  const Run run_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Queue queue_;                    // only the thread takes something out
  std::set<EntryUuid> held_back_;  // clients whose turn has not come
  bool stopping_ = false;
  std::thread thread_;
};

// Does the client ask for it (RFC 7240), without a time it would wait?
bool prefers_async(std::string_view prefer);

}  // namespace habilitd::scim
