// One's own password: also where somebody ends up whose password must be changed.
#include <array>

#include "base/text.h"
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/routes.h"
#include "workflow/accounts.h"

namespace habilitd::portal {
namespace {

constexpr std::size_t kLongestPassword = 128;

Response password_page(const Visit& visit, const std::vector<FieldError>& errors, int status) {
  struct Field {
    const char *name, *label, *hint, *autocomplete;
  };
  static constexpr std::array<Field, 3> kFields = {
      {{"old", "password.old", nullptr, "current-password"},
       {"new", "password.new", "password.new_hint", "new-password"},
       {"again", "password.again", nullptr, "new-password"}}};
  View view, fields(View::type::list);
  for (const Field& f : kFields) {
    View field;
    field["field"] = View(f.name);
    field["field_label"] = View(visit.text(f.label));
    field["field_hint"] = f.hint ? View(visit.text(f.hint)) : View(false);
    field["field_autocomplete"] = View(f.autocomplete);
    field["field_error"] = View(false);
    for (const FieldError& error : errors)
      if (error.field == f.name) field["field_error"] = View(error.text);
    fields << field;
  }
  set_errors(view, errors);
  view["fields"] = std::move(fields);
  view["must"] = View(visit.session->must_change_password);
  return page(visit, "password", {visit.text("password.title"), "/compte/mot-de-passe", {}, false},
              std::move(view), status);
}

std::vector<FieldError> check(const Visit& visit) {
  const std::string &old = visit.field("old"), &fresh = visit.field("new");
  const auto error = [&](const char* field, const char* reason) {
    return std::vector<FieldError>{{field, reason_text(visit, reason)}};
  };
  if (old.empty()) return error("old", "password-empty");
  if (trim(fresh).empty()) return error("new", "password-empty");
  if (fresh.size() > kLongestPassword || old.size() > kLongestPassword)
    return error("new", "password-long");
  if (fresh == old) return error("new", "password-same");
  if (fresh != visit.field("again")) return error("again", "password-differs");
  return {};
}

Response refused(const Visit& visit, const Error& error) {
  switch (error.code) {
    case Errc::kUnauthenticated:
      return password_page(visit, {{"old", reason_text(visit, "password-wrong")}}, 403);
    case Errc::kInvalid:
    case Errc::kForbidden:
    case Errc::kConflict:
      return password_page(visit, {{"new", reason_text(visit, "password-refused")}}, 400);
    default:
      return problem_page(visit, error);
  }
}

}  // namespace

Response show_password(const Visit& visit) { return password_page(visit, {}, 200); }

Response do_password(const Visit& visit) {
  if (const auto errors = check(visit); !errors.empty()) return password_page(visit, errors, 400);
  const Status changed = workflow::change_own_password(
      visit.services(), visit.person().id, Secret(visit.field("old")), Secret(visit.field("new")));
  if (!changed) return refused(visit, changed.error());
  Response answer = redirect("/connexion", "password");
  answer.add("Set-Cookie", visit.core.cookies.remove(Cookie::kSession));
  return answer;
}

}  // namespace habilitd::portal
