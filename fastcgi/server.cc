#include "fastcgi/server.h"

#include <fcgiapp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>
#include <stdexcept>

#include "base/turns.h"

namespace habilitd::fastcgi {
namespace {

using Milliseconds = std::chrono::milliseconds;
using std::chrono::steady_clock;

// libfcgi closes connections with select(2): a descriptor beyond its set would write out of bounds.
constexpr int kMaxDescriptor = FD_SETSIZE;
// The time of a connection that is not watched yet.
constexpr std::int64_t kAgeless = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kOnce = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
constexpr Milliseconds kSweepEvery{5000};
constexpr Milliseconds kStep{10};
// nginx uses the warmest of its kept connections first: one that rested so long is not about to be
// used.
constexpr Milliseconds kCold{250};

std::int64_t in_milliseconds(steady_clock::time_point time) {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
}

std::int64_t milliseconds_now() { return in_milliseconds(steady_clock::now()); }

// One more than there are processors: one may just be about to wait.
int at_once() { return static_cast<int>(std::thread::hardware_concurrency()) + 1; }

int checked(int fd, const char* call) {
  if (fd < 0) throw std::runtime_error(std::string(call) + ": " + std::strerror(errno));
  return fd;
}

void set_deadline(int fd, Milliseconds deadline) {
  timeval limit{};
  limit.tv_sec = deadline.count() / 1000;
  limit.tv_usec = (deadline.count() % 1000) * 1000;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

std::size_t read_stream(FCGX_Stream* in, char* buffer, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const int want = static_cast<int>(std::min<std::size_t>(size - got, 1 << 20));
    const int n = FCGX_GetStr(buffer + got, want, in);
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

// Reads what is left of a body. False: it is longer than any that is worth reading.
bool discard(FCGX_Stream* in, const ExchangeLimits& limits) {
  std::array<char, 16384> buffer;
  const std::size_t most = limits.max_body + (1 << 20);
  for (std::size_t all = 0; all <= most;) {
    const std::size_t got = read_stream(in, buffer.data(), buffer.size());
    if (got == 0) return true;
    all += got;
  }
  return false;
}

// False: the peer is gone; libfcgi closes.
bool write_stream(FCGX_Stream* out, std::string_view text) {
  while (!text.empty()) {
    const int want = static_cast<int>(std::min<std::size_t>(text.size(), 1 << 20));
    const int n = FCGX_PutStr(text.data(), want, out);
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Throws what a body in pieces throws.
void write_response(FCGX_Stream* out, const Response& response, bool head) {
  if (!write_stream(out, response_text(response, head)) || !response.stream || head) return;
  const StepAside meanwhile;
  response.stream([out](std::string_view piece) { return write_stream(out, piece); });
}

}  // namespace

struct Server::State {
  State(Listener l, Options o, Answer a, Log& g)
      : listener(std::move(l)), options(std::move(o)), answer(std::move(a)), log(g) {
    epoll = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    wake = checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
    for (auto& since : idle_since) since.store(0, std::memory_order_relaxed);
    watch(wake, EPOLLIN, EPOLL_CTL_ADD);
  }
  ~State() {
    if (epoll >= 0) ::close(epoll);
    if (wake >= 0) ::close(wake);
  }

  void watch(int fd, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll, operation, fd, &event);
  }

  // An idle connection belongs to whoever swaps its time to zero: the thread that got its event, or
  // the one that closes it. A busy one is never touched by others.
  std::atomic<std::int64_t>& since(int fd) { return idle_since[static_cast<std::size_t>(fd)]; }
  bool claim(int fd) { return since(fd).exchange(0) != 0; }
  // Nobody may close it before it is watched: until then it has no age. Its event may come first.
  void make_idle(int fd, int operation) {
    since(fd).store(kAgeless);
    watch(fd, kOnce, operation);
    std::int64_t ageless = kAgeless;
    since(fd).compare_exchange_strong(ageless, milliseconds_now());
  }

  void work();
  void accept_one();
  void serve(FCGX_Request&, int fd);
  void respond(FCGX_Request&);
  void close_idle(Milliseconds older_than);
  void sweep(std::int64_t now);
  void join();

  Listener listener;
  const Options options;
  const Answer answer;
  Log& log;
  int epoll = -1, wake = -1;
  std::array<std::atomic<std::int64_t>, kMaxDescriptor> idle_since;
  std::atomic<std::int64_t> last_sweep{0};
  std::atomic<int> busy{0}, open{0};
  std::atomic<bool> draining{false}, stopping{false}, accepting{true};
  Turns turns{at_once()};
  std::vector<std::thread> threads;
};

void Server::State::work() {
  FCGX_Request request;
  FCGX_InitRequest(&request, -1, 0);
  for (Turn turn(turns); !stopping; turn.rest()) {
    epoll_event event{};
    const int count = ::epoll_wait(epoll, &event, 1, static_cast<int>(kSweepEvery.count()));
    const auto now = steady_clock::now();
    turn.begin(now);
    sweep(in_milliseconds(now));
    if (count != 1 || event.data.fd == wake) continue;
    if (event.data.fd == listener.fd()) {
      accept_one();
    } else if (claim(event.data.fd)) {
      serve(request, event.data.fd);
    }
  }
}

void Server::State::accept_one() {
  const int fd = ::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC);
  const int error = errno;
  if (fd < 0 && (error == EMFILE || error == ENFILE || error == ENOMEM)) {
    log.error("server.accept.failed", {{"error", std::strerror(error)}});
    std::this_thread::sleep_for(kStep);  // the queue stays: trying at once would only spin
  }
  if (accepting) watch(listener.fd(), EPOLLIN | EPOLLONESHOT, EPOLL_CTL_MOD);
  if (fd < 0) return;
  if (fd >= kMaxDescriptor) {
    log.error("server.connections.exhausted", {{"descriptor", static_cast<long long>(fd)}});
    ::close(fd);
    return;
  }
  set_deadline(fd, options.stalled);
  ++open;
  make_idle(fd, EPOLL_CTL_ADD);
}

// The descriptor is handed to libfcgi, which reads one request from it, and taken back when the
// connection is to be kept. When libfcgi closes it, its accept() on descriptor -1 fails at once.
void Server::State::serve(FCGX_Request& request, int fd) {
  ++busy;
  request.ipcFd = fd;
  request.keepConnection = 1;  // or FCGX_Accept_r begins by closing it as a finished one
  if (FCGX_Accept_r(&request) == 0) respond(request);
  if (request.ipcFd >= 0) {
    const int kept = request.ipcFd;
    request.ipcFd = -1;
    make_idle(kept, EPOLL_CTL_MOD);
  } else {
    --open;
  }
  --busy;
}

void Server::State::respond(FCGX_Request& request) {
  const Received received = receive(
      request.envp, options.limits,
      [&](char* buffer, std::size_t size) { return read_stream(request.in, buffer, size); });
  const Response response = answer(received);
  try {
    write_response(request.out, response, received.request.method == Method::kHead);
  } catch (const std::exception& fault) {
    // Half of a body must not be taken for all of it: nginx learns that the rest is missing.
    log.error("request.fault", {{"request", received.request.request_id},
                                {"route", "pieces"},
                                {"error", std::string(fault.what())}});
    ::shutdown(request.ipcFd, SHUT_RDWR);
    request.keepConnection = 0;
  }
  // An unread body would be taken for the next request. The connection is not closed for it: nginx
  // might be about to send the next request there, which would fail.
  const bool clean = !received.refusal || discard(request.in, options.limits);
  if (draining || !clean) request.keepConnection = 0;
  FCGX_Finish_r(&request);
}

void Server::State::close_idle(Milliseconds older_than) {
  const std::int64_t limit = milliseconds_now() - older_than.count();
  for (int fd = 0; fd < kMaxDescriptor; ++fd) {
    std::int64_t then = since(fd).load();
    if (then == 0 || then > limit || !since(fd).compare_exchange_strong(then, 0)) continue;
    ::close(fd);
    --open;
  }
}

void Server::State::sweep(std::int64_t now) {
  std::int64_t last = last_sweep.load(std::memory_order_relaxed);
  if (now - last < kSweepEvery.count()) return;
  if (last_sweep.compare_exchange_strong(last, now)) close_idle(options.silence);
}

void Server::State::join() {
  stopping = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake, &one, sizeof one);
  for (std::thread& thread : threads) thread.join();
  threads.clear();
}

Server::Server(Listener listener, Options options, Answer answer, Log& log)
    : state_(std::make_unique<State>(std::move(listener), std::move(options), std::move(answer),
                                     log)) {
  static std::once_flag once;
  std::call_once(once, [] { FCGX_Init(); });
}

Server::~Server() {
  if (!state_->threads.empty()) drain();
}

void Server::start() {
  state_->watch(state_->listener.fd(), EPOLLIN | EPOLLONESHOT, EPOLL_CTL_ADD);
  for (int i = 0; i < state_->options.threads; ++i) {
    state_->threads.emplace_back([this] { state_->work(); });
  }
}

void Server::drain() {
  State& s = *state_;
  s.draining = true;
  if (s.listener.inherited()) {  // connections that wait now are our successor's
    s.accepting = false;
    s.watch(s.listener.fd(), 0, EPOLL_CTL_DEL);
  }
  const std::int64_t begun = milliseconds_now();
  const auto passed = [&](Milliseconds limit) {
    return milliseconds_now() - begun >= limit.count();
  };
  while (s.open > 0 && !passed(s.options.drain_grace)) {
    s.close_idle(kCold);
    std::this_thread::sleep_for(kStep);
  }
  s.listener.remove_file();
  std::this_thread::sleep_for(5 * kStep);  // those who connected before the file went
  s.accepting = false;
  while (!passed(s.options.drain_deadline)) {
    s.close_idle(Milliseconds(0));
    if (s.busy == 0 && s.open == 0) break;
    std::this_thread::sleep_for(kStep);
  }
  if (s.busy > 0) s.log.warn("server.drain.late", {{"busy", static_cast<long long>(s.busy)}});
  s.join();
}

}  // namespace habilitd::fastcgi
