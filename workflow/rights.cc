// Lists of rights over managed structures. See rights.h; single people and requests:
// person_rights.cc.
#include "workflow/rights.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "workflow/managers.h"
#include "workflow/request_entry.h"
#include "workflow/rights_scope.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::Record;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

// One line of the list before its texts are made: cheap, for there may be ten thousand.
struct Row {
  const Structure* structure;
  RecordPtr person;   // null: no longer in the directory
  RecordPtr request;  // of a pending row
  std::string role;
  std::string key;  // pending: when it was asked; active: the name to sort by
};

class Search {
 public:
  explicit Search(std::string_view text) : key_(search_key(text)) {
    for (const char c : key_) {
      if (c >= '0' && c <= '9') {
        digits_ += c;
      } else if (c != ' ') {
        only_digits_ = false;
      }
    }
  }
  bool matches(const Record* person, const std::string& name_key, const Siret& siret) const {
    if (key_.empty()) return true;
    if (only_digits_ && siret.str().find(digits_) != std::string::npos) return true;
    if (name_key.find(key_) != std::string::npos) return true;
    return person && search_key(person->first(Attr::kMail)).find(key_) != std::string::npos;
  }
  bool empty() const { return key_.empty(); }

 private:
  std::string key_, digits_;
  bool only_digits_ = true;
};

std::string name_key(const NameKeys& names, const RecordPtr& person, const RecordPtr& request) {
  if (person) return names.key(shown_name(*person));
  const auto record = request ? request_from(*request) : Result<RequestRecord>(Error{});
  return record ? names.key(record->person_name) : std::string();
}

class Lister {
 public:
  Lister(Services& services, const View& view, const RightsQuery& query, const Scope& scope)
      : services_(services), view_(view), query_(query), scope_(scope), search_(query.search) {}

  RightsPage page();

 private:
  void collect(const Structure&);
  void take_request(const Structure&, const RecordPtr&);
  void take_group(const Structure&, const RecordPtr&);
  bool wants_role(std::string_view role) const { return !query_.role || *query_.role == role; }
  Right right_of(const Row&, Right::State) const;
  void fill_from_record(Right&, const RecordPtr&) const;
  std::string role_label(const std::string& role) const;
  void add_rows(RightsPage&, std::vector<Row>&, Right::State, std::size_t skip) const;

  Services& services_;
  const View& view_;
  const RightsQuery& query_;
  const Scope& scope_;
  const Search search_;
  std::vector<Row> pending_, active_;
};

void Lister::take_request(const Structure& structure, const RecordPtr& record) {
  if (record->first(Attr::kHabState) != state_name(State::kPending)) return;
  Row row{&structure, nullptr, record, std::string(record->first(Attr::kHabRole)),
          std::string(record->first(Attr::kHabCreated))};
  const auto id = EntryUuid::parse(record->first(Attr::kHabPersonId));
  if (id) row.person = view_.by_id(*id);
  if (!search_.empty()) {
    const std::string key = name_key(services_.names(), row.person, record);
    if (!search_.matches(row.person.get(), key, structure.siret)) return;
  }
  pending_.push_back(std::move(row));
}

void Lister::take_group(const Structure& structure, const RecordPtr& group) {
  const std::string role(group->first(Attr::kHabRole));
  for (const ldap::NodeId node : view_.targets(group->node(), Link::kMember)) {
    RecordPtr person = view_.at(node);
    if (!person || person->kind() != Kind::kPerson) continue;
    std::string key = name_key(services_.names(), person, nullptr);
    if (!search_.matches(person.get(), key, structure.siret)) continue;
    active_.push_back({&structure, std::move(person), nullptr, role, std::move(key)});
  }
}

void Lister::collect(const Structure& structure) {
  if (query_.siret && *query_.siret != structure.siret) return;
  for (const RecordPtr& record : view_.find(Attr::kHabSiret, structure.siret.str())) {
    if (record->first(Attr::kHabApplication) != query_.application) continue;
    if (!wants_role(record->first(Attr::kHabRole))) continue;
    if (record->kind() == Kind::kRequest) take_request(structure, record);
    if (record->kind() == Kind::kHabilitation) take_group(structure, record);
  }
}

std::string Lister::role_label(const std::string& role_id) const {
  const auto policy = services_.catalogue.policy(query_.application);
  const policies::Role* role = policy ? policy->role(role_id) : nullptr;
  return role ? policies::label_in(role->labels, "fr", role_id) : role_id;
}

void Lister::fill_from_record(Right& right, const RecordPtr& entry) const {
  right.record = RequestId(entry->id());
  if (auto created = parse_generalized_time(entry->first(Attr::kHabCreated)))
    right.since = *created;
  if (auto until = parse_generalized_time(entry->first(Attr::kHabUntil))) right.until = *until;
  const auto record = request_from(*entry);
  if (!record) return;
  if (right.person_name.empty()) {
    right.person_name = record->person_name;
    right.person_mail = record->person_mail;
  }
  if (const Event* applied = record->last("applied")) right.since = applied->at;
}

