#include "fastcgi/exchange.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstring>

using namespace habilitd;
using namespace habilitd::fastcgi;

namespace {

// Strings that live as long as the environment that points to them.
struct Environment {
  std::vector<std::string> pairs;
  std::vector<const char*> pointers;
  explicit Environment(std::vector<std::string> p) : pairs(std::move(p)) {
    for (const std::string& pair : pairs) pointers.push_back(pair.c_str());
    pointers.push_back(nullptr);
  }
};

struct Body {
  std::string text;
  bool read = false;
  ReadBody reader() {
    return [this](char* buffer, std::size_t size) {
      read = true;
      const std::size_t count = std::min(size, text.size());
      std::memcpy(buffer, text.data(), count);
      text.erase(0, count);
      return count;
    };
  }
};

Received received(std::vector<std::string> more, std::string body = {}, std::size_t limit = 100) {
  std::vector<std::string> all{"REQUEST_METHOD=POST", "REQUEST_URI=/scim/v2/Users?count=2"};
  for (auto& pair : more) all.push_back(std::move(pair));
  Body source{std::move(body)};
  return receive(Environment(std::move(all)).pointers.data(), {limit}, source.reader());
}

std::string reason(const Received& r) { return r.refusal ? r.refusal->reason : ""; }

}  // namespace

BOOST_AUTO_TEST_SUITE(exchange)

BOOST_AUTO_TEST_CASE(named_parameters_reach_the_request) {
  const Received r =
      received({"CONTENT_TYPE=application/json", "CONTENT_LENGTH=4", "REMOTE_ADDR=192.0.2.7",
                "HTTP_AUTHORIZATION=Bearer x", "HTTP_IF_MATCH=\"a=b\"", "HTTP_ACCEPT_LANGUAGE=en",
                "HTTP_X_REQUEST_ID=abc"},
               "body");
  BOOST_TEST(!r.refusal);
  BOOST_TEST((r.request.method == Method::kPost));
  BOOST_TEST(r.request.target.path == "/scim/v2/Users");
  BOOST_TEST(*find(r.request.target.query, "count") == "2");
  BOOST_TEST(r.request.body == "body");
  BOOST_TEST(r.request.peer == "192.0.2.7");
  BOOST_TEST(r.request.headers.content_type == "application/json");
  BOOST_TEST(r.request.headers.authorization == "Bearer x");
  BOOST_TEST(r.request.headers.if_match == "\"a=b\"");
  BOOST_TEST(r.request.headers.accept_language == "en");
  BOOST_TEST(r.request.headers.x_request_id == "abc");
}

BOOST_AUTO_TEST_CASE(headers_that_try_to_steer_reach_nothing) {
  const Received plain = received({});
  const Received steered =
      received({"HTTP_HOST=evil", "HTTP_PROXY=http://evil", "HTTP_REMOTE_USER=admin",
                "HTTP_X_FORWARDED_FOR=127.0.0.1", "HTTP_X_ORIGINAL_URL=/scim/v2/Groups",
                "HTTP_X_HTTP_METHOD_OVERRIDE=DELETE", "SCRIPT_NAME=/other", "QUERY_STRING=count=9",
                "HTTP_CONTENT_TYPE=text/evil", "HTTP_REQUEST_URI=/evil", "REMOTE_USER=admin"});
  BOOST_TEST(steered.request.target.path == plain.request.target.path);
  BOOST_TEST(*find(steered.request.target.query, "count") == "2");
  BOOST_TEST(steered.request.headers.content_type == "");
  BOOST_TEST(steered.request.method_text == "POST");
  BOOST_TEST(steered.request.peer == "");
}

BOOST_DATA_TEST_CASE(a_bad_target_is_400_and_its_body_stays_unread,
                     boost::unit_test::data::make({"", "*", "http://x/", "//scim", "/scim/%2fx",
                                                   "/%00", "/a%0d%0aSet-Cookie:x", "/a/../b",
                                                   "/a/./b", "/%zz", "/%ff", "/a%5cb"}),
                     target) {
  Body body{"abc"};
  const Environment environment(
      {"REQUEST_METHOD=GET", std::string("REQUEST_URI=") + target, "CONTENT_LENGTH=3"});
  const Received r = receive(environment.pointers.data(), {}, body.reader());
  BOOST_TEST(reason(r) == "bad-target");
  BOOST_TEST(r.refusal->status == 400);
  BOOST_TEST(!body.read);
}

