// The small parts of the mirror: keys of names, tables, records, kinds.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "ldap/link_doubts.h"
#include "ldap/name_key.h"
#include "ldap/node_table.h"
#include "ldap/record.h"
#include "ldap/site_reader.h"
#include "ldap/value_index.h"

namespace habilitd::ldap {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(mirror_parts)

constexpr const char* kNames[] = {
    "",
    "dc=example,dc=org",
    "uid=ada,ou=people,dc=example,dc=org",
    "UID=Ada,OU=People,DC=Example,DC=Org",
    "habKey=01234567-89ab-cdef-0123-456789abcdef,ou=people,dc=example,dc=org",
    "userid=ada,ou=people",
    "commonName=x,dc=org",
    "2.5.4.3=x,dc=org",
    "cn=two words,dc=org",
    "cn=two  words,dc=org",
    "cn= edge ,dc=org",
    "cn=edge , dc=org",
    "cn=a\\,b,dc=org",
    "cn=a\\2Cb+sn=c,dc=org",
    "sn=c+cn=a,dc=org",
    "cn=\xC3\x89mile,dc=org",
    "cn=#0403666f6f,dc=org",
    "cn=,dc=org",
    "cn=a=b,dc=org",
    "cn=trailing,",
    "no name at all",
    "=x",
    "cn=\"quoted\",dc=org",
    "cn=a;dc=org",
};

BOOST_DATA_TEST_CASE(a_quick_key_is_the_key, boost::unit_test::data::make(kNames), name) {
  std::string key = "what was there before";
  name_key(name, key);
  BOOST_TEST(key == dn_key(name));
}

BOOST_AUTO_TEST_CASE(quick_keys_of_random_names_are_the_keys) {
  std::mt19937 random(1);
  const std::string letters = "abcUIDuid=,= \\+#\"<;0";
  for (int i = 0; i < 20'000; ++i) {
    std::string name = "cn=";
    for (auto length = random() % 12; length > 0; --length) {
      name += letters[random() % letters.size()];
    }
    std::string key;
    name_key(name, key);
    BOOST_REQUIRE_EQUAL(key, dn_key(name));
  }
}

BOOST_AUTO_TEST_CASE(a_table_finds_what_was_put_in_and_not_what_was_taken_out) {
  std::mt19937 random(2);
  NodeTable table;
  std::multimap<std::uint32_t, std::uint32_t> model;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const auto hash = static_cast<std::uint32_t>(random() % 300 * 64);  // many meet
    if (random() % 3 != 0 || model.empty()) {
      table.insert(hash, i);
      model.emplace(hash, i);
    } else {
      const auto victim = std::next(model.begin(), static_cast<long>(random() % model.size() % 50));
      table.erase(victim->first, victim->second);
      model.erase(victim);
    }
    BOOST_REQUIRE_EQUAL(table.size(), model.size());
    if (model.size() > 1000) {
      for (const auto& [h, v] : model) table.erase(h, v);
      model.clear();
      BOOST_REQUIRE_EQUAL(table.size(), 0U);
    }
  }
  for (const auto& [hash, value] : model) {
    BOOST_REQUIRE(table.find(hash, [v = value](std::uint32_t found) { return found == v; }));
  }
}

BOOST_AUTO_TEST_CASE(an_index_keeps_the_nodes_of_a_value_in_order) {
  ValueIndex index;
  const auto nodes = [&](std::uint32_t hash) {
    const auto found = index.find(hash);
    return std::vector<NodeId>(found.begin(), found.end());
  };
  for (const NodeId node : {7U, 3U, 9U}) index.insert(1, node, false);
  index.sort();
  index.insert(1, 5, true);
  index.insert(2, 1, true);
  BOOST_TEST((nodes(1) == std::vector<NodeId>{3, 5, 7, 9}));
  index.erase(1, 7);
  index.erase(1, 3);
  index.erase(1, 9);
  BOOST_TEST((nodes(1) == std::vector<NodeId>{5}));
  index.erase(1, 4);
  index.erase(1, 5);
  BOOST_TEST(nodes(1).empty());
  BOOST_TEST((nodes(2) == std::vector<NodeId>{1}));
}

BOOST_AUTO_TEST_CASE(a_record_gives_back_what_the_entry_had) {
  const Layout layout = Layout::standard(Dn::parse("dc=example,dc=org").value());
  const std::string note(300, 'x');
  const Entry entry{"uid=ada,ou=people,dc=example,dc=org",
                    {{"description", {note, ""}},
                     {"OBJECTCLASS", {"top", "inetOrgPerson"}},
                     {"cn;lang-fr", {"Ada la Comtesse"}},
                     {"cn", {"Ada"}},
                     {"manager", {"uid=eve,ou=people,dc=example,dc=org"}},
                     {"entryCSN", {"2026"}},
                     {"unheardOf", {"x"}}}};
  const auto id = EntryUuid::random();
  const auto record = Record::from(entry, id, 42, layout);
  BOOST_TEST((record->id() == id));
  BOOST_TEST(record->node() == 42U);
  BOOST_TEST((record->kind() == Kind::kPerson));
  BOOST_TEST(record->dn() == entry.dn);
  BOOST_TEST((record->values(Attr::kDescription) == std::vector<std::string_view>{note, ""}));
  BOOST_TEST(record->values(Attr::kCn).size() == 2U);
  BOOST_TEST(record->has_class("INETORGPERSON"));
  BOOST_TEST(!record->has_class("person"));
  BOOST_TEST(record->csn() == "2026");
  BOOST_TEST(record->has(Attr::kDescription));
  BOOST_TEST(!record->has(Attr::kMail));
  BOOST_TEST(record->first(Attr::kMail) == "");
  BOOST_TEST(!record->has(Attr::kManager));
  BOOST_TEST(record->bytes() > 300U);
}

