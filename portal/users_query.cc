#include "portal/users_query.h"

#include <charconv>

#include "base/text.h"

namespace habilitd::portal {
namespace {

using State = workflow::Right::State;

constexpr std::size_t kLongestSearch = 200;
constexpr std::size_t kLastPage = 1000000;

std::size_t read_page(std::string_view text) {
  std::size_t page = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && page >= 1 && page <= kLastPage ? page : 1;
}

}  // namespace

UsersQuery UsersQuery::read(const Pairs& pairs) {
  const auto value = [&](std::string_view name) {
    const std::string* found = find(pairs, name);
    return found ? std::string(trim(*found)) : std::string();
  };
  UsersQuery query;
  if (value("etat") == "en-attente") query.state = State::kPending;
  if (value("etat") == "actif") query.state = State::kActive;
  if (is_slug(value("role"))) query.role = value("role");
  if (const auto siret = Siret::parse(value("siret"))) query.siret = *siret;
  if (value("q").size() <= kLongestSearch) query.search = value("q");
  query.page = read_page(value("page"));
  if (const auto person = EntryUuid::parse(value("personne"))) query.person = *person;
  if (const auto request = RequestId::parse(value("demande"))) query.request = *request;
  return query;
}

std::string UsersQuery::text() const {
  Pairs pairs;
  if (state) pairs.emplace_back("etat", *state == State::kPending ? "en-attente" : "actif");
  if (!role.empty()) pairs.emplace_back("role", role);
  if (siret) pairs.emplace_back("siret", siret->str());
  if (!search.empty()) pairs.emplace_back("q", search);
  if (page > 1) pairs.emplace_back("page", std::to_string(page));
  if (person) pairs.emplace_back("personne", person->str());
  if (request) pairs.emplace_back("demande", request->str());
  return encode_query(pairs);
}

std::string UsersQuery::href(const std::string& application) const {
  const std::string query = text();
  return users_path(application) + (query.empty() ? "" : "?" + query);
}

UsersQuery UsersQuery::list() const {
  UsersQuery copy = *this;
  copy.person.reset();
  copy.request.reset();
  return copy;
}

UsersQuery UsersQuery::on_page(std::size_t number) const {
  UsersQuery copy = list();
  copy.page = number;
  return copy;
}

UsersQuery UsersQuery::with_person(const EntryUuid& id) const {
  UsersQuery copy = list();
  copy.person = id;
  return copy;
}

std::string users_path(const std::string& application) {
  return "/portail/applications/" + encode_component(application) + "/utilisateurs";
}

}  // namespace habilitd::portal
