#include "fastcgi/server.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <future>

#include "fcgi_peer.h"

using namespace habilitd;
using namespace habilitd::fastcgi;
using namespace habilitd::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kPieces = 5, kPiece = 70000;

struct Fixture {
  std::string folder = (std::filesystem::temp_directory_path() / "habilitd-server-XXXXXX").string();
  Log log{-1, Log::Level::kError};
  std::atomic<int> slow_begun{0};
  std::unique_ptr<Server> server;

  Fixture() { BOOST_REQUIRE(::mkdtemp(folder.data())); }
  ~Fixture() {
    server.reset();
    std::filesystem::remove_all(folder);
  }
  std::string path() const { return folder + "/s"; }

  void start(int threads = 2, std::chrono::milliseconds grace = 300ms) {
    Server::Options options;
    options.threads = threads;
    options.stalled = 400ms;
    options.drain_grace = grace;
    options.drain_deadline = 5s;
    options.limits.max_body = 1000;
    auto listener = Listener::open(path());
    BOOST_REQUIRE_MESSAGE(listener.ok(), (listener.ok() ? "" : listener.error().detail));
    server = std::make_unique<Server>(
        *std::move(listener), options, [this](const Received& r) { return answer(r); }, log);
    server->start();
  }
  Response answer(const Received& r) {
    if (r.refusal) return {r.refusal->status, {}, r.refusal->reason};
    if (r.request.target.path == "/slow") {
      ++slow_begun;
      std::this_thread::sleep_for(600ms);
    }
    if (r.request.target.path == "/pieces") return in_pieces();
    if (r.request.target.path == "/broken-off") return broken_off();
    return {200, {}, r.request.target.path + ":" + r.request.body};
  }
  static Response in_pieces() {
    Response response;
    response.stream = [](const Response::Write& write) {
      for (std::size_t i = 0; i < kPieces; ++i) {
        write(std::string(kPiece, static_cast<char>('a' + i)));
      }
    };
    return response;
  }
  static Response broken_off() {
    Response response;
    response.stream = [](const Response::Write& write) {
      write(std::string(kPiece, 'a'));
      throw std::runtime_error("the rest cannot be made");
    };
    return response;
  }
  static std::string get(const std::string& target, bool keep = false,
                         const std::string& body = "") {
    return request_bytes({{"REQUEST_METHOD", "POST"},
                          {"REQUEST_URI", target},
                          {"CONTENT_LENGTH", std::to_string(body.size())}},
                         body, keep);
  }
  std::string ask(const std::string& target, const std::string& body = "") {
    Peer peer(path());
    peer.send(get(target, false, body));
    return peer.answer();
  }
  static bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server, Fixture)

BOOST_AUTO_TEST_CASE(a_request_is_answered_and_its_connection_closed) {
  start();
  Peer peer(path());
  peer.send(get("/a", false, "body"));
  BOOST_TEST(holds(peer.answer(), "/a:body"));
  BOOST_TEST(peer.closed(3000));
}

BOOST_AUTO_TEST_CASE(the_socket_is_for_owner_and_group_alone) {
  start();
  struct stat found {};
  BOOST_REQUIRE(::stat(path().c_str(), &found) == 0);
  BOOST_TEST((found.st_mode & 0777) == 0660u);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_brings_many_requests) {
  start();
  Peer peer(path());
  for (int i = 0; i < 50; ++i) {
    const std::string target = "/" + std::to_string(i);
    peer.send(get(target, true, "b"));
    BOOST_TEST(holds(peer.answer(), target + ":b"));
  }
}

BOOST_AUTO_TEST_CASE(a_body_in_pieces_arrives_whole) {
  start();
  Peer peer(path());
  for (int i = 0; i < 3; ++i) {
    peer.send(get("/pieces", true));
    const std::string answer = peer.answer();
    const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
    BOOST_REQUIRE(body.size() == kPieces * kPiece);
    for (std::size_t piece = 0; piece < kPieces; ++piece) {
      BOOST_TEST(body[piece * kPiece] == static_cast<char>('a' + piece));
      BOOST_TEST(body[(piece + 1) * kPiece - 1] == static_cast<char>('a' + piece));
    }
  }
}

BOOST_AUTO_TEST_CASE(half_of_a_body_does_not_pass_for_all_of_it) {
  start();
  Peer peer(path());
  peer.send(get("/broken-off", true));
  BOOST_TEST(peer.answer() == "");  // no end of the request
  BOOST_TEST(peer.closed(3000));
  BOOST_TEST(holds(ask("/next"), "/next:"));
}

