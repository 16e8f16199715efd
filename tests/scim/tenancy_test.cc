// Clients with structures and mail domains of their own see and change their own people only, and
// cannot find out about others (trust.md, rule 10). And how often a client may ask.
#include <boost/test/unit_test.hpp>

#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

constexpr const char* kSiret = "73282932000074";
constexpr const char* kOther = "73282932000082";

workflow::Client client_named(const std::string& name) {
  workflow::Client client;
  client.id = EntryUuid::random();
  client.name = name;
  client.scopes = {"users:write", "groups:write", "grant:*"};
  return client;
}

// A central client that sees all, and two agencies. `mine` is at example.fr and `theirs` at
// example.net; `attached` belongs to the structure of the first agency, which made `made`.
struct Agencies : Provider {
  Agencies() : central(client()), a(client_named("a")), b(client_named("b")) {
    a.structures = {kSiret};
    a.mail_domains = {"example.fr"};
    b.mail_domains = {"example.net"};
    mine = user("mine", mail("mine@Example.FR"));
    theirs = user("theirs", mail("theirs@example.net"));
    attached = user("attached", mail("attached@example.com"));
    boss = user("boss", mail("boss@example.com"));
    const std::string base = slapd().layout().suffix.str(),
                      steward = slapd().layout().steward.str();
    const auto dn = [&](const std::string& id) {
      return directory().view()->by_id(*EntryUuid::parse(id))->dn();
    };
    std::string ldif;
    for (const char* siret : {kSiret, kOther}) {
      const std::string who = siret == std::string(kSiret) ? attached : theirs;
      ldif += "dn: cn=" + std::string(siret) + ",ou=structures," + base +
              "\nobjectClass: groupOfNames\nobjectClass: habStructure\ncn: " + siret +
              "\no: ACME\nhabSiret: " + siret + "\nmember: " + steward + "\nmember: " + dn(who) +
              "\nowner: " + dn(boss) + "\n\ndn: cn=soffi.consultation." + siret +
              ",ou=habilitations," + base +
              "\nobjectClass: groupOfNames\nobjectClass: habHabilitation\ncn: soffi.consultation." +
              siret + "\nhabApplication: soffi\nhabRole: consultation\nhabSiret: " + siret +
              "\nmember: " + steward + "\nmember: " + dn(theirs) + "\n\n";
    }
    load(ldif);
    shared = group("Shared", {mine, theirs});
    as(a);
    made = user("made");
    team = group("Team A", {mine, made});
  }
  void as(const workflow::Client& who) { client() = who; }
  static Json mail(const std::string& address) {
    return {{"emails", {{{"value", address}, {"type", "work"}}}}};
  }
  std::vector<std::string> names(const std::string& line) {
    std::vector<std::string> found;
    const Answer answer = ask(line);
    BOOST_REQUIRE_MESSAGE(answer.status() == 200, answer.response.body);
    const Json list = answer.at("/Resources");
    for (const Json& each : list) {
      found.push_back(each.value("userName", each.value("displayName", "")));
    }
    BOOST_TEST(answer.at("/totalResults") == Json(found.size()), answer.response.body);
    return found;
  }
  // What must not differ between somebody else's id and one that never was.
  void check_unknown(const std::string& line, const std::string& id, const std::string& body = {},
                     const std::vector<std::string>& headers = {}) {
    const auto with = [&](const std::string& text, const std::string& one) {
      std::string filled = text;
      for (auto at = filled.find('@'); at != std::string::npos; at = filled.find('@')) {
        filled.replace(at, 1, one);
      }
      return filled;
    };
    const std::string none = EntryUuid::random().str();
    const Answer real = ask(with(line, id), with(body, id), headers);
    const Answer unknown = ask(with(line, none), with(body, none), headers);
    BOOST_TEST(real.status() == unknown.status(), line + " " + real.response.body);
    std::string text = real.response.body;
    for (auto at = text.find(id); at != std::string::npos; at = text.find(id)) {
      text.replace(at, id.size(), none);
    }
    BOOST_TEST(text == unknown.response.body, line);
    BOOST_TEST(real.header("ETag") == unknown.header("ETag"));
  }
  workflow::Client central, a, b;
  std::string mine, theirs, attached, boss, made, shared, team;
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(tenancy)

BOOST_AUTO_TEST_CASE(a_list_shows_own_people_and_counts_no_others) {
  Agencies agencies;
  BOOST_TEST(agencies.names("GET /Users?sortBy=userName") == (Names{"attached", "made", "mine"}),
             boost::test_tools::per_element());
  BOOST_TEST(agencies.names("GET /Users").size() == 3u);
  BOOST_TEST(agencies.ask("GET /Users?count=0").at("/totalResults") == Json(3));
  BOOST_TEST(agencies.ask("GET /Users?startIndex=2&count=1").at("/totalResults") == Json(3));
  BOOST_TEST(agencies.names("GET /Groups?sortBy=displayName") ==
                 (Names{"soffi.consultation." + std::string(kSiret), "Team A"}),
             boost::test_tools::per_element());
  agencies.as(agencies.b);
  BOOST_TEST(agencies.names("GET /Users") == (Names{"theirs"}), boost::test_tools::per_element());
  BOOST_TEST(agencies.names("GET /Groups").empty());
  agencies.as(agencies.central);
  BOOST_TEST(agencies.names("GET /Users").size() == 5u);
  BOOST_TEST(agencies.names("GET /Groups").size() == 4u);
}

BOOST_AUTO_TEST_CASE(somebody_elses_id_reads_like_one_that_never_was) {
  Agencies agencies;
  const std::string replacing = user_body(R"("userName":"x")");
  const std::string patching = patch(R"({"op":"replace","path":"title","value":"x"})");
  agencies.check_unknown("GET /Users/@", agencies.theirs);
  agencies.check_unknown("GET /Users/@", agencies.theirs, {}, {"If-None-Match: *"});
  agencies.check_unknown("PUT /Users/@", agencies.theirs, replacing);
  agencies.check_unknown("PUT /Users/@", agencies.theirs, replacing, {"If-Match: *"});
  agencies.check_unknown("PUT /Users/@", agencies.theirs, replacing, {"If-Match: W/\"1\""});
  agencies.check_unknown("PATCH /Users/@", agencies.theirs, patching);
  agencies.check_unknown("DELETE /Users/@", agencies.theirs);
  agencies.check_unknown("DELETE /Users/@", agencies.theirs, {}, {"If-Match: W/\"1\""});
  agencies.check_unknown("GET /Groups/@", agencies.shared);
  agencies.check_unknown("DELETE /Groups/@", agencies.shared);
  agencies.check_unknown("PATCH /Groups/@", agencies.shared,
                         patch(R"({"op":"replace","path":"displayName","value":"x"})"));
  agencies.as(agencies.central);
  BOOST_TEST(agencies.ask("GET /Users/" + agencies.theirs).at("/title").is_null());
}

BOOST_AUTO_TEST_CASE(filters_and_links_tell_nothing_of_others) {
  Agencies agencies;
  for (const char* line :
       {"GET /Users?filter=id%20eq%20%22@%22", "GET /Users?filter=manager.value%20eq%20%22@%22",
        "GET /Groups?filter=members.value%20eq%20%22@%22",
        "GET /Groups?filter=members%5Bvalue%20eq%20%22@%22%5D"}) {
    agencies.check_unknown(line, agencies.theirs);
  }
  agencies.check_unknown("GET /Users?filter=groups.value%20eq%20%22@%22", agencies.shared);
  BOOST_TEST(agencies.names("GET /Users?filter=userName%20eq%20%22theirs%22").empty());
  BOOST_TEST(
      agencies.names("GET /Users?filter=emails.value%20eq%20%22theirs@example.net%22").empty());
  BOOST_TEST(agencies.names("GET /Groups?filter=displayName%20eq%20%22shared%22").empty());
  BOOST_TEST(agencies.names("GET /Users?filter=not(userName%20eq%20%22x%22)").size() == 3u);
  // The group of its structure has a holder who is not its own; its person is in a foreign group.
  const Answer readers = agencies.ask("GET /Groups?filter=displayName%20sw%20%22soffi%22");
  BOOST_TEST(readers.at("/totalResults") == Json(1));
  BOOST_TEST(readers.at("/Resources/0/members").is_null(), readers.response.body);
  const Answer mine = agencies.ask("GET /Users/" + agencies.mine);
  BOOST_TEST(mine.at("/groups/0/value") == Json(agencies.team));
  BOOST_TEST(mine.at("/groups/1").is_null());
}

BOOST_AUTO_TEST_CASE(a_manager_from_elsewhere_is_not_shown_and_not_lost) {
  Agencies agencies;
  const std::string manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  const auto with = [&](const std::string& id) {
    return patch(R"({"op":"add","path":")" + manager + R"(:manager","value":{"value":")" + id +
                 "\"}}");
  };
  agencies.as(agencies.central);
  BOOST_TEST(agencies.ask("PATCH /Users/" + agencies.mine, with(agencies.boss)).status() == 200);
  agencies.as(agencies.a);
  BOOST_TEST(agencies.ask("GET /Users/" + agencies.mine).at("/" + manager).is_null());
  BOOST_TEST(agencies.names("GET /Users?filter=" + manager + ":manager.value%20pr").empty());
  agencies.check_unknown(
      "PATCH /Users/" + agencies.made, agencies.boss,
      patch(R"({"op":"add","path":")" + manager + R"(:manager","value":{"value":"@"}})"));
  Json body = agencies.mail("mine@example.fr");
  body["schemas"] = {"urn:ietf:params:scim:schemas:core:2.0:User"};
  body["userName"] = "mine";
  BOOST_TEST(agencies.ask("PUT /Users/" + agencies.mine, body).status() == 200);
  agencies.as(agencies.central);
  BOOST_TEST(agencies.ask("GET /Users/" + agencies.mine).at("/" + manager + "/manager/value") ==
             Json(agencies.boss));
}

