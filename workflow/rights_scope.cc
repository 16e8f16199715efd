#include "workflow/rights_scope.h"

#include <algorithm>
#include <array>

#include "policies/engine.h"
#include "workflow/facts.h"
#include "workflow/kept.h"
#include "workflow/managers.h"
#include "workflow/services.h"

namespace habilitd::workflow {
namespace {

using ldap::Attr;
using ldap::Kind;
using ldap::Link;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

// What the policy has to know to say who may list; one structure after the other is put into it.
class ListQuestion {
 public:
  ListQuestion(Services& services, const View& view, const Actor& actor,
               std::string_view application)
      : view_(view),
        layout_(services.directory.layout()),
        policy_(services.catalogue.policy(application)) {
    if (!policy_) return;
    Json roles = Json::array();
    if (actor.kind != Actor::Kind::kPerson) {
      administrator_ = may_grant(actor, application, {});
    } else if (const RecordPtr person = active_person(actor.id)) {
      administrator_ = administers(services, view, actor.id);
      managed_ = managed_sirets(view, *policy_, person->node());
    } else {
      policy_ = nullptr;
      return;
    }
    if (administrator_) roles.push_back(kAdministrator);
    const bool person = actor.kind == Actor::Kind::kPerson;
    facts_ = {{"subject",
               {{"id", actor.id.nil() ? "" : actor.id.str()},
                {"kind", person ? "user" : "client"},
                {"type", person ? "user" : "client"},
                {"state", "active"},
                {"roles", roles},
                {"manages", Json::array()}}},
              {"action", {{"name", "list"}}}};
  }

  bool administrator() const { return administrator_; }
  const std::vector<std::string>& managed() const { return managed_; }

  bool permits(const Structure& structure) {
    if (!policy_) return false;
    const std::string& siret = structure.siret.str();
    const bool manages = std::binary_search(managed_.begin(), managed_.end(), siret);
    facts_["subject"]["manages"] = manages ? Json::array({siret}) : Json::array();
    facts_["resource"] = {
        {"id", siret}, {"type", "structure"}, {"state", structure.open ? "active" : "closed"}};
    return policies::decide(*policy_, "list", facts_).permitted;
  }

  std::optional<Structure> structure(std::string_view text) const {
    const auto siret = Siret::parse(text);
    if (!siret) return std::nullopt;
    auto found = find_structure(view_, layout_, *siret);
    return found ? std::optional(*std::move(found)) : std::nullopt;
  }

 private:
  RecordPtr active_person(const EntryUuid& id) const {
    RecordPtr record = view_.by_id(id);
    const bool fits = record && record->kind() == Kind::kPerson && person_from(*record).active;
    return fits ? record : nullptr;
  }

