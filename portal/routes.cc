#include "portal/routes.h"

namespace habilitd::portal {
namespace {

constexpr std::size_t kLongestAddress = 2000;

// The next segment of a pattern; the pattern is left with the rest.
std::string_view next_segment(std::string_view& pattern) {
  pattern.remove_prefix(1);
  const std::size_t end = std::min(pattern.find('/'), pattern.size());
  const std::string_view segment = pattern.substr(0, end);
  pattern.remove_prefix(end);
  return segment;
}

}  // namespace

const std::vector<Route>& routes() {
  constexpr Method kGet = Method::kGet, kPost = Method::kPost;
  constexpr Access kSession = Access::kSession;
  static constexpr std::string_view kRequest = "/portail/demandes/:request";
  static const std::vector<Route> all = {
      {kGet, "/", Access::kOpen, show_home},
      {kGet, "/portail", Access::kOpen, show_home},
      {kGet, "/connexion", Access::kOpen, show_sign_in},
      {kPost, "/connexion", Access::kOpen, do_sign_in},
      {kPost, "/deconnexion", Access::kSessionOrChange, do_sign_out, "/portail/services/"},
      {kGet, "/compte/mot-de-passe", Access::kSessionOrChange, show_password},
      {kPost, "/compte/mot-de-passe", Access::kSessionOrChange, do_password},
      {kGet, "/portail/services", kSession, show_services},
      {kGet, "/portail/demander", kSession, show_ask},
      {kPost, "/portail/demander", kSession, do_ask},
      {kGet, "/portail/demandes", kSession, show_own},
      {kGet, kRequest, kSession, show_request},
      {kPost, "/portail/demandes/:request/annuler", kSession, do_cancel, kRequest},
      {kPost, "/portail/demandes/:request/valider", kSession, do_approve, kRequest},
      {kGet, "/portail/demandes/:request/refuser", kSession, show_refuse},
      {kPost, "/portail/demandes/:request/refuser", kSession, do_refuse},
      {kGet, "/portail/applications/:app/utilisateurs", kSession, show_users},
      {kGet, "/portail/applications/:app/utilisateurs.csv", kSession, show_users_csv},
      {kGet, "/portail/applications/:app/ajouter", kSession, show_pick},
      {kGet, "/portail/applications/:app/utilisateurs/:person/ajouter", kSession, show_grant},
      {kPost, "/portail/applications/:app/utilisateurs/:person/ajouter", kSession, do_grant},
      {kGet, "/portail/applications/:app/utilisateurs/:person/revoquer", kSession, show_revoke},
      {kPost, "/portail/applications/:app/utilisateurs/:person/revoquer", kSession, do_revoke},
  };
  return all;
}

std::optional<Params> match(std::string_view pattern, const std::vector<std::string>& segments) {
  Params params;
  if (pattern == "/") return segments.empty() ? std::optional(params) : std::nullopt;
  for (const std::string& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    const std::string_view expected = next_segment(pattern);
    if (expected.starts_with(':')) {
      params.emplace(expected.substr(1), segment);
    } else if (expected != segment) {
      return std::nullopt;
    }
  }
  return pattern.empty() ? std::optional(std::move(params)) : std::nullopt;
}

std::string fill_pattern(std::string_view pattern, const Params& params) {
  std::string path;
  while (!pattern.empty()) {
    const std::string_view segment = next_segment(pattern);
    const auto value = segment.starts_with(':') ? params.find(segment.substr(1)) : params.end();
    path += "/";
    path += value == params.end() ? std::string(segment) : encode_component(value->second);
  }
  return path;
}

bool is_local_page(std::string_view address) {
  if (address.size() > kLongestAddress || !address.starts_with("/portail/")) return false;
  return parse_target(address).ok();  // no "//", dot segments, backslashes, controls
}

}  // namespace habilitd::portal