BOOST_AUTO_TEST_CASE(members_of_others_are_neither_added_nor_removed) {
  Agencies agencies;
  agencies.as(agencies.central);
  const auto add = [](const std::string& id) {
    return patch(R"({"op":"add","path":"members","value":[{"value":")" + id + "\"}]}");
  };
  BOOST_TEST(agencies.ask("PATCH /Groups/" + agencies.team, add(agencies.theirs)).status() == 200);
  agencies.as(agencies.a);
  agencies.check_unknown("PATCH /Groups/" + agencies.team, agencies.boss, add("@"));
  agencies.check_unknown("POST /Groups", agencies.boss,
                         group_body(R"("displayName":"New","members":[{"value":"@"}])"));
  for (const std::string& operation :
       {R"({"op":"remove","path":"members[value eq \")" + agencies.theirs + R"(\"]"})",
        R"({"op":"remove","path":"members","value":[{"value":")" + agencies.theirs + R"("}]})",
        std::string(R"({"op":"remove","path":"members"})"),
        R"({"op":"replace","path":"members","value":[{"value":")" + agencies.made + R"("}]})"}) {
    const Answer done = agencies.ask("PATCH /Groups/" + agencies.team, patch(operation));
    BOOST_TEST(done.status() == 200, done.response.body);
  }
  BOOST_TEST(agencies.ask("GET /Groups/" + agencies.team).at("/members/0/value") ==
             Json(agencies.made));
  BOOST_TEST(agencies.ask("GET /Groups/" + agencies.team).at("/members/1").is_null());
  agencies.as(agencies.central);
  const Json members = agencies.ask("GET /Groups/" + agencies.team).at("/members");
  BOOST_TEST(members.size() == 2u, members.dump());
}

