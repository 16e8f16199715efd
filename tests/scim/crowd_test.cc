// Lists over more people than one thread looks at alone (scim/selection.cc): what is found, and in
// which order, is what the same rule says of each person.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <thread>

#include "base/url.h"
#include "tests/scim/provider.h"

using namespace habilitd;
using namespace habilitd::scim::tests;

namespace {

constexpr std::size_t kPeople = 10'500;

struct Person {
  std::string name, family, title;  // title: empty for most
  bool active = true, in_group = false, in_large_group = false;
};

Person person(std::size_t i) {
  const std::string number = std::to_string(100'000 + i).substr(1);
  return {"p" + number,
          "Family" + std::to_string(i * 7919 % kPeople / 3),
          i % 11 == 0 ? "Head of " + std::to_string(i % 5) : "",
          i % 13 != 0,
          i % 15 == 0,
          i % 2 == 0};
}

std::string ldif_of(const ldap::Layout& layout, const Person& each) {
  return "dn: habKey=" + each.name + "," + layout.people.str() +
         "\nobjectClass: inetOrgPerson\nobjectClass: habPerson\nhabKey: " + each.name +
         "\nuid: " + each.name + "\ncn: " + each.name + "\nsn: " + each.family +
         "\nhabActive: " + (each.active ? "TRUE" : "FALSE") +
         (each.title.empty() ? "" : "\ntitle: " + each.title) + "\n\n";
}

std::string group_of(const ldap::Layout& layout, const char* name,
                     const std::vector<Person>& people, bool Person::*belongs) {
  std::string ldif = "dn: cn=" + std::string(name) + "," + layout.groups.str() +
                     "\nobjectClass: groupOfNames\nobjectClass: habGroup\ncn: " + name +
                     "\nmember: " + layout.steward.str() + "\n";
  for (const Person& each : people) {
    if (each.*belongs) ldif += "member: habKey=" + each.name + "," + layout.people.str() + "\n";
  }
  return ldif + "\n";
}

struct Crowd : Provider {
  Crowd() {
    sync(false);
    const ldap::Layout& layout = slapd().layout();
    std::string ldif;
    for (std::size_t i = 0; i < kPeople; ++i) {
      people.push_back(person(i));
      ldif += ldif_of(layout, people.back());
    }
    load(ldif + group_of(layout, "some", people, &Person::in_group) +
         group_of(layout, "half", people, &Person::in_large_group));
  }
  ~Crowd() {
    slapd().clear();
    sync(true);
  }
  // Nothing here is about surviving a power cut.
  void sync(bool on) {
    slapd().configure(std::string("dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n"
                                  "replace: olcDbNoSync\nolcDbNoSync: ") +
                      (on ? "FALSE\n" : "TRUE\n"));
  }

  using Test = std::function<bool(const Person&)>;
  // By userName, a page out of the middle; with the total.
  std::string expected(const Test& test) const {
    std::vector<std::string> names;
    for (const Person& each : people) {
      if (test(each)) names.push_back(each.name);
    }
    std::sort(names.begin(), names.end());
    std::string page = std::to_string(names.size()) + ':';
    for (std::size_t i = names.size() / 2; i < std::min(names.size(), names.size() / 2 + 20); ++i) {
      page += ' ' + names[i];
    }
    return page;
  }
  std::string found(const std::string& filter, const Test& test) {
    const auto total = static_cast<std::size_t>(std::count_if(people.begin(), people.end(), test));
    const Answer answer =
        ask("GET /Users?sortBy=userName&count=20&startIndex=" + std::to_string(total / 2 + 1) +
            "&filter=" + encode_component(filter));
    BOOST_REQUIRE_MESSAGE(answer.status() == 200, filter << answer.response.body);
    std::string page = answer.at("/totalResults").dump() + ':';
    for (const Json& each : answer.at("/Resources")) {
      page += ' ' + each.at("userName").get<std::string>();
    }
    return page;
  }
  std::string id_of(const char* group) {
    return ask("GET /Groups?excludedAttributes=members&filter=" +
               encode_component("displayName eq \"" + std::string(group) + "\""))
        .at("/Resources/0/id")
        .get<std::string>();
  }
  std::vector<Person> people;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(crowds)

BOOST_AUTO_TEST_CASE(many_are_found_as_the_filter_says_and_in_order) {
  Crowd crowd;
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  const std::string some = crowd.id_of("some"), half = crowd.id_of("half");
  const std::pair<std::string, Crowd::Test> rows[] = {
      {R"(userName co "77")", [&](const Person& p) { return has(p.name, "77"); }},
      {R"(name.familyName ew "9" and not (title pr))",
       [](const Person& p) { return p.family.back() == '9' && p.title.empty(); }},
      {R"(title sw "HEAD" and active eq false)",
       [](const Person& p) { return !p.title.empty() && !p.active; }},
      {R"(userName gt "p05000" or title co "of 3")",
       [&](const Person& p) { return p.name > "p05000" || has(p.title, "of 3"); }},
      {R"(groups.value eq ")" + some + R"(" and active eq true)",
       [](const Person& p) { return p.in_group && p.active; }},
      {R"(groups.value eq ")" + half + R"(" and userName co "1")",
       [&](const Person& p) { return p.in_large_group && has(p.name, "1"); }},
      {R"(groups.value eq ")" + some + R"(" or groups.value eq ")" + half + "\"",
       [](const Person& p) { return p.in_group || p.in_large_group; }},
      {R"(groups[display eq "SOME"] and userName ne "p00015")",
       [](const Person& p) { return p.in_group && p.name != "p00015"; }},
      {R"(not (groups.display co "e"))", [](const Person& p) { return !p.in_group; }}};
  const auto compare = [&](const std::string& more) {
    for (const auto& [filter, test] : rows) {
      BOOST_TEST(crowd.found("(" + filter + ")" + more, test) == crowd.expected(test), filter);
    }
  };
  compare("");
  // Kept values and orders follow what changes.
  for (const std::size_t at : {std::size_t{5250}, std::size_t{77}}) {
    Person& changed = crowd.people[at];
    const std::string id =
        crowd.ask("GET /Users?filter=" + encode_component("userName eq \"" + changed.name + "\""))
            .at("/Resources/0/id");
    changed.name = "p0777x" + std::to_string(at);
    changed.title = "Head of 3";
    changed.active = false;
    const Answer patched = crowd.ask(
        "PATCH /Users/" + id, patch(R"({"op":"replace","value":{"userName":")" + changed.name +
                                    R"(","title":"Head of 3","active":false}})"));
    BOOST_REQUIRE_MESSAGE(patched.status() == 200, patched.response.body);
  }
  compare("");
  // What was not asked before is made of kept values.
  compare(" and userName pr");
}

