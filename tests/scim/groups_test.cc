// Groups and members (cases 114 to 118), and groups that confer a habilitation.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/scim/establishment.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

// A structure with a manager, and a person attached to it.
struct Habilitations : Provider {
  Habilitations() {
    boss = user("boss", {{"emails", {{{"value", "boss@example.org"}}}}});
    alice = user("alice", {{"emails", {{{"value", "alice@example.org"}}}}});
    const auto& layout = slapd().layout();
    const std::string base = layout.suffix.str(), steward = layout.steward.str();
    const auto dn = [&](const std::string& id) {
      return directory().view()->by_id(*EntryUuid::parse(id))->dn();
    };
    load("dn: cn=" + std::string(kSiret) + ",ou=structures," + base +
         "\nobjectClass: groupOfNames\nobjectClass: habStructure\ncn: " + kSiret +
         "\no: ACME\nhabSiret: " + kSiret + "\nmember: " + steward + "\nmember: " + dn(alice) +
         "\nowner: " + dn(boss) + "\n\ndn: cn=soffi.consultation." + kSiret + ",ou=habilitations," +
         base +
         "\nobjectClass: groupOfNames\nobjectClass: habHabilitation\ncn: soffi.consultation." +
         kSiret + "\nhabApplication: soffi\nhabRole: consultation\nhabSiret: " + kSiret +
         "\nmember: " + steward + "\n");
    readers = ask("GET /Groups").at("/Resources/0/id");
  }
  std::string boss, alice, readers;
};

