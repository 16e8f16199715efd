// FastCGI over a unix socket with libfcgi and a fixed number of threads.
//
// libfcgi alone lets every kept connection own a thread, so nginx's keep-alive could starve new
// connections, and a peer that connects and says nothing would hold a thread. Here the connections
// wait in one epoll set that all threads share: a thread is taken only when there is something to
// read, and no more threads work at once than the processors can serve (base/turns.h).
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "fastcgi/exchange.h"
#include "fastcgi/listener.h"

namespace habilitd::fastcgi {

// Turns what came in into the answer. Called from many threads; must not throw.
using Answer = std::function<Response(const Received&)>;

class Server {
 public:
  struct Options {
    int threads = 32;
    ExchangeLimits limits;
    std::chrono::milliseconds silence{120000};    // an idle connection is closed after that
    std::chrono::milliseconds stalled{10000};     // a peer that stops in the middle of a record
    std::chrono::milliseconds drain_grace{1000};  // kept connections may still bring a request
    std::chrono::milliseconds drain_deadline{15000};
  };

  Server(Listener, Options, Answer, Log&);
  ~Server();  // drains without grace when drain() was not called
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  // Finishes what has begun, closes every connection, joins every thread. During the grace period
  // requests on kept connections are still answered and their connections then closed, so that
  // nginx does not meet a connection that closes under its hands.
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace habilitd::fastcgi
