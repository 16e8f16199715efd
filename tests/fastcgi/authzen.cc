// The AuthZEN endpoint on a real directory: the certification fixture, and the site's own
// vocabulary.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "fastcgi/authzen_endpoint.h"
#include "tests/support/site.h"
#include "tests/support/slapd.h"
#include "workflow/requests.h"

using namespace habilitd;
using namespace habilitd::fastcgi;
namespace fs = std::filesystem;

namespace {

constexpr const char* kPeople = R"(
dn: habKey=a,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: a
uid: m1
cn: Claire
sn: Lefevre
mail: m1@example.org

dn: habKey=b,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
objectClass: habPerson
habKey: b
uid: u1
cn: Ugo
sn: Marchand
mail: u1@example.org

dn: cn=73282932000074,ou=structures,dc=example,dc=org
objectClass: groupOfNames
objectClass: habStructure
cn: 73282932000074
o: TEST - TEST
member: cn=habilitd,ou=services,dc=example,dc=org
member: habKey=b,ou=people,dc=example,dc=org
owner: habKey=a,ou=people,dc=example,dc=org

dn: cn=soffi,ou=applications,dc=example,dc=org
objectClass: groupOfNames
objectClass: habApplicationInfo
cn: soffi
habApplication: soffi
member: cn=habilitd,ou=services,dc=example,dc=org
)";

struct Endpoint {
  const tests::Slapd& slapd = tests::Slapd::shared();
  std::string folder = (fs::temp_directory_path() / "habilitd-authzen-XXXXXX").string();
  SystemClock clock;
  std::unique_ptr<tests::Site> site;
  std::unique_ptr<workflow::Catalogue> catalogue;
  std::unique_ptr<workflow::Audit> audit;
  std::unique_ptr<workflow::Services> services;
  std::unique_ptr<AuthzenEndpoint> endpoint;
  workflow::Client client;

  Endpoint() {
    BOOST_REQUIRE(::mkdtemp(folder.data()));
    slapd.clear();
    slapd.load(kPeople);
    site = std::make_unique<tests::Site>(slapd);
    site->start();
    for (const auto& entry : fs::directory_iterator(HABILITD_SOURCE_DIR "/policies")) {
      if (entry.path().extension() == ".json")
        fs::copy(entry.path(), folder + "/" + entry.path().filename().string());
    }
    catalogue = std::make_unique<workflow::Catalogue>(folder, site->log());
    BOOST_REQUIRE(catalogue->load().ok());
    audit = *workflow::Audit::open(folder + "/audit.log", clock);
    services = std::make_unique<workflow::Services>(site->directory(), *catalogue, *audit, clock,
                                                    site->log(), site->metrics(),
                                                    workflow::WorkflowSettings{});
    endpoint = std::make_unique<AuthzenEndpoint>(
        *services, AuthzenEndpoint::Settings{"https://iam.example.org", "authzen-cert"});
    client.scopes = {"decisions"};
  }
  ~Endpoint() { fs::remove_all(folder); }

  Response post(const std::string& body, const Segments& path = {"evaluation"},
                const std::string& type = "application/json") const {
    Request request;
    request.method = Method::kPost;
    request.headers.content_type = type;
    request.body = body;
    return endpoint->handle(request, path, client);
  }
  static Json json(const Response& response) {
    const auto parsed = parse_json(response.body);
    return parsed ? *parsed : Json();
  }
  static std::string query(const std::string& subject, const std::string& action,
                           const std::string& resource) {
    return R"({"subject":{"type":"user","id":")" + subject + R"("},"action":{"name":")" + action +
           R"("},"resource":)" + resource + "}";
  }
  // "true", "false REASON" or the status.
  std::string decide(const std::string& subject, const std::string& action,
                     const std::string& resource) const {
    const Response response = post(query(subject, action, resource));
    if (response.status != 200) return std::to_string(response.status);
    const Json body = json(response);
    if (body.at("decision").get<bool>()) return "true";
    return "false " + body.at("context").at("reason").get<std::string>();
  }
};

constexpr const char* kConsultation =
    R"({"type":"habilitation","id":"soffi.consultation.73282932000074"})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(authzen, Endpoint)

BOOST_AUTO_TEST_CASE(the_sites_own_vocabulary) {
  const std::string of_u1 = R"(,"properties":{"person":"u1"}})";
  const std::string habilitation =
      std::string(kConsultation).substr(0, std::string(kConsultation).size() - 1);
  BOOST_TEST(decide("u1", "request", kConsultation) == "true");
  BOOST_TEST(decide("u1@example.org", "request", kConsultation) == "true");
  BOOST_TEST(decide("m1", "add", habilitation + of_u1) == "true");
  BOOST_TEST(decide("u1", "add", habilitation + of_u1) == "false no-self-decision");
  BOOST_TEST(decide("u1", "revoke", habilitation + R"(,"properties":{"person":"m1"}})") ==
             "false no-rule");
  BOOST_TEST(
      decide(
          "m1", "list",
          R"({"type":"structure","id":"73282932000074","properties":{"application":"soffi"}})") ==
      "true");
  BOOST_TEST(
      decide(
          "u1", "list",
          R"({"type":"application","id":"soffi","properties":{"structure":"73282932000074"}})") ==
      "false no-rule");
  BOOST_TEST(
      decide("u1", "request", R"({"type":"habilitation","id":"soffi.saisie.73282932000074"})") ==
      "false req-missing-prerequisite");
}

