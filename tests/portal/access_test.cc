// Who may do what through the pages: CSRF, origins, methods, and every POST by everybody who may
// not.
#include <boost/test/unit_test.hpp>

#include "portal/routes.h"
#include "tests/portal/office.h"

using namespace habilitd;
using namespace habilitd::tests;

namespace {

std::string location(const Response& answer) {
  const std::string* where = answer.header("Location");
  return where ? *where : std::string();
}

std::string header(const Response& answer, const char* name) {
  const std::string* value = answer.header(name);
  return value ? *value : std::string();
}

// An open request of u1 and the form with which m1 would validate it.
struct Pending : Office {
  Visitor asker{*portal, "u1"}, manager{*portal, "m1"};
  std::string request = asker.ask("consultation");
  std::string address = "/portail/demandes/" + request;
  Form approve = manager.form(manager.open(address), "/valider");

  std::string token_of(Visitor& visitor) {
    return visitor.form(visitor.get("/portail/services/"), "/deconnexion").fields["csrf"];
  }
  bool untouched() { return state_of(request) == "pending"; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(who_may, Pending)

BOOST_AUTO_TEST_CASE(a_post_needs_the_token_of_its_own_session) {
  Visitor second(*portal, "m1");
  const std::string other = token_of(second), asker_token = token_of(asker);
  for (const std::string& token :
       {std::string(), std::string("x"), other, asker_token, approve.fields["csrf"].substr(1)}) {
    BOOST_TEST(manager.submit(approve, {{"csrf", token}}).status == 403, token);
    BOOST_TEST(untouched());
  }
  Form without = approve;
  without.fields.erase("csrf");
  BOOST_TEST(manager.submit(without).status == 403);
  BOOST_TEST(untouched());
}

BOOST_AUTO_TEST_CASE(sign_in_needs_a_token_too) {
  Visitor visitor(*portal), other(*portal);
  const Form form = visitor.form(visitor.get("/connexion"), "/connexion");
  const Fields who{{"login", "m1"}, {"password", kPassword}};
  BOOST_TEST(other.submit(form, who).status == 403);
  visitor.cookies.clear();
  BOOST_TEST(visitor.submit(form, who).status == 403);
  BOOST_TEST(!visitor.cookies.contains("habilitd"));
}

BOOST_AUTO_TEST_CASE(a_post_from_elsewhere_is_refused) {
  const std::pair<const char*, const char*> cases[] = {{"https://evil.example", ""},
                                                       {"https://evil.example", "same-origin"},
                                                       {"", "cross-site"},
                                                       {"", "same-site"},
                                                       {"null", ""},
                                                       {"null", "cross-site"}};
  for (const auto& [origin, site_header] : cases) {
    Request post = manager.request(Method::kPost, approve.action);
    post.headers.content_type = "application/x-www-form-urlencoded";
    post.headers.origin = origin;
    post.headers.sec_fetch_site = site_header;
    post.body = encode_query(Pairs(approve.fields.begin(), approve.fields.end()));
    BOOST_TEST(manager.send(post).status == 403, origin << " " << site_header);
    BOOST_TEST(untouched());
  }
}

BOOST_AUTO_TEST_CASE(a_body_of_another_kind_is_refused) {
  const auto post = [&](const char* type, const std::string& body, const char* encoding = "") {
    Request r = manager.request(Method::kPost, approve.action);
    r.headers.content_type = type;
    r.headers.content_encoding = encoding;
    r.body = body;
    return manager.send(std::move(r)).status;
  };
  const std::string form = "application/x-www-form-urlencoded";
  BOOST_TEST(post("multipart/form-data; boundary=x", "--x--") == 415);
  BOOST_TEST(post("application/json", "{}") == 415);
  BOOST_TEST(post("", "") == 415);
  BOOST_TEST(post(form.c_str(), "a=b", "gzip") == 415);
  BOOST_TEST(post(form.c_str(), "revision=1&revision=2") == 400);
  BOOST_TEST(post(form.c_str(), "a=%00") == 400);
  BOOST_TEST(post(form.c_str(), "a=%zz") == 400);
  BOOST_TEST(post(form.c_str(), "a=" + std::string(100000, 'x')) == 413);
  BOOST_TEST(untouched());
}

BOOST_AUTO_TEST_CASE(an_anonymous_post_leads_to_sign_in_and_is_not_replayed) {
  Visitor nobody(*portal);
  const Response answer = nobody.submit(approve);
  BOOST_TEST(location(answer) ==
             "/connexion?next=" + encode_component(address) + "&fait=session-over");
  const Form form = nobody.form(nobody.get(location(answer)), "/connexion");
  const Response in = nobody.submit(form, {{"login", "m1"}, {"password", kPassword}});
  BOOST_TEST(location(in) == address);
  nobody.open(location(in));
  BOOST_TEST(untouched());
}

BOOST_AUTO_TEST_CASE(looking_changes_nothing) {
  for (int i = 0; i < 3; ++i) {
    manager.open(address);
    manager.get(address + "/refuser");
    BOOST_TEST(manager.get(approve.action).status == 405);
  }
  BOOST_TEST(untouched());
}

BOOST_AUTO_TEST_CASE(a_wrong_method_names_the_right_ones) {
  BOOST_TEST(header(manager.get("/deconnexion"), "Allow") == "POST");
  BOOST_TEST(header(manager.get(address + "/annuler"), "Allow") == "POST");
  BOOST_TEST(header(manager.post("/portail/services/", {}), "Allow") == "GET, HEAD");
  for (const Method method :
       {Method::kPut, Method::kPatch, Method::kDelete, Method::kOptions, Method::kOther}) {
    const Response answer = manager.send(manager.request(method, "/connexion"));
    BOOST_TEST(answer.status == 405);
    BOOST_TEST(header(answer, "Allow") == "GET, HEAD, POST");
  }
  BOOST_TEST(manager.send(manager.request(Method::kHead, "/connexion")).status == 303);
}

// Every POST of the table, by everybody who may not: never a redirect to success, nothing changed.
BOOST_AUTO_TEST_CASE(nobody_without_the_right_gets_through) {
  const std::string person = id_of("u1");
  const portal::Params params{{"request", request}, {"app", "soffi"}, {"person", person}};
  Visitor stranger(*portal, "m3"), outsider(*portal, "fresh");
  std::map<std::string, Visitor*> people{{"m3", &stranger}, {"fresh", &outsider}, {"u1", &asker}};
  int tried = 0;
  for (const portal::Route& route : portal::routes()) {
    if (route.method != Method::kPost || route.access != portal::Access::kSession) continue;
    const std::string path = portal::fill_pattern(route.pattern, params);
    for (const auto& [who, visitor] : people) {
      const bool own = who == "u1" && path.find("/annuler") != path.npos;
      if (own || path == "/portail/demander") continue;
      const Response answer =
          visitor->post(path, {{"csrf", token_of(*visitor)},
                               {"operation", std::string(32, 'a')},
                               {"revision", approve.fields["revision"]},
                               {"reason", "Sans droit aucun."},
                               {"role", "consultation"},
                               {"siret", kS1},
                               {"justification", "Sans droit aucun, vraiment."}});
      BOOST_TEST((answer.status == 403 || answer.status == 404),
                 who << " " << path << ": " << answer.status);
      BOOST_TEST(untouched());
      BOOST_TEST(!is_member("u1", "consultation", kS1));
      ++tried;
    }
  }
  BOOST_TEST(tried == 14);
}

BOOST_AUTO_TEST_CASE(nobody_sees_what_is_not_theirs) {
  Visitor stranger(*portal, "m3"), outsider(*portal, "fresh");
  const std::string users = "/portail/applications/soffi/utilisateurs";
  const std::string person = id_of("u1");
  for (Visitor* visitor : {&stranger, &outsider}) {
    for (const std::string& page :
         {address, address + "/refuser", users + "?personne=" + person,
          users + "/" + person + "/ajouter",
          users + "/" + person + "/revoquer?role=consultation&siret=" + kS1}) {
      const Response answer = visitor->get(page);
      BOOST_TEST((answer.status == 403 || answer.status == 404), page);
      BOOST_TEST(answer.body.find("Durand") == std::string::npos, page);
    }
  }
  BOOST_TEST(outsider.get(users).status == 403);
  BOOST_TEST(outsider.get(users + ".csv").status == 403);
  BOOST_TEST(manager.get("/portail/applications/autre/utilisateurs").status == 404);
  for (const char* id : {"x", "2819c223-7f76-453a-919d-413861904646", "*"})
    BOOST_TEST(manager.get("/portail/demandes/" + encode_component(id)).status == 404, id);
  BOOST_TEST(manager.get("/portail/demandes/" + person).status == 404);
}

BOOST_AUTO_TEST_CASE(ones_own_request_is_not_ones_own_to_decide) {
  const std::string own = manager.ask("consultation");
  const Response page = manager.get("/portail/demandes/" + own);
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.body.find("/valider") == std::string::npos);
  const Response forged = manager.post("/portail/demandes/" + own + "/valider",
                                       {{"csrf", token_of(manager)},
                                        {"operation", std::string(32, 'b')},
                                        {"revision", approve.fields["revision"]}});
  BOOST_TEST(forged.status == 403);
  BOOST_TEST(forged.body.find("Nul ne décide de sa propre demande") != std::string::npos);
  BOOST_TEST(state_of(own) == "pending");
}

BOOST_AUTO_TEST_SUITE_END()
