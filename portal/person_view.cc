#include "portal/person_view.h"

#include <algorithm>

#include "portal/decided.h"
#include "portal/page.h"
#include "portal/record_view.h"

namespace habilitd::portal {
namespace {

using workflow::PersonRights;
using workflow::RequestRecord;

constexpr std::size_t kStructuresTried = 20;

View pending_view(const Visit& visit, const RequestRecord& record, const UsersQuery& query) {
  View view = record_view(visit, record);
  set_decision(visit, view, record, query.list().text());
  view["wish"] = visit.day(record.until);
  view["linked"] = View(query.request == record.id);
  return view;
}

View held_view(const Visit& visit, const std::string& app, const workflow::Right& right) {
  View view = right_view(visit, app, right);
  const std::string why =
      why_not(visit, {"revoke", right.person, app, right.role, right.siret, std::nullopt});
  const std::string href = users_path(app) + "/" + right.person.str() + "/revoquer?" +
                           encode_query({{"role", right.role}, {"siret", right.siret.str()}});
  view["revoke_href"] = why.empty() ? View(href) : View(false);
  return view;
}

View past_view(const Visit& visit, const RequestRecord& record) {
  View view = record_view(visit, record);
  const workflow::Event* last = last_act(record);
  view["last"] = last ? event_view(visit, *last, false) : View(false);
  return view;
}

// Is there any role, in any shared structure, that the visitor may add to her?
bool may_add(const Visit& visit, const std::string& app, const PersonRights& rights) {
  const auto policy = visit.services().catalogue.policy(app);
  if (!policy) return false;
  const std::size_t count = std::min(rights.structures.size(), kStructuresTried);
  for (std::size_t i = 0; i < count; ++i)
    for (const std::string& role : policy->role_order)
      if (why_not(visit,
                  {"add", rights.person.id, app, role, rights.structures[i].siret, std::nullopt})
              .empty())
        return true;
  return false;
}

void set_contact(View& view, const PersonRights& rights) {
  View structures(View::type::list);
  for (const workflow::Structure& s : rights.structures) {
    View item;
    item["structure"] = View(s.name);
    item["siret"] = View(s.siret.spaced());
    structures << item;
  }
  view["person_name"] = View(rights.person.name);
  view["person_mail"] = optional_text(rights.person.mail);
  view["has_person_structures"] = View(!structures.is_empty_list());
  view["person_structures"] = std::move(structures);
}

void set_lists(const Visit& visit, View& view, const std::string& app, PersonRights& rights,
               const UsersQuery& query) {
  View pending(View::type::list), held(View::type::list), past(View::type::list);
  std::stable_partition(rights.pending.begin(), rights.pending.end(),
                        [&](const RequestRecord& r) { return query.request == r.id; });
  for (const RequestRecord& record : rights.pending) pending << pending_view(visit, record, query);
  for (const workflow::Right& right : rights.active) held << held_view(visit, app, right);
  for (const RequestRecord& record : rights.past) past << past_view(visit, record);
  view["has_pending"] = View(!pending.is_empty_list());
  view["has_held"] = View(!held.is_empty_list());
  view["has_past"] = View(!past.is_empty_list());
  view["pending"] = std::move(pending);
  view["held"] = std::move(held);
  view["past"] = std::move(past);
}

}  // namespace

Result<View> person_view(const Visit& visit, const std::string& app, const UsersQuery& query) {
  auto rights = workflow::person_rights(visit.services(), visit.actor(), app, *query.person);
  if (!rights) return rights.error();
  View view;
  set_contact(view, *rights);
  set_lists(visit, view, app, *rights, query);
  const std::string add = users_path(app) + "/" + query.person->str() + "/ajouter";
  view["add_href"] = may_add(visit, app, *rights) ? View(add) : View(false);
  set_flash(visit, view);
  set_hidden(visit, view);
  return view;
}

}  // namespace habilitd::portal
