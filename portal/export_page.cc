// The list as a file for spreadsheets: semicolons and a byte order mark, as French ones expect,
// every cell quoted, and no cell that a spreadsheet would run as a formula.
#include "portal/csv.h"
#include "portal/managed.h"
#include "portal/page.h"
#include "portal/problems.h"
#include "portal/record_view.h"
#include "portal/routes.h"

namespace habilitd::portal {
namespace {

using workflow::Right;

constexpr std::size_t kPerRead = 1000;
constexpr std::size_t kMostRows = 200000;

std::string day_of(const std::optional<Instant>& at) {
  return at && *at != Instant{} ? to_rfc3339(*at).substr(0, 10) : std::string();
}

std::vector<std::string> heading(const Visit& visit) {
  std::vector<std::string> cells;
  for (const char* column :
       {"state", "name", "mail", "role", "structure", "siret", "since", "until"})
    cells.push_back(visit.text(std::string("csv.") + column));
  return cells;
}

std::vector<std::string> cells_of(const Visit& visit, const std::string& app, const Right& right) {
  const bool pending = right.state == Right::State::kPending;
  return {visit.text(pending ? "right.pending" : "right.active"),
          right.person_name,
          right.person_mail,
          role_label(visit, app, right.role, right.role_label),
          right.structure_name,
          right.siret.spaced(),
          day_of(right.since),
          day_of(right.until)};
}

}  // namespace

Response show_users_csv(const Visit& visit) {
  const auto app = managed_application(visit);
  if (!app) return problem_page(visit, app.error());
  const UsersQuery query = UsersQuery::read(visit.request.target.query);
  std::string out = "\xEF\xBB\xBF" + csv_line(heading(visit));
  std::size_t total = 1;
  for (std::size_t offset = 0; offset < std::min(total, kMostRows); offset += kPerRead) {
    const auto rights = rights_page(visit, app->id, query, offset, kPerRead);
    if (!rights) return problem_page(visit, rights.error());
    total = rights->total;
    for (const Right& right : rights->rights) out += csv_line(cells_of(visit, app->id, right));
  }
  Response answer;
  answer.set("Content-Type", "text/csv; charset=utf-8");
  answer.set("Content-Disposition",
             "attachment; filename=\"" + visit.text("csv.file") + "-" + app->id + ".csv\"");
  answer.body = std::move(out);
  return answer;
}

}  // namespace habilitd::portal
