#include "portal/grant_form.h"

#include "portal/dates.h"
#include "portal/problems.h"
#include "portal/record_view.h"

namespace habilitd::portal {
namespace {

std::string duration_text(const Visit& visit, const CalendarPeriod& period) {
  const auto count = [&](const char* key, long long n) {
    return visit.count(key, static_cast<std::size_t>(n));
  };
  if (period.years > 0 && period.months == 0) return count("ask.duration_years", period.years);
  if (period.years > 0 || period.months > 0)
    return count("ask.duration_months", 12LL * period.years + period.months);
  return period.days > 0 ? count("ask.duration_days", period.days) : std::string();
}

std::string requires_text(const Visit& visit, const GrantForm& form, const policies::Role& role) {
  std::string names;
  for (const std::string& needed : role.requires_)
    names += (names.empty() ? "" : ", ") + role_label(visit, form.application, needed, {});
  return names.empty() ? names : visit.text("ask.requires", {{"roles", names}});
}

View role_view(const Visit& visit, const GrantForm& form, const policies::Role& role) {
  static const std::string kNothing;
  const std::string why = why_not(visit, {form.action, form.target, form.application, role.id,
                                          form.structure.siret, std::nullopt});
  const std::string_view language = language_tag(visit.language);
  View view;
  view["role_id"] = View(role.id);
  view["role_label"] = View(policies::label_in(role.labels, language, role.id));
  view["role_description"] =
      optional_text(policies::label_in(role.descriptions, language, kNothing));
  view["role_requires"] = optional_text(requires_text(visit, form, role));
  view["role_duration"] =
      optional_text(role.max_duration ? duration_text(visit, *role.max_duration) : std::string());
  view["role_why"] = optional_text(why);
  view["role_disabled"] = View(!why.empty());
  view["role_checked"] = View(why.empty() && form.role == role.id);
  return view;
}

View roles_view(const Visit& visit, const GrantForm& form, const policies::Policy& policy) {
  View roles(View::type::list);
  for (const std::string& id : policy.role_order) {
    const policies::Role* role = policy.role(id);
    if (role && (role->requestable || form.action != "request"))
      roles << role_view(visit, form, *role);
  }
  return roles;
}

Values limit_values(const policies::Policy* policy) {
  const policies::Limits limits = policy ? policy->limits : policies::Limits{};
  return {{"min", std::to_string(limits.justification_min)},
          {"max", std::to_string(limits.justification_max)}};
}

}  // namespace

void set_grant_form(const Visit& visit, View& view, const GrantForm& form) {
  const auto policy = visit.services().catalogue.policy(form.application);
  const Values limits = limit_values(policy.get());
  const std::string texts = form.action == "request" ? "ask" : "add";
  view["roles"] = policy ? roles_view(visit, form, *policy) : View(View::type::list);
  view["structure"] = View(form.structure.name);
  view["siret"] = View(form.structure.siret.str());
  view["siret_spaced"] = View(form.structure.siret.spaced());
  view["justification"] = View(form.justification);
  view["justification_label"] = View(visit.text(texts + ".justification"));
  view["justification_hint"] = View(visit.text(texts + ".justification_hint", limits));
  view["justification_max"] = View(limits.find("max")->second);
  view["until_typed"] = View(form.until);
  for (const char* error : {"role_error", "justification_error", "until_error"})
    if (!view.get(error)) view[error] = View(false);
  set_hidden(visit, view);
}

std::vector<FieldError> check_grant_form(const Visit& visit, const GrantForm& form) {
  std::vector<FieldError> errors;
  if (form.role.empty()) errors.push_back({"role", reason_text(visit, "role-missing")});
  if (!form.until.empty() && !end_of_day(form.until))
    errors.push_back({"until", reason_text(visit, "until-bad")});
  return errors;
}

std::optional<Instant> chosen_end(const GrantForm& form) {
  const auto end = end_of_day(form.until);
  return end ? std::optional(*end) : std::nullopt;
}

std::optional<FieldError> field_error_of(const Visit& visit, const GrantForm& form,
                                         const Error& error) {
  const std::string& reason = error.reason;
  const auto policy = visit.services().catalogue.policy(form.application);
  if (error.code == Errc::kForbidden)
    return FieldError{"role", refusal_words(visit,
                                            {form.action, form.target, form.application, form.role,
                                             form.structure.siret, std::nullopt},
                                            reason)};
  const bool shown =
      error.code == Errc::kInvalid || error.code == Errc::kConflict || error.code == Errc::kTooMany;
  if (!shown) return std::nullopt;
  const bool text = reason.starts_with("justification-") || reason == "text-invalid";
  const char* field = text ? "justification" : reason.starts_with("until-") ? "until" : "role";
  return FieldError{field, reason_text(visit, reason, limit_values(policy.get()))};
}

void set_structure_choice(View& view, const StructureChoice& choice) {
  View structures(View::type::list), applications(View::type::list);
  for (const workflow::Structure& s : choice.structures) {
    View item;
    item["siret"] = View(s.siret.str());
    item["siret_spaced"] = View(s.siret.spaced());
    item["structure"] = View(s.name);
    item["structure_checked"] = View(s.siret.str() == choice.typed);
    structures << item;
  }
  for (const workflow::Application& a : choice.applications) {
    View item;
    item["app"] = View(a.id);
    item["app_name"] = View(a.name);
    item["app_checked"] = View(a.id == choice.application);
    applications << item;
  }
  const bool asked = choice.applications.size() > 1;
  view["has_applications"] = View(asked);
  view["applications"] = std::move(applications);
  view["one_application"] = asked ? View(false) : optional_text(choice.application);
  view["has_structures"] = View(!structures.is_empty_list());
  view["structures"] = std::move(structures);
  view["free_siret"] = View(choice.free_siret);
  view["other_checked"] = View(!choice.error.empty());
  view["siret_typed"] = View(choice.typed);
  view["siret_error"] = optional_text(choice.error);
  view["structure_action"] = View(choice.action);
  view["back"] = View(choice.back);
}

std::string asked_siret(const Visit& visit) {
  const std::string& listed = visit.query("structure");
  return listed.empty() || listed == "autre" ? visit.query("siret") : listed;
}

Result<workflow::Structure> read_structure(const Visit& visit, std::string_view text) {
  const auto siret = Siret::parse(text);
  if (!siret) return siret.error();
  ldap::Directory& directory = visit.services().directory;
  const auto view = directory.view();
  if (!view) return view.error();
  auto structure = workflow::find_structure(*view, directory.layout(), *siret);
  if (!structure) return Error{Errc::kInvalid, "unknown-structure", {}};
  return structure;
}

}  // namespace habilitd::portal