struct Unknown {
  const char *subject, *action, *resource, *expected;
};
std::ostream& operator<<(std::ostream& out, const Unknown& row) { return out << row.resource; }
const Unknown kUnknown[] = {
    {"nobody", "request", kConsultation, "false unknown-person"},
    {"u1", "request", R"({"type":"habilitation","id":"soffi.consultation.55208131766522"})",
     "false unknown-structure"},
    {"u1", "request", R"({"type":"habilitation","id":"soffi.consultation.1"})",
     "false unknown-structure"},
    {"u1", "request", R"({"type":"habilitation","id":"soffi.king.73282932000074"})",
     "false unknown-role"},
    {"u1", "request", R"({"type":"habilitation","id":"other.x.73282932000074"})",
     "false unknown-application"},
    {"u1", "request", R"({"type":"habilitation","id":"soffi"})", "false unknown-application"},
    {"m1", "approve", R"({"type":"request","id":"2819c223-7f76-453a-919d-413861904646"})",
     "false unknown-request"},
    {"u1", "read", R"({"type":"planet","id":"mars"})", "false unknown-resource"},
    {"m1", "add",
     R"({"type":"habilitation","id":"soffi.consultation.73282932000074","properties":{"person":"nobody"}})",
     "false unknown-person"},
};
BOOST_DATA_TEST_CASE_F(Endpoint, what_does_not_exist_is_denied_by_name,
                       boost::unit_test::data::make(kUnknown), row) {
  BOOST_TEST(decide(row.subject, row.action, row.resource) == row.expected);
}

BOOST_AUTO_TEST_CASE(what_a_restricted_client_does_not_see_is_unknown_to_it) {
  const auto habilitation = [](const std::string& siret, const std::string& person = {}) {
    return R"({"type":"habilitation","id":"soffi.consultation.)" + siret + "\"" +
           (person.empty() ? "" : R"(,"properties":{"person":")" + person + "\"}") + "}";
  };
  const std::string own = "73282932000074", list = R"({"type":"application","id":"soffi")";
  client.structures = {own};
  BOOST_TEST(decide("u1", "request", habilitation(own)) == "true");
  // Somebody who is not attached to it is as good as nobody, and so is another structure.
  for (const char* who : {"m1", "m1@example.org", "nobody"}) {
    BOOST_TEST(decide(who, "add", habilitation(own, "u1")) == "false unknown-person");
    BOOST_TEST(decide("u1", "add", habilitation(own, who)) == "false unknown-person");
  }
  client.structures = {"55208131766522"};
  client.mail_domains = {"example.org"};
  for (const char* siret : {"73282932000074", "55208131766530"}) {
    BOOST_TEST(decide("u1", "request", habilitation(siret)) == "false unknown-structure");
    const std::string of_it = std::string(R"(,"properties":{"structure":")") + siret + "\"}}";
    BOOST_TEST(decide("m1", "list", list + of_it) == "false unknown-structure");
  }
  client.structures = {own};
  BOOST_TEST(decide("m1", "add", habilitation(own, "u1")) == "true");
}

BOOST_AUTO_TEST_CASE(a_request_for_another_structure_is_unknown_to_a_restricted_client) {
  const auto person =
      site->directory().view()->find_one(ldap::Attr::kUid, "u1", ldap::Kind::kPerson);
  const auto made =
      workflow::submit(*services, workflow::Actor::person(person->id(), "Ugo", "u1@example.org"),
                       {person->id(),
                        "soffi",
                        "consultation",
                        *Siret::parse("73282932000074"),
                        "For my daily work.",
                        std::nullopt,
                        {}});
  BOOST_REQUIRE(made.ok());
  const std::string request = R"({"type":"request","id":")" + made->record.id.str() + "\"}";
  BOOST_TEST(decide("m1", "approve", request) == "true");
  client.mail_domains = {"example.org"};
  BOOST_TEST(decide("m1", "approve", request) == "false unknown-request");
  client.structures = {"73282932000074"};
  BOOST_TEST(decide("m1", "approve", request) == "true");
}

BOOST_AUTO_TEST_CASE(the_certification_fixture) {
  const auto record = [](const char* id) {
    return std::string(R"({"type":"record","id":")") + id + "\"}";
  };
  BOOST_TEST(decide("alice", "read", record("record-1")) == "true");
  BOOST_TEST(decide("alice", "write", record("record-1")) == "true");
  BOOST_TEST(decide("bob", "read", record("record-1")) == "true");
  BOOST_TEST(decide("alice", "write", record("record-2")) != "true");
}

