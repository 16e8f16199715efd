#include "workflow/rights_rows.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "workflow/kept.h"
#include "workflow/request_record.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::Record;
using ldap::RecordPtr;
using View = ldap::Mirror::View;
using Change = ldap::MirrorJournal::Change;

// Of all managers together: about 25 MB.
constexpr std::size_t kMostRows = 150'000;

Kept<Rows>& kept_rows() {
  static Kept<Rows> kept(kMostRows);
  return kept;
}

bool is_pending(const Record& request) {
  return request.first(Attr::kHabState) == state_name(State::kPending);
}

class Collector {
 public:
  Collector(Services& services, const View& view, const std::string& application, ScopePtr scope)
      : names_(services.names()), view_(view), application_(application) {
    rows_.scope = std::move(scope);
  }

  Rows collect() {
    for (const Structure& structure : rows_.scope->structures) {
      for (const RecordPtr& record : view_.find(Attr::kHabSiret, structure.siret.str())) {
        if (record->first(Attr::kHabApplication) != application_) continue;
        if (record->kind() == Kind::kRequest) take_request(structure, *record);
        if (record->kind() == Kind::kHabilitation) take_group(structure, *record);
      }
    }
    return std::move(rows_);
  }

 private:
  void take_request(const Structure& structure, const Record& request) {
    if (!is_pending(request)) return;
    Row row{&structure,
            request.node(),
            std::string(request.first(Attr::kHabRole)),
            {},
            {},
            std::string(request.first(Attr::kHabCreated))};
    const auto id = EntryUuid::parse(request.first(Attr::kHabPersonId));
    if (const RecordPtr person = id ? view_.by_id(*id) : nullptr) {
      name(row, *person);
    } else if (const auto record = request_from(request)) {
      row.name = names_.key(record->person_name);
    }
    rows_.pending.push_back(std::move(row));
  }

  void take_group(const Structure& structure, const Record& group) {
    const std::string role(group.first(Attr::kHabRole));
    for (const ldap::NodeId node : view_.targets(group.node(), Link::kMember)) {
      const RecordPtr person = view_.at(node);
      if (!person || person->kind() != Kind::kPerson) continue;
      Row row{&structure, node, role, {}, {}, {}};
      name(row, *person);
      rows_.active.push_back(std::move(row));
    }
  }

  void name(Row& row, const Record& person) const {
    row.name = names_.key(shown_name(person));
    row.mail = names_.key(person.first(Attr::kMail));
  }

  const NameKeys& names_;
  const View& view_;
  const std::string& application_;
  Rows rows_;
};

// Does a change of the directory concern rows that were made before it?
class Concern {
 public:
  Concern(const View& view, const std::string& application, const Scope& scope)
      : view_(view), application_(application), scope_(scope) {}

  bool touches(const Change& change) const {
    if (change.before && change.after && same_to_us(*change.before, *change.after)) return false;
    return (change.before && touches(*change.before)) || (change.after && touches(*change.after));
  }

 private:
  // Nothing that a row shows: a person's other attributes.
  static bool same_to_us(const Record& a, const Record& b) {
    return a.kind() == Kind::kPerson && b.kind() == Kind::kPerson && a.node() == b.node() &&
           shown_name(a) == shown_name(b) && a.first(Attr::kMail) == b.first(Attr::kMail);
  }

  bool is_ours(const Record& record) const {
    return record.first(Attr::kHabApplication) == application_ &&
           scope_.covers(record.first(Attr::kHabSiret));
  }

  bool touches(const Record& record) const {
    switch (record.kind()) {
      case Kind::kHabilitation:
        return is_ours(record);
      case Kind::kRequest:
        return is_ours(record) && is_pending(record);
      case Kind::kPerson:
        return has_row(record);
      default:
        return false;  // structures are the scope's concern
    }
  }

  // A membership that ended is a change of the group.
  bool has_row(const Record& person) const {
    const auto& groups = view_.sources(person.node(), Link::kMember);
    const bool holds = std::any_of(groups.begin(), groups.end(), [&](ldap::NodeId node) {
      const RecordPtr group = view_.at(node);
      return group && group->kind() == Kind::kHabilitation && is_ours(*group);
    });
    if (holds) return true;
    const auto records = view_.find(Attr::kHabPersonId, person.id().str());
    return std::any_of(records.begin(), records.end(), [&](const RecordPtr& record) {
      return record->kind() == Kind::kRequest && is_ours(*record);
    });
  }

  const View& view_;
  const std::string& application_;
  const Scope& scope_;
};

}  // namespace

bool comes_before_pending(const Row& a, const Row& b) {
  return std::tie(a.asked, a.structure->siret, a.role) <
         std::tie(b.asked, b.structure->siret, b.role);
}

bool comes_before_active(const Row& a, const Row& b) {
  return std::tie(a.name, a.structure->siret, a.role) <
         std::tie(b.name, b.structure->siret, b.role);
}

RowsPtr rows_of(Services& services, const View& view, const Actor& actor,
                const std::string& application) {
  const ScopePtr scope = kept_scope(services, view, actor, application);
  const std::string key = scope_key(actor, application);
  const auto kept = kept_rows().find(key, view, [&](const Rows& rows, const auto& changes) {
    const Concern concern(view, application, *scope);
    return rows.scope == scope && std::none_of(changes.begin(), changes.end(),
                                               [&](const Change& c) { return concern.touches(c); });
  });
  if (kept) return kept;
  Rows rows = Collector(services, view, application, scope).collect();
  rows.in_order = rows.weight() <= kMostRows;
  if (rows.in_order) {
    std::sort(rows.pending.begin(), rows.pending.end(), comes_before_pending);
    std::sort(rows.active.begin(), rows.active.end(), comes_before_active);
  }
  auto made = std::make_shared<const Rows>(std::move(rows));
  kept_rows().put(key, view, made);
  return made;
}

}  // namespace habilitd::workflow