  const View& view_;
  const ldap::Layout& layout_;
  policies::PolicyPtr policy_;
  policies::Facts facts_;
  std::vector<std::string> managed_;
  bool administrator_ = false;
};

// SIRETs to ask about: all for administrators, else those managed.
std::vector<std::string> candidates(const View& view, const ListQuestion& question) {
  if (!question.administrator()) return question.managed();
  std::vector<std::string> all;
  for (const ldap::NodeId node : view.all(Kind::kStructure)) {
    if (const RecordPtr record = view.at(node)) all.emplace_back(record->first(Attr::kCn));
  }
  return all;
}

Scope find_scope(Services& services, const View& view, const Actor& actor,
                 std::string_view application) {
  Scope scope;
  ListQuestion question(services, view, actor, application);
  for (const std::string& siret : candidates(view, question)) {
    auto structure = question.structure(siret);
    if (structure && question.permits(*structure)) {
      scope.sirets.insert(structure->siret.str());
      scope.structures.push_back(*std::move(structure));
    }
  }
  std::sort(scope.structures.begin(), scope.structures.end(),
            [](const Structure& a, const Structure& b) {
              return std::tie(a.name, a.siret) < std::tie(b.name, b.siret);
            });
  return scope;
}

// Of all managers together: about 30 MB.
constexpr std::size_t kMostStructures = 100'000;

// A scope, and everything it follows from.
struct KnownScope {
  ScopePtr scope;
  policies::PolicyPtr policy;
  RecordPtr actor;
  std::vector<ldap::NodeId> owned, groups;  // what names the actor
  std::size_t weight() const { return 1 + scope->structures.size(); }
};

Kept<KnownScope>& kept_scopes() {
  static Kept<KnownScope> kept(kMostStructures);
  return kept;
}

// Nothing that decides who manages what, and how it is shown. Who owns and who belongs is compared
// by what names the actor.
bool same_to_scope(const ldap::Record& a, const ldap::Record& b) {
  constexpr std::array kDeciding{Attr::kCn, Attr::kHabState, Attr::kHabRole, Attr::kHabApplication,
                                 Attr::kHabSiret};
  constexpr std::array kShown{Attr::kO, Attr::kDescription};
  const auto same = [&](Attr attr) { return a.first(attr) == b.first(attr); };
  return a.kind() == b.kind() && a.id() == b.id() && a.node() == b.node() &&
         std::all_of(kDeciding.begin(), kDeciding.end(), same) &&
         (a.kind() != Kind::kStructure || std::all_of(kShown.begin(), kShown.end(), same));
}

bool concerns_scope(const ldap::MirrorJournal::Change& change) {
  if (change.before && change.after && same_to_scope(*change.before, *change.after)) return false;
  for (const RecordPtr& record : {change.before, change.after}) {
    if (!record) continue;
    const Kind kind = record->kind();
    if (kind == Kind::kStructure || kind == Kind::kGroup || kind == Kind::kHabilitation)
      return true;
  }
  return false;
}

}  // namespace

std::string scope_key(const Actor& actor, std::string_view application) {
  return actor.id.str() + ":" + std::string(application);
}

ScopePtr kept_scope(Services& services, const View& view, const Actor& actor,
                    std::string_view application) {
  const auto make = [&] {
    return std::make_shared<const Scope>(find_scope(services, view, actor, application));
  };
  const RecordPtr person = actor.kind == Actor::Kind::kPerson ? view.by_id(actor.id) : nullptr;
  if (!person) return make();
  KnownScope now{nullptr, services.catalogue.policy(application), person,
                 view.sources(person->node(), Link::kOwner),
                 view.sources(person->node(), Link::kMember)};
  const std::string key = scope_key(actor, application);
  const auto kept = kept_scopes().find(key, view, [&](const KnownScope& then, const auto& changes) {
    return then.policy == now.policy && then.actor == now.actor && then.owned == now.owned &&
           then.groups == now.groups &&
           std::none_of(changes.begin(), changes.end(), concerns_scope);
  });
  if (kept) return kept->scope;
  now.scope = make();
  const ScopePtr scope = now.scope;
  kept_scopes().put(key, view, std::make_shared<const KnownScope>(std::move(now)));
  return scope;
}

bool manages(Services& services, const View& view, const Actor& actor, std::string_view application,
             std::string_view siret) {
  ListQuestion question(services, view, actor, application);
  const auto& managed = question.managed();
  if (!question.administrator() &&
      std::find(managed.begin(), managed.end(), siret) == managed.end()) {
    return false;
  }
  const auto structure = question.structure(siret);
  return structure && question.permits(*structure);
}

bool manages_any(Services& services, const View& view, const Actor& actor,
                 std::string_view application) {
  return !kept_scope(services, view, actor, application)->structures.empty();
}

bool administers(Services& services, const View& view, const EntryUuid& person) {
  const RecordPtr record = view.by_id(person);
  const RecordPtr group =
      view.find_one(Attr::kCn, services.settings.administrators_group, Kind::kGroup);
  return record && group && record->kind() == Kind::kPerson &&
         view.linked(group->node(), Link::kMember, record->node());
}

}  // namespace habilitd::workflow