std::string add(const std::string& id) {
  return patch(R"({"op":"add","path":"members","value":[{"value":")" + id + "\"}]}");
}
std::string remove(const std::string& id) {
  return patch(R"({"op":"remove","path":"members[value eq \")" + id + "\\\"]\"}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(groups)

BOOST_AUTO_TEST_CASE(a_group_lives_from_post_to_delete) {
  Provider provider;
  const std::string a = provider.user("alice", {{"displayName", "Alice"}}),
                    b = provider.user("bob");
  replay(
      provider,
      {{"POST /Groups",
        group_body(
            R"("displayName":"Staff","externalId":"X1","members":[{"value":"${a}","type":"User"},{"value":"${b}"}])"),
        201,
        {{"/displayName", R"("Staff")"},
         {"/externalId", R"("X1")"},
         {"/members/1/value", R"("${b}")"},
         {"/members/0",
          R"({"value":"${a}","$ref":"https://id.example.org/scim/v2/Users/${a}","type":"User"})"},
         {"/meta/resourceType", R"("Group")"}},
        "g"},
       {"GET /Users/${a}",
        "",
        200,
        {{"/groups/0",
          R"({"value":"${g}","$ref":"https://id.example.org/scim/v2/Groups/${g}","display":"Staff","type":"direct"})"}}},
       {"POST /Groups",
        group_body(R"("displayName":"STAFF")"),
        409,
        {{"/scimType", R"("uniqueness")"}}},
       {"POST /Groups",
        group_body(R"("externalId":"x")"),
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"POST /Groups",
        group_body(R"("displayName":"Other","members":[{"value":"nope"}])"),
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"POST /Groups",
        group_body(
            R"("displayName":"Other","members":[{"value":"3f0b8a52-0000-4000-8000-000000000000"}])"),
        400},
       {"GET /Groups?filter=displayName%20eq%20%22other%22", "", 200, {{"/totalResults", "0"}}},
       {"GET /Groups?filter=externalId%20eq%20%22X1%22", "", 200, {{"/totalResults", "1"}}},
       {"PUT /Groups/${g}",
        group_body(R"("displayName":"Crew","members":[{"value":"${b}"}])"),
        200,
        {{"/displayName", R"("Crew")"},
         {"/externalId", "absent"},
         {"/members/0/value", R"("${b}")"},
         {"/members/1", "absent"},
         {"/id", R"("${g}")"}}},
       {"PUT /Groups/${g}",
        group_body(R"("displayName":"Crew")"),
        200,
        {{"/members/0/value", R"("${b}")"}}},
       {"PUT /Groups/${g}",
        group_body(R"("displayName":"Crew","members":[])"),
        200,
        {{"/members", "absent"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"replace","path":"displayName","value":"Team"})"),
        200,
        {{"/displayName", R"("Team")"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"remove","path":"displayName"})"),
        400,
        {{"/scimType", R"("mutability")"}}},
       {"DELETE /Groups/${g}", "", 204},
       {"DELETE /Groups/${g}", "", 404}},
      {{"a", a}, {"b", b}});
}

BOOST_AUTO_TEST_CASE(members_come_and_go_one_by_one) {
  Provider provider;
  const std::string a = provider.user("alice"), b = provider.user("bob"),
                    c = provider.user("carol");
  const std::string g = provider.group("Staff", {a}), sub = provider.group("Sub", {b});
  replay(
      provider,
      {{"GET /Groups/${g}", "", 200, {}, "g"},
       {"PATCH /Groups/${g}", add(a), 200, {{"/members/1", "absent"}}},
       {"PATCH /Groups/${g}", remove(b), 200, {{"/members/1", "absent"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"add","path":"members","value":{"value":"${b}"}})"),
        200,
        {{"/members/1/value", R"("${b}")"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"remove","path":"members","value":[{"value":"${b}"}]})"),
        200,
        {{"/members/0/value", R"("${a}")"}, {"/members/1", "absent"}}},
       {"PATCH /Groups/${g}",
        patch(
            R"({"op":"add","path":"members","value":[{"value":"${b}"},{"value":"${c}"}]},{"op":"remove","path":"members[value eq \"${a}\" or value eq \"${c}\"]"})"),
        200,
        {{"/members/0/value", R"("${b}")"}, {"/members/1", "absent"}}},
       {"PATCH /Groups/${g}", add("${sub}"), 200, {{"/members/1/type", R"("Group")"}}},
       {"PATCH /Groups/${sub}", add("${g}"), 200},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"remove","path":"members[type eq \"User\"]"})"),
        200,
        {{"/members/0/value", R"("${sub}")"}, {"/members/1", "absent"}}},
       {"PATCH /Groups/${g}", add("${g}"), 400, {{"/scimType", R"("invalidValue")"}}},
       {"PATCH /Groups/${g}",
        add("3f0b8a52-0000-4000-8000-000000000000"),
        400,
        {{"/scimType", R"("invalidValue")"}}},
       {"PATCH /Groups/${g}", add("uid=x,ou=people"), 400, {{"/scimType", R"("invalidValue")"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"replace","path":"members[value eq \"${sub}\"].value","value":"${a}"})"),
        400,
        {{"/scimType", R"("mutability")"}}},
       {"PATCH /Groups/${g}", patch(R"({"op":"add","path":"members[value eq \"a\""})"), 400},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"replace","path":"members","value":[{"value":"${a}"}]})"),
        200,
        {{"/members/0/value", R"("${a}")"}, {"/members/1", "absent"}}},
       {"PATCH /Groups/${g}",
        patch(R"({"op":"replace","path":"members","value":[]})"),
        200,
        {{"/members", "absent"}}},
       {"PATCH /Groups/${g}",
        patch(
            R"({"op":"add","path":"members","value":[{"value":"${a}"},{"value":"${b}"}]},{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"${c}"}]})"),
        200,
        {{"/members/0/value", R"("${c}")"}, {"/members/1", "absent"}}}},
      {{"a", a}, {"b", b}, {"c", c}, {"g", g}, {"sub", sub}});
}

BOOST_AUTO_TEST_CASE(an_unchanged_group_keeps_its_version) {
  Provider provider;
  const std::string a = provider.user("alice"), b = provider.user("bob"),
                    g = provider.group("Staff", {a});
  const std::string before = provider.ask("GET /Groups/" + g).response.body;
  BOOST_TEST(provider.ask("PATCH /Groups/" + g, add(a)).response.body == before);
  BOOST_TEST(provider.ask("PATCH /Groups/" + g, remove(b)).response.body == before);
  BOOST_TEST(provider
                 .ask("PUT /Groups/" + g,
                      group_body(R"("displayName":"Staff","members":[{"value":")" + a + "\"}]"))
                 .response.body == before);
  BOOST_TEST(provider.ask("PATCH /Groups/" + g, add(b), {"If-Match: W/\"stale\""}).status() == 412);
  BOOST_TEST(provider
                 .ask("PATCH /Groups/" + g, add(b),
                      {"If-Match: " + provider.ask("GET /Groups/" + g).header("ETag")})
                 .status() == 200);
}

BOOST_AUTO_TEST_CASE(parallel_single_member_patches_lose_nobody) {
  Provider provider;
  std::vector<std::string> people;
  for (int i = 0; i < 16; ++i) people.push_back(provider.user("u" + std::to_string(i)));
  const std::string g = provider.group("Staff");
  std::vector<std::thread> threads;
  std::atomic<int> fine{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = static_cast<std::size_t>(t); i < people.size(); i += 4) {
        if (provider.ask("PATCH /Groups/" + g, add(people[i])).status() == 200) ++fine;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(fine == 16);
  BOOST_TEST(provider.ask("GET /Groups/" + g).at("/members").size() == 16U);
}

BOOST_AUTO_TEST_CASE(members_are_left_out_when_nobody_wants_them) {
  Provider provider;
  const std::string a = provider.user("alice"), g = provider.group("Staff", {a});
  BOOST_TEST(
      provider.ask("GET /Groups?excludedAttributes=members").at("/Resources/0/members").is_null());
  BOOST_TEST(provider.ask("GET /Groups/" + g + "?attributes=displayName").at("/members").is_null());
  // Names of members only for who asks: they are not the group's (decision 5).
  BOOST_TEST(provider.ask("GET /Groups/" + g).at("/members/0/display").is_null());
  for (const char* asked : {"members", "members.display"}) {
    BOOST_TEST(provider.ask("GET /Groups/" + g + "?attributes=" + asked).at("/members/0/display") ==
               "alice");
  }
  BOOST_TEST(provider.ask("PATCH /Groups/" + g + "?excludedAttributes=members", add(a))
                 .at("/displayName") == "Staff");
  const Answer minimal = provider.ask("PATCH /Groups/" + g, add(a), {"Prefer: return=minimal"});
  BOOST_TEST(minimal.status() == 204);
  BOOST_TEST(minimal.header("ETag").starts_with("W/"));
}

BOOST_AUTO_TEST_CASE(nobody_becomes_administrator_through_a_group) {
  Provider provider;
  const std::string a = provider.user("alice"), g = provider.group("Staff", {a});
  BOOST_TEST(provider.ask("POST /Groups", group_body(R"("displayName":"IAM-admin")")).status() ==
             403);
  BOOST_TEST(provider
                 .ask("PATCH /Groups/" + g,
                      patch(R"({"op":"replace","path":"displayName","value":"iam-admin"})"))
                 .status() == 403);
  const auto& layout = provider.slapd().layout();
  provider.load("dn: cn=iam-admin,ou=groups," + layout.suffix.str() +
                "\nobjectClass: groupOfNames\ncn: iam-admin\nmember: " + layout.steward.str() +
                "\n");
  const std::string admins =
      provider.ask("GET /Groups?filter=displayName%20eq%20%22iam-admin%22").at("/Resources/0/id");
  BOOST_TEST(provider.ask("PATCH /Groups/" + admins, add(a)).status() == 403);
  BOOST_TEST(provider.ask("PUT /Groups/" + admins, group_body(R"("displayName":"x")")).status() ==
             403);
  BOOST_TEST(provider.ask("DELETE /Groups/" + admins).status() == 403);
  BOOST_TEST(provider.ask("GET /Groups/" + admins).at("/members").is_null());
}

BOOST_AUTO_TEST_CASE(the_name_of_a_role_a_structure_or_an_application_is_no_groups_name) {
  Establishment site;
  const std::string staff = site.group("Staff");
  for (const char* name :
       {"soffi.consultation.73282932000074", "SOFFI.Consultation.73282932000074 ",
        "other.role.35600000009075", "35600000009075", " 73282932000082 ", "732 829 320 00074",
        "\xEF\xBC\x97"
        "3282932000082",
        "soffi", "Soffi  ",
        "\xEF\xBD\x93"
        "offi",
        "iam-admin ",
        "\xEF\xBC\xA9"
        "AM-admin"}) {
    const std::string text = R"("displayName":")" + std::string(name) + "\"";
    const Answer refused = site.ask("POST /Groups", group_body(text));
    BOOST_TEST(refused.status() == 403, name + refused.response.body);
    BOOST_TEST(site.ask("PUT /Groups/" + staff, group_body(text)).response.body ==
               refused.response.body);
    BOOST_TEST(
        site.ask("PATCH /Groups/" + staff, patch(R"({"op":"replace","value":{)" + text + "}}"))
            .response.body == refused.response.body);
  }
  for (const char* name :
       {"soffi.consultation", "soffi.consultation.73282932000075",
        "soffi.consultation.x.73282932000074", "73282932000075", "soffi users"}) {
    BOOST_TEST(site.ask("POST /Groups", group_body(R"("displayName":")" + std::string(name) + "\""))
                       .status() == 201,
               name);
  }
  BOOST_TEST(!site.habilitation(site.alice).empty());
  BOOST_TEST(site.ask("GET /Users/" + site.alice).at("/groups/0/display") ==
             "soffi.consultation.73282932000074");
}

BOOST_AUTO_TEST_CASE(of_several_changes_of_a_groups_version_exactly_one_wins) {
  Establishment site;
  const std::vector<std::string> people{site.alice, site.bob};
  site.habilitation(site.user("dora", {{"emails", {{{"value", "dora@example.org"}}}}}));
  const std::string readers = site.ask("GET /Groups").at("/Resources/0/id");
  for (const std::string& group : {site.group("Staff"), readers}) {
    const std::string path = "/Groups/" + group;
    const std::size_t before = site.ask("GET " + path).at("/members").size();
    const std::string tag = site.ask("GET " + path).header("ETag");
    auto counts = at_once(2, [&](int i) {
      return site.ask("PATCH " + path, add(people[static_cast<std::size_t>(i)]),
                      {"If-Match: " + tag});
    });
    BOOST_TEST(counts[200] == 1);
    BOOST_TEST(counts[412] == 1);
    BOOST_TEST(site.ask("GET " + path).at("/members").size() == before + 1);
  }
}

BOOST_AUTO_TEST_CASE(a_group_is_renamed_and_filled_at_once) {
  Establishment site;
  site.habilitation(site.alice);
  const std::string readers = site.ask("GET /Groups").at("/Resources/0/id");
  const std::string staff = site.group("Staff");
  const auto change = [&](const std::string& name, const std::string& member) {
    return site.ask(
        "PATCH /Groups/" + staff,
        patch(R"({"op":"replace","value":{"displayName":")" + name + R"(","externalId":"x"}},)" +
              R"({"op":"add","path":"members","value":[{"value":")" + member + "\"}]}"));
  };
  BOOST_TEST(change("soffi.x.73282932000074", site.alice).status() == 403);
  BOOST_TEST(site.ask("GET /Groups/" + staff).at("/members").is_null());
  const Answer done = change("Crew", readers);
  BOOST_TEST(done.status() == 200, done.response.body);
  BOOST_TEST(done.at("/displayName") == Json("Crew"));
  BOOST_TEST(done.at("/externalId") == Json("x"));
  BOOST_TEST(done.at("/members/0/type") == Json("Group"));
}