BOOST_AUTO_TEST_CASE(two_authorization_headers_are_400) {
  const Received r = received({"HTTP_AUTHORIZATION=Bearer a", "HTTP_AUTHORIZATION=Bearer b"});
  BOOST_TEST(reason(r) == "repeated-authorization");
  BOOST_TEST(r.refusal->status == 400);
}

BOOST_AUTO_TEST_CASE(an_encoded_body_is_415_unless_it_is_identity) {
  BOOST_TEST(received({"HTTP_CONTENT_ENCODING=gzip"}).refusal->status == 415);
  BOOST_TEST(received({"HTTP_CONTENT_ENCODING=identity, br"}).refusal->status == 415);
  BOOST_TEST(!received({"HTTP_CONTENT_ENCODING=Identity"}).refusal);
}

BOOST_AUTO_TEST_CASE(a_body_above_the_limit_is_413_before_it_is_read) {
  Body body{std::string(101, 'x')};
  const Environment environment({"REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=101"});
  const Received r = receive(environment.pointers.data(), {100}, body.reader());
  BOOST_TEST(r.refusal->status == 413);
  BOOST_TEST(!body.read);
  BOOST_TEST(!received({"CONTENT_LENGTH=100"}, std::string(100, 'x')).refusal);
}

BOOST_AUTO_TEST_CASE(a_body_shorter_than_declared_is_400) {
  BOOST_TEST(reason(received({"CONTENT_LENGTH=5"}, "four")) == "body-cut-short");
}

BOOST_DATA_TEST_CASE(a_length_that_is_no_number_is_400,
                     boost::unit_test::data::make({"x", "1x", "-5", "+1", " 1",
                                                   "99999999999999999999999"}),
                     length) {
  BOOST_TEST(reason(received({std::string("CONTENT_LENGTH=") + length}, "b")) == "bad-length");
}

BOOST_AUTO_TEST_CASE(cookies_of_several_lines_are_joined) {
  BOOST_TEST(received({"HTTP_COOKIE=a=1", "HTTP_COOKIE=b=2"}).request.headers.cookie == "a=1; b=2");
}

BOOST_AUTO_TEST_CASE(nginx_names_the_request_and_nobody_else) {
  const std::string id(32, 'a');
  BOOST_TEST(received({"HABILITD_REQUEST_ID=" + id}).request.request_id == id);
  for (const char* forged : {"HABILITD_REQUEST_ID=<script>", "HTTP_HABILITD_REQUEST_ID=aaaa"}) {
    const std::string made = received({forged}).request.request_id;
    BOOST_TEST(made.size() == 32);
    BOOST_TEST(made != id);
  }
}

BOOST_AUTO_TEST_CASE(a_response_has_status_headers_length_and_body) {
  Response response{404, {}, "gone"};
  response.set("Content-Type", "text/plain");
  BOOST_TEST(response_text(response, false) ==
             "Status: 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ngone");
}

BOOST_AUTO_TEST_CASE(head_has_the_length_and_no_body) {
  BOOST_TEST(response_text(Response{200, {}, "four"}, true) ==
             "Status: 200 OK\r\nContent-Length: 4\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(head_without_a_body_claims_no_length) {
  BOOST_TEST(response_text(Response{200, {}, ""}, true) == "Status: 200 OK\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_body_in_pieces_has_no_length_and_follows_later) {
  Response response;
  response.stream = [](const Response::Write& write) { write("piece"); };
  BOOST_TEST(response_text(response, false) == "Status: 200 OK\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(no_content_and_not_modified_have_neither) {
  BOOST_TEST(response_text(Response{204, {}, ""}, false) == "Status: 204 No Content\r\n\r\n");
  BOOST_TEST(response_text(Response{304, {}, "x"}, false) == "Status: 304 Not Modified\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
