// RFC 4533 content synchronisation, refreshAndPersist: one connection that first tells the whole
// content below a base and then every change. Always without a cookie. Not thread-safe, except that
// a Breaker may cut it from elsewhere.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "ldap/entry_view.h"
#include "ldap/pool.h"

namespace habilitd::ldap {

// Lets another thread end whatever the connection is waiting for: connecting, binding, reading.
class Breaker {
 public:
  void cut();  // for good: a connection made later is cut at once

  // For the connection: `socket` is open until closed().
  void opened(int socket);
  void closed();

 private:
  std::mutex mutex_;
  int socket_ = -1;
  bool cut_ = false;
};

class ContentSync {
 public:
  struct Message {
    enum class Type {
      kNothing,      // none within the time-out, or one that changes nothing
      kEntry,        // added or changed: `entry`
      kGone,         // deleted: `gone`
      kRefreshDone,  // the content is complete, changes follow
      kAlive,        // the answer to ping()
      kReread,       // what reread() asked for: `entry`
      kRereadDone    // it was answered, with or without an entry
    };
    Type type = Type::kNothing;
    bool refused = false;  // kRereadDone: the server would not say
    EntryView entry;       // points into the message; good as long as this object holds it
    std::vector<EntryUuid> gone;

    Message();
    ~Message();
    Message(Message&&) noexcept;
    Message& operator=(Message&&) noexcept;

   private:
    friend class ContentSync;
    struct Raw;
    std::unique_ptr<Raw> raw_;
  };

  // Connects, binds and asks. `breaker` must outlive the connection.
  static Result<ContentSync> start(const Endpoint&, const Credentials&, const Dn& base,
                                   const std::vector<std::string>& attributes, Breaker& breaker);
  ~ContentSync();
  ContentSync(ContentSync&&) noexcept;
  ContentSync& operator=(ContentSync&&) = delete;

  // The next message, into `out`. An error ends the synchronisation: connection lost, or the server
  // ended the search (its result code is in the error).
  Status next(Message& out, std::chrono::milliseconds timeout);
  // Asks the server for a sign of life on the same connection; its answer is a kAlive message.
  Status ping();
  // Reads one entry as it is now; one at a time.
  Status reread(const std::string& dn);

 private:
  struct Parts;
  explicit ContentSync(std::unique_ptr<Parts>);
  std::unique_ptr<Parts> parts_;
};

}  // namespace habilitd::ldap