BOOST_AUTO_TEST_CASE(more_kept_connections_than_threads_starve_nobody) {
  start(2);
  std::vector<std::unique_ptr<Peer>> kept;
  for (int i = 0; i < 20; ++i) {
    kept.push_back(std::make_unique<Peer>(path()));
    kept.back()->send(get("/k", true));
    BOOST_TEST(holds(kept.back()->answer(), "/k:"));
  }
  BOOST_TEST(holds(ask("/new"), "/new:"));
  for (auto& peer : kept) {
    peer->send(get("/again", true));
    BOOST_TEST(holds(peer->answer(), "/again:"));
  }
}

BOOST_AUTO_TEST_CASE(silent_peers_hold_no_thread) {
  start(2);
  std::vector<std::unique_ptr<Peer>> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(std::make_unique<Peer>(path()));
  const auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(holds(ask("/new"), "/new:"));
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 300ms));
}

BOOST_AUTO_TEST_CASE(a_peer_that_stops_in_the_middle_is_let_go) {
  start(1);
  Peer half(path());
  half.send(get("/half").substr(0, 20));
  std::this_thread::sleep_for(50ms);
  BOOST_TEST(holds(ask("/new"), "/new:"));  // after Options::stalled
  BOOST_TEST(half.closed(3000));
}

BOOST_AUTO_TEST_CASE(garbage_closes_its_connection_alone) {
  start(1);
  Peer garbage(path());
  garbage.send(std::string(100, '\xff'));
  BOOST_TEST(garbage.closed(3000));
  BOOST_TEST(holds(ask("/new"), "/new:"));
}

BOOST_AUTO_TEST_CASE(lengths_that_lie_break_nothing_else) {
  start(1);
  // A name of 4 GB in a record of 8 bytes: CVE-2025-23016 of libfcgi.
  const std::string lie = record(1, std::string{0, 1, 0, 0, 0, 0, 0, 0}) +
                          record(4, "\xff\xff\xff\xff\xff\xff\xff\xff");
  Peer liar(path());
  liar.send(lie);
  BOOST_TEST(liar.closed(3000));
  BOOST_TEST(holds(ask("/new"), "/new:"));
}

BOOST_AUTO_TEST_CASE(a_body_above_the_limit_is_refused_and_not_taken_for_a_request) {
  start(1);
  Peer peer(path());
  peer.send(get("/big", true, std::string(5000, 'x')));
  BOOST_TEST(holds(peer.answer(), "Status: 413"));
  // The connection stays: nginx may have taken it for its next request already.
  peer.send(get("/next", true));
  BOOST_TEST(holds(peer.answer(), "/next:"));
}

BOOST_AUTO_TEST_CASE(draining_finishes_what_has_begun) {
  start(2);
  auto slow = std::async(std::launch::async, [this] { return ask("/slow"); });
  while (slow_begun == 0) std::this_thread::sleep_for(5ms);
  server->drain();
  BOOST_TEST(holds(slow.get(), "/slow:"));
  BOOST_CHECK_THROW(Peer late(path()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(draining_answers_a_last_request_on_a_kept_connection) {
  start(2, 1000ms);
  Peer kept(path());
  kept.send(get("/1", true));
  BOOST_TEST(holds(kept.answer(), "/1:"));
  auto drained = std::async(std::launch::async, [this] { server->drain(); });
  std::this_thread::sleep_for(50ms);
  kept.send(get("/2", true));
  BOOST_TEST(holds(kept.answer(), "/2:"));
  BOOST_TEST(kept.closed(500));
  drained.get();
}

BOOST_AUTO_TEST_CASE(draining_closes_idle_connections_after_the_grace) {
  start(2, 100ms);
  Peer kept(path());
  kept.send(get("/1", true));
  BOOST_TEST(holds(kept.answer(), "/1:"));
  const auto begun = std::chrono::steady_clock::now();
  server->drain();
  BOOST_TEST((std::chrono::steady_clock::now() - begun < 2s));
  BOOST_TEST(kept.closed(0));
}

BOOST_AUTO_TEST_CASE(a_stale_socket_is_replaced_and_a_live_one_is_not) {
  {
    auto abandoned = Listener::open(path());
    std::filesystem::rename(path(), path() + ".kept");
  }
  std::filesystem::rename(path() + ".kept", path());
  start();
  const auto second = Listener::open(path());
  BOOST_REQUIRE(!second.ok());
  BOOST_TEST((second.error().code == Errc::kConflict));
  BOOST_TEST(holds(ask("/still"), "/still:"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_socket_is_left_alone) {
  std::ofstream(path()) << "precious";
  BOOST_TEST(!Listener::open(path()).ok());
  BOOST_TEST(std::filesystem::file_size(path()) == 8u);
}

BOOST_AUTO_TEST_CASE(a_path_that_is_too_long_or_relative_is_refused) {
  BOOST_TEST(!Listener::open("/" + std::string(120, 'x')).ok());
  BOOST_TEST(!Listener::open("relative").ok());
}

BOOST_AUTO_TEST_SUITE_END()