BOOST_AUTO_TEST_CASE(a_habilitation_cannot_be_pushed_past_the_policy) {
  Habilitations site;
  const std::string place = "PATCH /Groups/" + site.readers;
  const Answer refused = site.ask(place, add(site.alice));
  BOOST_TEST(refused.status() == 403);
  BOOST_TEST(refused.at("/detail").get<std::string>().find("Reason: ") != std::string::npos);
  BOOST_TEST(
      site.ask("PUT /Groups/" + site.readers,
               group_body(
                   R"("displayName":"soffi.consultation.73282932000074","members":[{"value":")" +
                   site.alice + "\"}]"))
          .status() == 403);
  BOOST_TEST(site.ask("DELETE /Groups/" + site.readers).status() == 403);
  BOOST_TEST(
      site.ask(place, patch(R"({"op":"replace","path":"displayName","value":"x"})")).status() ==
      403);
  BOOST_TEST(site.ask("GET /Groups/" + site.readers).at("/members").is_null());

  site.client().scopes.insert("grant:soffi.consultation");
  const Answer granted = site.ask(place, add(site.alice));
  BOOST_TEST(granted.status() == 200, granted.response.body);
  BOOST_TEST(granted.at("/members/0/value") == site.alice);
  BOOST_TEST(site.ask(place, add(site.alice)).status() == 200);
  BOOST_TEST(site.ask("GET /Users/" + site.alice).at("/groups/0/value") == site.readers);
  const Answer revoked = site.ask(place, remove(site.alice));
  BOOST_TEST(revoked.status() == 200, revoked.response.body);
  BOOST_TEST(revoked.at("/members").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