// A site that was there before us: everybody under the suffix, groups of all sorts together below.
Layout foreign_site() {
  Layout layout = Layout::standard(Dn::parse("o=Ville").value());
  layout.people = layout.suffix;
  layout.groups = layout.structures = layout.habilitations =
      Dn::parse("ou=Groupes,o=Ville").value();
  layout.person_class = "organizationalPerson";
  layout.group_class = "groupOfUniqueNames";
  layout.names[static_cast<std::size_t>(Attr::kMember)] = "uniqueMember";
  layout.names[static_cast<std::size_t>(Attr::kHabKey)] = "employeeNumber";
  return layout;
}

struct Case {
  const char* dn;
  std::vector<std::string_view> classes;
  Kind kind;
};

BOOST_AUTO_TEST_CASE(on_a_foreign_tree_the_nearest_base_decides_then_the_class) {
  const SiteReader site(foreign_site());
  const std::vector<Case> cases{
      {"uid=ada,o=Ville", {"OrganizationalPerson"}, Kind::kPerson},
      {"uid=ada,ou=Mairie,o=ville", {"top", "organizationalPerson"}, Kind::kPerson},
      {"ou=Mairie,o=Ville", {"organizationalUnit"}, Kind::kOther},
      {"o=Ville", {"organizationalPerson"}, Kind::kOther},
      {"ou=groupes,o=ville", {"groupOfUniqueNames"}, Kind::kOther},
      {"cn=a,ou=Groupes,o=Ville", {"groupOfUniqueNames"}, Kind::kGroup},
      {"cn=a,ou=Groupes,o=Ville", {"groupOfUniqueNames", "habStructure"}, Kind::kStructure},
      {"cn=a,ou=Groupes,o=Ville", {"habHabilitation", "groupOfUniqueNames"}, Kind::kHabilitation},
      {"uid=x,ou=Groupes,o=Ville", {"organizationalPerson"}, Kind::kOther},
      {"cn=r,ou=requests,o=Ville", {"habRequest"}, Kind::kRequest},
      {"cn=r,ou=requests,o=Ville", {"organizationalPerson"}, Kind::kOther},
      {"cn=s,ou=services,o=Ville", {"applicationProcess"}, Kind::kService},
      {"uid=ada,o=AutreVille", {"organizationalPerson"}, Kind::kOther},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.dn) {
      std::string key;
      name_key(c.dn, key);
      BOOST_TEST((site.kind_of(key, c.classes) == c.kind));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_plain_group_at_the_structures_place_is_a_structure_called_by_its_siret) {
  Layout layout = foreign_site();
  layout.structures = layout.habilitations = *Dn::parse("ou=Etablissements,o=Ville");
  const SiteReader site(layout);
  const auto kind = [&](const std::vector<std::string_view>& classes) {
    std::string key;
    name_key("cn=73282932000074,ou=Etablissements,o=Ville", key);
    return site.kind_of(key, classes);
  };
  BOOST_TEST((kind({"groupOfUniqueNames"}) == Kind::kStructure));
  BOOST_TEST((kind({"groupOfUniqueNames", "habHabilitation"}) == Kind::kHabilitation));
  const auto siret = [&](const std::string& cn) {
    const Entry entry{"cn=x,ou=Etablissements,o=Ville",
                      {{"objectClass", {"groupOfUniqueNames"}}, {"cn", {cn}}}};
    return std::string(Record::from(entry, EntryUuid::random(), 0, layout)->first(Attr::kHabSiret));
  };
  BOOST_TEST(siret("73282932000074") == "73282932000074");
  BOOST_TEST(siret("Mairie") == "");
}

BOOST_AUTO_TEST_CASE(an_attribute_may_serve_two_purposes) {
  const Layout layout = foreign_site();
  const auto record = Record::from({"uid=ada,o=Ville", {{"employeeNumber", {"17"}}}},
                                   EntryUuid::random(), 0, layout);
  BOOST_TEST(record->first(Attr::kHabKey) == "17");
  BOOST_TEST(record->first(Attr::kEmployeeNumber) == "17");
}

BOOST_AUTO_TEST_CASE(doubtful_links_are_read_soon_and_again_later) {
  LinkDoubts doubts;
  const auto id = EntryUuid::random();
  LinkDoubts::Clock::time_point now{};
  const auto start = now;
  BOOST_TEST(!doubts.next());
  doubts.add(id, now);
  std::vector<long> readings;
  while (doubts.next()) {
    now = *doubts.next();
    BOOST_TEST(!doubts.take(now - 1ms));
    BOOST_REQUIRE((doubts.take(now) == id));
    BOOST_TEST(doubts.first() == readings.empty());
    BOOST_TEST(!doubts.next());  // one at a time
    readings.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(now - start).count());
    doubts.answered(now);
  }
  BOOST_TEST((readings == std::vector<long>{50, 1050, 9050, 39050}));
}

BOOST_AUTO_TEST_CASE(steady_doubts_do_not_put_a_reading_off_and_a_slow_one_is_followed_by_a_rest) {
  LinkDoubts doubts;
  const auto id = EntryUuid::random();
  const LinkDoubts::Clock::time_point start{};
  for (auto now = start; now < start + 200ms; now += 10ms) doubts.add(id, now);
  BOOST_TEST((*doubts.next() == start + 50ms));
  BOOST_REQUIRE(doubts.take(start + 50ms));
  doubts.add(id, start + 60ms);  // while it is being read: once more from the beginning
  doubts.answered(start + 150ms);
  BOOST_TEST((*doubts.next() == start + 450ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
