// Lists of rights over managed structures. See rights.h; single people and requests:
// person_rights.cc.
#include "workflow/rights.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "workflow/managers.h"
#include "workflow/request_entry.h"
#include "workflow/rights_rows.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::Record;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

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
  bool matches(const std::string& name_key, const std::string& mail_key, const Siret& siret) const {
    if (key_.empty()) return true;
    if (only_digits_ && siret.str().find(digits_) != std::string::npos) return true;
    return name_key.find(key_) != std::string::npos || mail_key.find(key_) != std::string::npos;
  }

 private:
  std::string key_, digits_;
  bool only_digits_ = true;
};

class Lister {
 public:
  Lister(Services& services, const View& view, const RightsQuery& query, const Rows& rows)
      : services_(services), view_(view), query_(query), rows_(rows), search_(query.search) {}

  RightsPage page();

 private:
  using Found = std::vector<const Row*>;
  using Before = bool (*)(const Row&, const Row&);
  Found matches(const std::vector<Row>&) const;
  bool wants(const Row&) const;
  Right right_of(const Row&, Right::State) const;
  void fill_from_record(Right&, const RecordPtr&) const;
  std::string role_label(const std::string& role) const;
  void add_rows(RightsPage&, Found&, Right::State, std::size_t skip, Before) const;

  Services& services_;
  const View& view_;
  const RightsQuery& query_;
  const Rows& rows_;
  const Search search_;
};

bool Lister::wants(const Row& row) const {
  return (!query_.role || *query_.role == row.role) &&
         (!query_.siret || *query_.siret == row.structure->siret) &&
         search_.matches(row.name, row.mail, row.structure->siret);
}

Lister::Found Lister::matches(const std::vector<Row>& rows) const {
  Found found;
  for (const Row& row : rows) {
    if (wants(row)) found.push_back(&row);
  }
  return found;
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
  const RecordPtr record = view_.at(row.node);
  RecordPtr entry = state == Right::State::kPending ? record : nullptr;
  RecordPtr holder = entry ? nullptr : record;
  if (const auto id = EntryUuid::parse(entry ? entry->first(Attr::kHabPersonId) : "")) {
    right.person = *id;
    holder = view_.by_id(*id);
  }
  if (holder) {
    const Person person = person_from(*holder);
    right.person = person.id;
    right.person_name = person.name;
    right.person_mail = person.mail;
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

// Rows in no order: only what the page shows is put in order.
void Lister::add_rows(RightsPage& page, Found& rows, Right::State state, std::size_t skip,
                      Before before) const {
  const std::size_t room = query_.limit - std::min(query_.limit, page.rights.size());
  const std::size_t from = std::min(skip, rows.size());
  const std::size_t to = from + std::min(room, rows.size() - from);
  if (from == to) return;
  if (!rows_.in_order) {
    const auto less = [&](const Row* a, const Row* b) { return before(*a, *b); };
    const auto at = [&](std::size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
    std::nth_element(at(0), at(from), rows.end(), less);
    std::partial_sort(at(from), at(to), rows.end(), less);
  }
  for (std::size_t i = from; i < to; ++i) page.rights.push_back(right_of(*rows[i], state));
}

RightsPage Lister::page() {
  Found pending = matches(rows_.pending), active = matches(rows_.active);
  RightsPage page;
  page.pending = pending.size();
  page.active = active.size();
  const bool with_pending = query_.state != Right::State::kActive;
  const bool with_active = query_.state != Right::State::kPending;
  page.total = (with_pending ? page.pending : 0) + (with_active ? page.active : 0);
  std::size_t skip = query_.offset;
  if (with_pending) {
    add_rows(page, pending, Right::State::kPending, skip, comes_before_pending);
    skip -= std::min(skip, pending.size());
  }
  if (with_active) add_rows(page, active, Right::State::kActive, skip, comes_before_active);
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
  return kept_scope(services, *view, actor, application)->structures;
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
  const RowsPtr rows = rows_of(services, *view, actor, query.application);
  return Lister(services, *view, query, *rows).page();
}

Result<std::size_t> people_waiting(Services& services, const Actor& actor,
                                   std::string_view application) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const ScopePtr scope = kept_scope(services, *view, actor, application);
  std::vector<std::string_view> people;  // texts of records, which the view keeps
  each_pending(*view, std::string(application), *scope,
               [&](const Record& record) { people.push_back(record.first(Attr::kHabPersonId)); });
  std::sort(people.begin(), people.end());
  return static_cast<std::size_t>(std::unique(people.begin(), people.end()) - people.begin());
}

Result<std::vector<Person>> grantable_people(Services& services, const Actor& actor,
                                             std::string_view application, const Siret& siret,
                                             std::string_view text, std::size_t limit) {
  const auto view = services.directory.view();
  if (!view) return view.error();
  const ScopePtr scope = kept_scope(services, *view, actor, application);
  const RecordPtr structure = view->find_one(Attr::kCn, siret.str(), Kind::kStructure);
  if (!structure || !scope->covers(siret.str())) {
    return Error{Errc::kNotFound, "unknown-structure", siret.str()};
  }
  const Search search(text);
  std::vector<std::pair<std::string, RecordPtr>> found;
  for (const ldap::NodeId node : view->targets(structure->node(), Link::kMember)) {
    RecordPtr record = view->at(node);
    if (!record || record->kind() != Kind::kPerson) continue;
    if (record->first(Attr::kHabActive) == "FALSE") continue;
    std::string key = services.names().key(shown_name(*record));
    const std::string mail = services.names().key(record->first(Attr::kMail));
    if (search.matches(key, mail, siret)) found.emplace_back(std::move(key), record);
  }
  const std::size_t shown = std::min(limit, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Person> people;
  for (std::size_t i = 0; i < shown; ++i) people.push_back(person_from(*found[i].second));
  return people;
}

}  // namespace habilitd::workflow