// All of them want the same values at once, which nobody has asked for yet.
BOOST_AUTO_TEST_CASE(many_may_ask_at_once) {
  Crowd crowd;
  constexpr std::size_t kThreads = 8;
  std::vector<std::string> totals(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const std::string filter = "name.familyName co \"" + std::to_string(i) + "\"";
      totals[i] = crowd.ask("GET /Users?count=1&filter=" + encode_component(filter))
                      .at("/totalResults")
                      .dump();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < kThreads; ++i) {
    const auto matches = std::count_if(crowd.people.begin(), crowd.people.end(),
                                       [digit = std::to_string(i)](const Person& p) {
                                         return p.family.find(digit) != std::string::npos;
                                       });
    BOOST_TEST(totals[i] == std::to_string(matches));
  }
}

// What is left of a filter that names a large group again and again is a look at everybody.
BOOST_AUTO_TEST_CASE(a_filter_that_repeats_itself_costs_no_more_than_everybody) {
  Crowd crowd;
  const std::string term = R"(groups.value eq ")" + crowd.id_of("half") + '"';
  std::string filter = term;
  for (int i = 0; i < 1500; ++i) filter += " or " + term;
  const Answer answer =
      crowd.ask("POST /Users/.search",
                Json{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}},
                     {"filter", filter},
                     {"count", 1}});
  BOOST_TEST((answer.status() == 200 || answer.scim_type() == "tooMany"));
  if (answer.status() == 200) BOOST_TEST(answer.at("/totalResults") == kPeople / 2);
}

BOOST_AUTO_TEST_SUITE_END()