BOOST_AUTO_TEST_CASE(addresses_outside_its_domains_are_refused) {
  Agencies agencies;
  const auto body = [](const std::string& name, const std::string& address) {
    Json json = Agencies::mail(address);
    json["schemas"] = {"urn:ietf:params:scim:schemas:core:2.0:User"};
    json["userName"] = name;
    return json;
  };
  const auto create = [&](const std::string& name, const std::string& address) {
    return agencies.ask("POST /Users", body(name, address));
  };
  for (const char* address :
       {"x@example.net", "x@sub.example.fr", "x@example.fr.evil.com", "x@notexample.fr"}) {
    const Answer refused = create("new", address);
    BOOST_TEST(refused.status() == 403, address);
    BOOST_TEST(refused.at("/detail").get<std::string>().find("domain") != std::string::npos);
  }
  BOOST_TEST(create("boss@example.net", "x@example.fr").status() == 403);
  // Refused before the directory is asked whether it is taken, and full-width signs are no way out.
  agencies.as(agencies.central);
  agencies.user("taken@example.net");
  agencies.as(agencies.a);
  BOOST_TEST(create("taken@example.net", "x@example.fr").status() == 403);
  BOOST_TEST(create("taken\xEF\xBC\xA0"
                    "example.net",
                    "x@example.fr")
                 .status() == 403);
  BOOST_TEST(create("new@example.fr", "x@EXAMPLE.fr").status() == 201);
  // What somebody has already may stay; a change may not bring a foreign one, nor lose the last
  // own.
  const std::string path = "PATCH /Users/" + agencies.attached;
  BOOST_TEST(agencies.ask(path, patch(R"({"op":"add","path":"title","value":"x"})")).status() ==
             200);
  const auto adding =
      patch(R"({"op":"add","path":"emails","value":[{"value":"x@example.net","type":"home"}]})");
  BOOST_TEST(agencies.ask(path, adding).status() == 403);
  const auto removing = patch(R"({"op":"remove","path":"emails"})");
  BOOST_TEST(agencies.ask(path, removing).status() == 200);
  BOOST_TEST(agencies.ask("PATCH /Users/" + agencies.mine, removing).status() == 403);
}

