// The mirror's tables without a directory: against a plain model, and the cases that are easy to
// get wrong.
#include "ldap/mirror_content.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "ldap/name_key.h"
#include "tests/ldap/mirror_check.h"

namespace habilitd::ldap {
namespace {

Layout layout() { return Layout::standard(Dn::parse("dc=example,dc=org").value()); }

EntryView view_of(const Entry& entry) {
  EntryView view;
  view.dn = entry.dn;
  view.id = EntryUuid::parse(entry.first("entryUUID")).value();
  for (const Attribute& attribute : entry.attributes) {
    const auto begin = static_cast<std::uint32_t>(view.values.size());
    view.values.insert(view.values.end(), attribute.values.begin(), attribute.values.end());
    view.attributes.push_back(
        {attribute.name, begin, static_cast<std::uint32_t>(view.values.size())});
  }
  return view;
}

// Entries by id, changed in the plainest way.
class Model {
 public:
  explicit Model(unsigned seed) : random_(seed) {}

  std::vector<Entry> entries() const {
    std::vector<Entry> all;
    for (const auto& [id, entry] : entries_) all.push_back(entry);
    return all;
  }

  // One random change, here and in the content.
  void step(MirrorContent& content) {
    const int dice = pick(100);
    if (dice < 45 || entries_.empty()) {
      put(content, any_dn(), dice % 2 == 0);
    } else if (dice < 70) {
      auto place = any();
      const std::string id = place->first;
      fill(place->second, id);
      send(content, place->second);
    } else if (dice < 85) {
      rename(content, any()->first, any_dn());
    } else {
      const auto place = any();
      content.erase(EntryUuid::parse(place->first).value());
      entries_.erase(place);
    }
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::map<std::string, Entry>::iterator any() {
    return std::next(entries_.begin(), pick(static_cast<int>(entries_.size())));
  }
  std::string any_dn() {
    static const char* const kValues[] = {"Ada", "ada\\, Lady", "Zoé", "a  b", "x#y", "team"};
    static const char* const kBases[] = {"ou=people", "ou=groups", "ou=structures",
                                         "cn=team,ou=people"};
    std::string value = kValues[pick(6)];
    if (value != "team") value += std::to_string(pick(12));
    return (pick(2) != 0 ? "cn=" : "CN=") + value + "," + kBases[pick(4)] + ",dc=example,dc=org";
  }

  // Of the seed, too: a failure comes back.
  std::string new_id() {
    std::string bytes;
    while (bytes.size() < 16) bytes += static_cast<char>(pick(256));
    return EntryUuid::from_bytes(bytes).str();
  }

  void put(MirrorContent& content, const std::string& dn, bool sometimes_new) {
    std::string id;
    for (const auto& [known, entry] : entries_) {
      if (dn_key(entry.dn) == dn_key(dn)) id = known;
    }
    // Deleted and made again, and the mirror heard only of the second.
    if (!id.empty() && sometimes_new) {
      entries_.erase(id);
      id.clear();
    }
    if (id.empty()) id = new_id();
    Entry& entry = entries_[id];
    entry.dn = dn;
    fill(entry, id);
    send(content, entry);
  }

  void fill(Entry& entry, const std::string& id) {
    entry.attributes = {{"entryUUID", {id}},
                        {"entryCSN", {std::to_string(++csn_)}},
                        {"objectClass", {pick(2) != 0 ? "inetOrgPerson" : "GroupOfNames"}},
                        {"cn", {"Name" + std::to_string(pick(9)), "É" + std::to_string(pick(9))}},
                        {"uid", {"u" + std::to_string(pick(40))}},
                        {"habHash", {pick(2) != 0 ? "h" : "H"}}};
    for (const char* name : {"member", "owner", "seeAlso", "manager"}) {
      std::vector<std::string> names;
      for (int count = pick(6); count > 0; --count) names.push_back(any_dn());
      if (pick(4) == 0) names.push_back("cn=habilitd,ou=services,dc=example,dc=org");
      if (pick(8) == 0) names.push_back(entry.dn);
      if (std::string_view(name) == "member" && is_crowd(id)) names = next_crowd(id);
      if (!names.empty()) entry.attributes.push_back({name, names});
    }
  }

  // Some are large groups, of which a few members come and go each time.
  bool is_crowd(const std::string& id) { return crowds_.count(id) > 0 || pick(12) == 0; }
  std::vector<std::string> next_crowd(const std::string& id) {
    std::vector<std::string>& crowd = crowds_[id];
    const auto somewhere = [&] { return crowd.begin() + pick(static_cast<int>(crowd.size())); };
    for (int gone = pick(6); gone > 0 && !crowd.empty(); --gone) crowd.erase(somewhere());
    for (int come = pick(4); come > 0 && !crowd.empty(); --come)
      crowd.insert(somewhere(), any_dn());
    while (crowd.size() < LargeGroups::kLarge + 5) crowd.push_back(any_dn());
    return crowd;
  }

  void rename(MirrorContent& content, const std::string& id, const std::string& dn) {
    for (const auto& [other, entry] : entries_) {
      if (dn_key(entry.dn) == dn_key(dn)) return;
    }
    const std::string from = entries_[id].dn;
    if (is_under(dn_key(dn), dn_key(from)) || would_collide(from, dn)) return;
    entries_[id].dn = dn;
    for (auto& [other, entry] : entries_) {
      const auto comma = entry.dn.size() > from.size() ? entry.dn.size() - from.size() : 0;
      if (comma != 0 && is_under(dn_key(entry.dn), dn_key(from))) {
        entry.dn = entry.dn.substr(0, comma) + dn;
      }
    }
    send(content, entries_[id]);
  }

  // No directory has entries below a name that is free; this model may, and a subtree that is moved
  // there must not meet one of the same name.
  bool would_collide(const std::string& from, const std::string& to) const {
    std::set<std::string> moved;
    for (const auto& [other, entry] : entries_) {
      if (entry.dn.size() <= from.size() || !is_under(dn_key(entry.dn), dn_key(from))) continue;
      moved.insert(dn_key(entry.dn.substr(0, entry.dn.size() - from.size()) + to));
    }
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const auto& each) { return moved.count(dn_key(each.second.dn)) > 0; });
  }