BOOST_AUTO_TEST_CASE(a_batch_answers_in_order_and_a_bad_item_is_denied) {
  const Response response =
      post(R"({"subject":{"type":"user","id":"u1"},"action":{"name":"request"},"evaluations":[
        {"resource":)" +
               std::string(kConsultation) + R"(},
        {"resource":{"type":"habilitation"}},
        {"resource":{"type":"habilitation","id":"soffi.saisie.73282932000074"}}]})",
           {"evaluations"});
  BOOST_TEST(response.status == 200);
  const Json items = json(response).at("evaluations");
  BOOST_TEST(items.size() == 3u);
  BOOST_TEST(items[0].at("decision").get<bool>());
  BOOST_TEST(!items[1].at("decision").get<bool>());
  BOOST_TEST(items[1].at("context").contains("error"));
  BOOST_TEST(!items[2].at("decision").get<bool>());
}

const char* const kMalformed[] = {
    "",
    "null",
    "[]",
    "{",
    R"({"decision":true})",
    R"({"subject":{"type":"user","id":"u1"},"action":{"name":"request"}})",
    R"({"subject":{"type":"user"},"action":{"name":"request"},"resource":{"type":"structure","id":"1"}})",
    R"({"subject":{"type":"robot","id":"u1"},"action":{"name":"request"},"resource":{"type":"structure","id":"1"}})",
    R"({"subject":{"type":"user","id":"u1"},"subject":{"type":"user","id":"m1"},"action":{"name":"list"},"resource":{"type":"structure","id":"1"}})",
};
BOOST_DATA_TEST_CASE_F(Endpoint, malformed_is_400_without_a_decision,
                       boost::unit_test::data::make(kMalformed), body) {
  const Response response = post(body);
  BOOST_TEST(response.status == 400);
  BOOST_TEST(!json(response).contains("decision"));
}

BOOST_AUTO_TEST_CASE(other_content_types_methods_and_paths) {
  const std::string good = query("u1", "request", kConsultation);
  BOOST_TEST(post(good, {"evaluation"}, "text/plain").status == 400);
  BOOST_TEST(post(good, {"evaluation"}, "Application/JSON; charset=utf-8").status == 200);
  BOOST_TEST(post(good, {"evaluation", "x"}).status == 404);
  BOOST_TEST(post(good, {}).status == 404);
  BOOST_TEST(post(good, {"search", "subject"}).status == 404);
  Request get;
  const Response refused = endpoint->handle(get, {"evaluation"}, client);
  BOOST_TEST(refused.status == 405);
  BOOST_TEST(*refused.header("Allow") == "POST");
}

BOOST_AUTO_TEST_CASE(nobody_and_a_token_without_the_scope_get_no_decision) {
  Request request;
  request.method = Method::kPost;
  request.body = query("u1", "request", kConsultation);
  request.headers.content_type = "application/json";
  const Response anonymous =
      endpoint->handle(request, {"evaluation"}, Error{Errc::kUnauthenticated, "x", ""});
  BOOST_TEST(anonymous.status == 401);
  BOOST_TEST(anonymous.header("WWW-Authenticate")->starts_with("Bearer"));
  BOOST_TEST(!json(anonymous).contains("decision"));
  client.scopes = {"users:write", "groups:write", "grant:*"};
  const Response unscoped = endpoint->handle(request, {"evaluation"}, client);
  BOOST_TEST(unscoped.status == 403);
  BOOST_TEST(!json(unscoped).contains("decision"));
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_away_is_an_error_and_never_a_decision) {
  site->directory().stop();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  Response response;
  do {
    response = post(query("u1", "request", kConsultation));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (response.status == 200 && std::chrono::steady_clock::now() < end);
  BOOST_TEST(response.status == 503);
  BOOST_TEST(!json(response).contains("decision"));
  const Response batch = post(
      query("u1", "request", kConsultation).insert(1, R"("evaluations":[{}],)"), {"evaluations"});
  BOOST_TEST(!json(batch).at("evaluations")[0].at("decision").get<bool>());
}

BOOST_AUTO_TEST_CASE(the_metadata_names_what_is_served) {
  Request get;
  get.method = Method::kGet;
  const Json body = json(endpoint->configuration(get));
  BOOST_TEST(body.at("policy_decision_point") == "https://iam.example.org");
  BOOST_TEST(body.at("access_evaluation_endpoint") ==
             "https://iam.example.org/access/v1/evaluation");
  BOOST_TEST(!body.contains("search_subject_endpoint"));
  Request post_it;
  post_it.method = Method::kPost;
  BOOST_TEST(endpoint->configuration(post_it).status == 405);
  const AuthzenEndpoint plain(*services, {"http://localhost:8080", ""});
  BOOST_TEST(json(plain.configuration(get)).at("access_evaluation_endpoint") ==
             "http://localhost:8080/access/v1/evaluation");
}

BOOST_AUTO_TEST_SUITE_END()