BOOST_AUTO_TEST_CASE(a_name_taken_elsewhere_reads_like_one_taken_here) {
  Agencies agencies;
  const Answer elsewhere = agencies.ask("POST /Users", user_body(R"("userName":"theirs")"));
  const Answer here = agencies.ask("POST /Users", user_body(R"("userName":"made")"));
  BOOST_TEST(elsewhere.status() == 409);
  BOOST_TEST(elsewhere.response.body == here.response.body);
  const Answer group_elsewhere =
      agencies.ask("POST /Groups", group_body(R"("displayName":"Shared")"));
  const Answer group_here = agencies.ask("POST /Groups", group_body(R"("displayName":"Team A")"));
  BOOST_TEST(group_elsewhere.status() == 409);
  BOOST_TEST(group_elsewhere.response.body == group_here.response.body);
}

BOOST_AUTO_TEST_CASE(holders_are_named_for_its_own_structures_only) {
  Agencies agencies;
  agencies.as(agencies.central);
  const auto id_of = [&](const char* siret) {
    return agencies
        .ask("GET /Groups?filter=displayName%20eq%20%22soffi.consultation." + std::string(siret) +
             "%22")
        .at("/Resources/0/id")
        .get<std::string>();
  };
  const std::string own = id_of(kSiret), other = id_of(kOther);
  agencies.as(agencies.a);
  const auto add = patch(R"({"op":"add","path":"members","value":[{"value":"@"}]})");
  agencies.check_unknown(
      "PATCH /Groups/@", other,
      patch(R"({"op":"add","path":"members","value":[{"value":")" + agencies.attached + "\"}]}"));
  agencies.check_unknown("PATCH /Groups/" + own, agencies.theirs, add);
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_too_often_is_told_when_to_come_back) {
  Provider provider;
  provider.client().rate = {60, 3};
  for (int i = 0; i < 3; ++i) BOOST_TEST(provider.ask("GET /Users").status() == 200);
  const Answer refused = provider.ask("GET /Users/" + EntryUuid::random().str());
  BOOST_TEST(refused.status() == 429);
  BOOST_TEST(refused.header("Retry-After") == "1");
  BOOST_TEST(refused.at("/status") == Json("429"));
  BOOST_TEST(refused.at("/schemas/0") == Json("urn:ietf:params:scim:api:messages:2.0:Error"));
  BOOST_TEST(provider.ask("GET /ServiceProviderConfig").status() == 200);
  provider.ask("GET /Users");
  const std::string counted = provider.metrics().text();
  BOOST_TEST(counted.find("habilitd_clients_rate_limited_total 2") != std::string::npos, counted);
  const std::string log = provider.logged();
  BOOST_TEST(log.find("client.rate-limited") != std::string::npos);
  BOOST_TEST(log.find("client.rate-limited") == log.rfind("client.rate-limited"));
  provider.client().id = EntryUuid::random();
  BOOST_TEST(provider.ask("GET /Users").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()