  static void send(MirrorContent& content, const Entry& entry) {
    MirrorContent::Prepared change = content.prepare(view_of(entry));
    content.commit(change);
  }

  std::mt19937 random_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::vector<std::string>> crowds_;  // by id
  int csn_ = 0;
};

BOOST_AUTO_TEST_SUITE(mirror_content)

BOOST_AUTO_TEST_CASE(any_changes_in_any_order_leave_what_a_plain_model_holds) {
  const Layout site = layout();
  const SiteReader reader(site);
  for (unsigned seed = 0; seed < 10; ++seed) {
    MirrorContent content(reader);
    content.finish_load();
    Model model(seed);
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < 20; ++i) model.step(content);
      if (round % 3 == 0) content.forget_losses();
      BOOST_TEST_CONTEXT("seed " << seed << " round " << round) {
        BOOST_REQUIRE_EQUAL(mirror_check::difference(content, model.entries(), site), "");
        BOOST_REQUIRE_EQUAL(content.entries(), model.entries().size());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(who_follows_the_journal_holds_what_the_content_holds) {
  const Layout site = layout();
  const SiteReader reader(site);
  for (unsigned seed = 0; seed < 10; ++seed) {
    MirrorContent content(reader);
    content.finish_load();
    Model model(seed);
    std::set<RecordPtr> followed;
    MirrorJournal::Position at = content.journal().now();
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < 20; ++i) model.step(content);
      const auto changes = content.journal().since(at);
      BOOST_REQUIRE(changes.has_value());
      for (const MirrorJournal::Change& change : *changes) {
        if (change.before) BOOST_REQUIRE_EQUAL(followed.erase(change.before), 1U);
        if (change.after) BOOST_REQUIRE(followed.insert(change.after).second);
      }
      at = content.journal().now();
      std::set<RecordPtr> held;
      for (const Entry& entry : model.entries()) {
        held.insert(content.by_id(EntryUuid::parse(entry.first("entryUUID")).value()));
      }
      BOOST_REQUIRE(followed == held);
    }
  }
}

// Of a change that it was told of by who made it.
BOOST_AUTO_TEST_CASE(what_is_ahead_of_the_directory_is_not_taken_back_by_its_messages) {
  const Layout site = layout();
  const SiteReader reader(site);
  MirrorContent content(reader);
  content.finish_load();
  const auto put = [&](const std::string& dn, const std::string& id, Attributes attributes) {
    attributes.push_back({"entryUUID", {id}});
    auto change = content.prepare(view_of({dn, attributes}));
    content.commit(change);
    return EntryUuid::parse(id).value();
  };
  const std::string ann = "cn=ann,ou=people,dc=example,dc=org",
                    steward = "cn=habilitd,ou=services,dc=example,dc=org";
  put(ann, "00000000-0000-4000-8000-000000000001", {{"entryCSN", {"1"}}});
  const EntryUuid group =
      put("cn=staff,ou=groups,dc=example,dc=org", "00000000-0000-4000-8000-000000000002",
          {{"objectClass", {"groupOfNames"}},
           {"entryCSN", {"20261128101112.000000Z#000000#000#000000"}},
           {"modifyTimestamp", {"20261128101112Z"}},
           {"member", {steward}}});
  const std::string before = "20261128101112.000000Z#000000#000#000000",
                    after = "20261128101113.000000Z#000000#000#000000";
  const LinkNames names{{ann}, {}}, stranger{{"cn=nobody,ou=people,dc=example,dc=org"}, {}};
  BOOST_TEST(!content.prepare(LinkChange{group, after, after, Link::kMember, names}));
  BOOST_TEST(!content.prepare(LinkChange{group, before, after, Link::kMember, stranger}));
  BOOST_TEST(!content.is_ahead_of(group, before, 1));
  const auto tell = [&] {
    auto change = content.prepare(LinkChange{group, before, after, Link::kMember, names});
    BOOST_REQUIRE(change.has_value());
    content.commit_ahead(*change, after);
  };
  tell();
  const RecordPtr record = content.by_id(group);
  BOOST_TEST(record->csn() == after);
  BOOST_TEST(record->first(Attr::kModifyTimestamp) == "20261128101113Z");
  BOOST_TEST(content.linked(record->node(), Link::kMember, content.by_dn(ann)->node()));
  BOOST_TEST(content.has_steward(record->node()));
  // The message of before, then the one about the change, and then nothing more is expected.
  BOOST_TEST(content.is_ahead_of(group, before, 1));
  BOOST_TEST(content.is_ahead_of(group, after, 2));
  BOOST_TEST(!content.is_ahead_of(group, after, 2));
  // With other members than expected the message counts.
  auto back = content.prepare(LinkChange{group, after, before, Link::kMember, {{}, {ann}}});
  BOOST_REQUIRE(back.has_value());
  content.commit(*back);
  BOOST_TEST(
      !content.linked(content.by_id(group)->node(), Link::kMember, content.by_dn(ann)->node()));
  tell();
  BOOST_TEST(!content.is_ahead_of(group, after, 3));
}

BOOST_AUTO_TEST_CASE(a_journal_does_not_tell_what_it_no_longer_knows) {
  MirrorJournal journal, another;
  const auto start = journal.now();
  BOOST_TEST(journal.since(start)->empty());
  BOOST_TEST(!another.since(start).has_value());
  for (int i = 0; i < 1024; ++i) journal.note(nullptr, nullptr);
  BOOST_TEST(journal.since(start)->size() == 1024U);
  journal.note(nullptr, nullptr);
  BOOST_TEST(!journal.since(start).has_value());
}

BOOST_AUTO_TEST_CASE(changes_while_loading_and_reloads_leave_it_too) {
  const Layout site = layout();
  const SiteReader reader(site);
  for (unsigned seed = 100; seed < 110; ++seed) {
    std::unique_ptr<MirrorContent> before;
    Model model(seed);
    for (int round = 0; round < 6; ++round) {
      auto content = std::make_unique<MirrorContent>(reader, before.get());
      for (const Entry& entry : model.entries()) {
        MirrorContent::Prepared change = content->prepare(view_of(entry));
        content->commit(change);
      }
      for (int i = 0; i < 100; ++i) model.step(*content);
      content->finish_load();
      BOOST_REQUIRE_EQUAL(mirror_check::difference(*content, model.entries(), site), "");
      before = std::move(content);
      for (int i = 0; i < 50; ++i) model.step(*before);
      BOOST_REQUIRE_EQUAL(mirror_check::difference(*before, model.entries(), site), "");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_comes_after_its_deletion_is_to_be_read_again) {
  const Layout site = layout();
  const SiteReader reader(site);
  const auto put = [](MirrorContent& content, const EntryUuid& id) {
    const Entry entry{"cn=a,ou=people,dc=example,dc=org", {{"entryUUID", {id.str()}}}};
    MirrorContent::Prepared change = content.prepare(view_of(entry));
    content.commit(change);
  };
  const auto id = EntryUuid::random();
  MirrorContent content(reader);
  content.finish_load();
  put(content, id);
  BOOST_TEST(content.take_doubtful().empty());
  BOOST_TEST(content.erase(id));
  put(content, id);
  BOOST_TEST((content.take_doubtful() == std::vector<EntryUuid>{id}));
  // Also when the deletion came first of all, as it may while loading.
  MirrorContent loading(reader);
  BOOST_TEST(!loading.erase(id));
  put(loading, id);
  loading.finish_load();
  BOOST_TEST((loading.take_doubtful() == std::vector<EntryUuid>{id}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace habilitd::ldap
