// Events for the clients that listen, fetched by polling (RFC 8936), and the outcome of an
// asynchronous request (RFC 9967 section 2.5.1.1) by its address.
//   POST /Events       {"maxEvents","returnImmediately","ack","setErrs"} ->
//   {"sets","moreAvailable"} GET /Events/{txn}  202 while the request waits, then its completion
//   event
// A poll that may wait does so for a few seconds at most, and only a few do at once: the rest is
// answered immediately.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/http.h"
#include "scim/server.h"
#include "scim/set_token.h"

namespace habilitd::scim {

class EventsEndpoint {
 public:
  EventsEndpoint(workflow::Services&, const Settings&);
  // A poll, or the outcome of one transaction. Method and form of the request have been checked.
  Response answer(const Request&, std::string_view txn, const workflow::Client&);

 private:
  struct Poll {
    std::size_t most = 0;
    bool wait = true;
    std::vector<std::string> done;  // acknowledged, or refused by the client
    std::size_t refused = 0;
  };
  static Result<Poll> read_poll(std::string_view body, std::size_t max_payload);
  Result<Response> poll(const Request&, const workflow::Client&);
  Response outcome(const std::string& txn, const workflow::Client&) const;
  Result<workflow::WaitingEvents> fetch(const Poll&, const EntryUuid& feed);

  workflow::Services& services_;
  const Settings& settings_;
  const SetWriter writer_;
  Guarded<std::set<EntryUuid>> waiting_;
};

}  // namespace habilitd::scim
