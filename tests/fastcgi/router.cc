#include "fastcgi/router.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "base/json.h"

using namespace habilitd;
using namespace habilitd::fastcgi;

namespace {

struct Fixture {
  Log log{-1, Log::Level::kError};
  Metrics metrics;
  int asked_for_caller = 0;

  Router router() {
    std::vector<Route> routes;
    routes.push_back(
        Route::people("pages", Form::kPage, {"portail"}, [](const Request&, const Segments&) {
          return Response{200, {}, "page"};
        }));
    routes.push_back(Route::clients("scim", Form::kScim, {"scim", "v2"},
                                    [](const Request&, const Segments& rest, const auto& caller) {
                                      if (!caller) return Response{401, {}, ""};
                                      return Response{200, {}, rest.empty() ? "" : rest.back()};
                                    }));
    routes.push_back(Route::everyone(
        "fault", Form::kScim, {"scim", "v2", "fault"},
        [](const Request&, const Segments&) -> Response { throw std::runtime_error("a bug"); }));
    routes.push_back(Route::everyone("odd", Form::kAuthzen, {"access"},
                                     [](const Request&, const Segments&) -> Response { throw 7; }));
    routes.push_back(
        Route::everyone("busy", Form::kPage, {"busy"}, [](const Request&, const Segments&) {
          return Response{503, {}, ""};
        }));
    return Router(
        std::move(routes),
        [this](const Request& request) -> Result<workflow::Client> {
          ++asked_for_caller;
          if (request.headers.authorization != "Bearer good") {
            return Error{Errc::kUnauthenticated, "no", ""};
          }
          return workflow::Client{};
        },
        log, metrics);
  }

  Response get(const std::string& target, const std::string& authorization = {}) {
    Received received;
    received.raw_target = target;
    received.request.request_id = "id-1";
    received.request.headers.authorization = authorization;
    received.request.headers.x_request_id = "theirs";
    auto parsed = parse_target(target);
    if (parsed) received.request.target = *parsed;
    if (!parsed) received.refusal = Refusal{400, "bad-target", "no"};
    return router().handle(received);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(router, Fixture)

BOOST_AUTO_TEST_CASE(a_path_without_a_route_is_404) {
  BOOST_TEST(get("/elsewhere").status == 404);
  BOOST_TEST(get("/").status == 404);
  BOOST_TEST(get("/scim").status == 404);
}

BOOST_AUTO_TEST_CASE(a_clients_route_sees_the_caller_and_the_rest_of_the_path) {
  BOOST_TEST(get("/scim/v2/Users").status == 401);
  BOOST_TEST(get("/scim/v2/Users", "Bearer good").body == "Users");
}

BOOST_AUTO_TEST_CASE(a_token_is_not_looked_at_for_a_peoples_route) {
  BOOST_TEST(get("/portail/x", "Bearer good").status == 200);
  BOOST_TEST(asked_for_caller == 0);
}

BOOST_AUTO_TEST_CASE(the_longest_prefix_wins) { BOOST_TEST(get("/scim/v2/fault").status == 500); }

BOOST_AUTO_TEST_CASE(a_fault_is_500_in_the_protocols_own_form) {
  const Response scim = get("/scim/v2/fault");
  BOOST_TEST(*scim.header("Content-Type") == "application/scim+json");
  const auto body = parse_json(scim.body);
  BOOST_TEST((*body)["status"] == "500");
  BOOST_TEST(scim.body.find("a bug") == std::string::npos);
  const Response odd = get("/access");
  BOOST_TEST(odd.status == 500);
  BOOST_TEST(!parse_json(odd.body)->contains("decision"));
}

BOOST_AUTO_TEST_CASE(a_bad_target_is_answered_in_the_form_it_seems_to_ask_for) {
  BOOST_TEST(*get("/scim//v2").header("Content-Type") == "application/scim+json");
  BOOST_TEST(*get("/access/%2f").header("Content-Type") == "application/json");
  BOOST_TEST(get("/%00").header("Content-Type")->starts_with("text/html"));
  BOOST_TEST(get("/%00").status == 400);
}

BOOST_AUTO_TEST_CASE(every_answer_carries_our_request_id) {
  for (const char* target : {"/portail", "/elsewhere", "/scim/v2/fault", "/%00"}) {
    BOOST_TEST(*get(target).header("Habilitd-Request-Id") == "id-1");
  }
}

BOOST_AUTO_TEST_CASE(the_callers_request_id_comes_back_on_authzen_answers_alone) {
  BOOST_TEST(*get("/access").header("X-Request-ID") == "theirs");
  BOOST_TEST(*get("/access/%2f").header("X-Request-ID") == "theirs");
  BOOST_TEST(!get("/portail").header("X-Request-ID"));
}

BOOST_AUTO_TEST_CASE(unavailable_says_when_to_come_back) {
  BOOST_TEST(get("/busy").header("Retry-After"));
  BOOST_TEST(!get("/portail").header("Retry-After"));
}

BOOST_AUTO_TEST_CASE(two_routes_with_one_prefix_are_a_bug) {
  const Handler page = [](const Request&, const Segments&) { return Response{}; };
  std::vector<Route> routes;
  routes.push_back(Route::everyone("a", Form::kPage, {"x"}, page));
  routes.push_back(Route::people("b", Form::kPage, {"x"}, page));
  BOOST_CHECK_THROW(Router(routes, {}, log, metrics), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