Right Lister::right_of(const Row& row, Right::State state) const {
  Right right{state,
              {},
              {},
              {},
              row.role,
              role_label(row.role),
              row.structure->siret,
              row.structure->name,
              std::nullopt,
              {},
              std::nullopt,
              query_.application};
  RecordPtr entry = row.request;
  if (row.person) {
    const Person person = person_from(*row.person);
    right.person = person.id;
    right.person_name = person.name;
    right.person_mail = person.mail;
  } else if (const auto id = EntryUuid::parse(entry->first(Attr::kHabPersonId))) {
    right.person = *id;
  }
  if (!entry) {
    entry = view_.find_one(Attr::kHabSlot,
                           slot_name(Slot::kLive, right.person, query_.application, row.role,
                                     row.structure->siret.str()),
                           Kind::kRequest);
  }
  if (entry) fill_from_record(right, entry);
  return right;
}

// Only what the page shows is put in order.
void Lister::add_rows(RightsPage& page, std::vector<Row>& rows, Right::State state,
                      std::size_t skip) const {
  const std::size_t room = query_.limit - std::min(query_.limit, page.rights.size());
  const std::size_t from = std::min(skip, rows.size());
  const std::size_t to = from + std::min(room, rows.size() - from);
  if (from == to) return;
  const auto before = [](const Row& a, const Row& b) {
    return std::tie(a.key, a.structure->siret, a.role) <
           std::tie(b.key, b.structure->siret, b.role);
  };
  const auto at = [&](std::size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
  std::nth_element(at(0), at(from), rows.end(), before);
  std::partial_sort(at(from), at(to), rows.end(), before);
  for (std::size_t i = from; i < to; ++i) page.rights.push_back(right_of(rows[i], state));
}

RightsPage Lister::page() {
  for (const Structure& structure : scope_.structures) collect(structure);
  RightsPage page;
  page.pending = pending_.size();
  page.active = active_.size();
  const bool with_pending = query_.state != Right::State::kActive;
  const bool with_active = query_.state != Right::State::kPending;
  page.total = (with_pending ? page.pending : 0) + (with_active ? page.active : 0);
  std::size_t skip = query_.offset;
  if (with_pending) {
    add_rows(page, pending_, Right::State::kPending, skip);
    skip -= std::min(skip, pending_.size());
  }
  if (with_active) add_rows(page, active_, Right::State::kActive, skip);
  return page;
}

// Pending requests of the application in structures of the scope.
template <class Use>
void each_pending(const View& view, const std::string& application, const Scope& scope, Use&& use) {
  for (const RecordPtr& record : view.find(Attr::kHabState, state_name(State::kPending))) {
    if (record->kind() == Kind::kRequest && record->first(Attr::kHabApplication) == application &&
        scope.covers(record->first(Attr::kHabSiret))) {
      use(*record);
    }
  }
}

}  // namespace

std::vector<Structure> managed_structures(Services& services, const Actor& actor,
                                          std::string_view application) {
  const auto view = services.directory.view();
  if (!view) return {};
  return scope_of(services, *view, actor, application).structures;
}

bool manages_anything(Services& services, const Actor& actor, std::string_view application) {
  const auto view = services.directory.view();
  return view && manages_any(services, *view, actor, application);
}

bool is_administrator(Services& services, const EntryUuid& person) {
  const auto view = services.directory.view();
  return view && administers(services, *view, person);
}

Result<RightsPage> list_rights(Services& services, const Actor& actor, const RightsQuery& query) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const Scope scope = scope_of(services, *view, actor, query.application);
  return Lister(services, *view, query, scope).page();
}

Result<std::size_t> people_waiting(Services& services, const Actor& actor,
                                   std::string_view application) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const Scope scope = scope_of(services, *view, actor, application);
  std::vector<std::string_view> people;  // texts of records, which the view keeps
  each_pending(*view, std::string(application), scope,
               [&](const Record& record) { people.push_back(record.first(Attr::kHabPersonId)); });
  std::sort(people.begin(), people.end());
  return static_cast<std::size_t>(std::unique(people.begin(), people.end()) - people.begin());
}

Result<std::vector<Person>> grantable_people(Services& services, const Actor& actor,
                                             std::string_view application, const Siret& siret,
                                             std::string_view text, std::size_t limit) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const Scope scope = scope_of(services, *view, actor, application);
  const RecordPtr structure = view->find_one(Attr::kCn, siret.str(), Kind::kStructure);
  if (!structure || !scope.covers(siret.str())) {
    return Error{Errc::kNotFound, "unknown-structure", siret.str()};
  }
  const Search search(text);
  std::vector<std::pair<std::string, RecordPtr>> found;
  for (const ldap::NodeId node : view->targets(structure->node(), Link::kMember)) {
    RecordPtr record = view->at(node);
    if (!record || record->kind() != Kind::kPerson) continue;
    if (record->first(Attr::kHabActive) == "FALSE") continue;
    std::string key = name_key(services.names(), record, nullptr);
    if (search.matches(record.get(), key, siret)) found.emplace_back(std::move(key), record);
  }
  const std::size_t shown = std::min(limit, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Person> people;
  for (std::size_t i = 0; i < shown; ++i) people.push_back(person_from(*found[i].second));
  return people;
}

}  // namespace habilitd::workflow
