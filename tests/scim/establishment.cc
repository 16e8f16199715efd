#include "tests/scim/establishment.h"

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <thread>

namespace habilitd::scim::tests {
namespace {

std::string role_body(const char* type, const std::string& person, const std::string& role,
                      const std::string& more) {
  return std::string(R"({"schemas":["urn:habilitd:scim:schemas:core:)") + type +
         R"("],"person":{"value":")" + person + R"("},"application":"soffi","role":")" + role +
         R"(","siret":")" + kSiret + R"(","justification":"Needed for the files of ACME")" + more +
         "}";
}

}  // namespace

Establishment::Establishment() {
  for (const char* scope :
       {"structures:write", "habilitations:write", "requests:write", "grant:*"}) {
    client().scopes.insert(scope);
  }
  const auto person = [&](const std::string& name) {
    return user(
        name, {{"displayName", name + " Test"}, {"emails", {{{"value", name + "@example.org"}}}}});
  };
  boss = person("boss");
  alice = person("alice");
  bob = person("bob");
  structure =
      make("/Structures", structure_body(R"("siret":"732 829 320 00074","displayName":"ACME",)"
                                         R"("managers":[{"value":")" +
                                         boss + R"("}],"members":[{"value":")" + alice + "\"}]"));
}

std::string Establishment::make(const std::string& collection, const std::string& body) {
  const Answer made = ask("POST " + collection, body);
  BOOST_REQUIRE_MESSAGE(made.status() == 201, made.response.body);
  return made.at("/id").get<std::string>();
}

std::string Establishment::habilitation(const std::string& person, const std::string& role) {
  return make("/Habilitations", habilitation_body(person, role));
}

std::string Establishment::request(const std::string& person, const std::string& role) {
  return make("/AccessRequests", request_body(person, role));
}

int Establishment::found(const std::string& collection, const std::string& filter) {
  const Json search{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}},
                    {"filter", filter}};
  const Answer answer = ask("POST " + collection + "/.search", search);
  return answer.status() == 200 ? answer.at("/totalResults").get<int>() : -1;
}

std::string structure_body(const std::string& members) {
  return R"({"schemas":["urn:habilitd:scim:schemas:core:Structure"],)" + members + "}";
}

std::string habilitation_body(const std::string& person, const std::string& role,
                              const std::string& more) {
  return role_body("Habilitation", person, role, more);
}

std::string request_body(const std::string& person, const std::string& role,
                         const std::string& more) {
  return role_body("AccessRequest", person, role, more);
}

std::map<int, int> at_once(int times, const std::function<Answer(int)>& ask) {
  std::map<int, int> counts;
  std::mutex lock;
  std::vector<std::thread> threads;
  for (int i = 0; i < times; ++i) {
    threads.emplace_back([&, i] {
      const int status = ask(i).status();
      const std::lock_guard guard(lock);
      ++counts[status];
    });
  }
  for (std::thread& thread : threads) thread.join();
  return counts;
}

}  // namespace habilitd::scim::tests
