#include <algorithm>
#include <charconv>
#include <optional>

#include "base/crypto.h"
#include "policies/authzen.h"
#include "policies/authzen_read.h"

namespace habilitd::policies {

namespace {

Error bad_token(std::string detail) { return invalid("authzen-token", std::move(detail)); }

std::string entity_key(const AuthzenEntity& entity) {
  return dump(Json{entity.type, entity.id, entity.properties});
}

// Every member that has a meaning, with lengths where two could run into each other (dump quotes).
std::string fingerprint_of(const AuthzenSearch& search) {
  const AuthzenQuery& q = search.query;
  return to_hex(sha256(std::to_string(static_cast<int>(search.kind)) + entity_key(q.subject) +
                       entity_key(q.resource) + dump(Json{q.action, q.action_properties}) +
                       dump(q.context)));
}

std::string token_mac(const AuthzenSearch& search, std::string_view position,
                      std::string_view key) {
  const auto mac = hmac_sha256(key, search.fingerprint + ":" + std::string(position));
  return to_hex(mac).substr(0, 32);
}

// base64url(MAC, "LIMIT:LAST-ID"): where the next page starts, for this request alone.
std::string make_token(const AuthzenSearch& search, const std::string& last, std::string_view key) {
  const std::string position = std::to_string(search.limit) + ":" + last;
  return to_base64url(token_mac(search, position, key) + position);
}

Status read_token(const std::string& token, std::string_view key, std::optional<std::size_t> limit,
                  AuthzenSearch& search) {
  auto bytes = from_base64url(token);
  if (!bytes.ok() || bytes->size() < 34) return bad_token("page.token: not one of ours");
  const std::string_view position = std::string_view(*bytes).substr(32);
  const auto mac = std::string_view(*bytes).substr(0, 32);
  if (!equal_in_constant_time(mac, token_mac(search, position, key))) {
    return bad_token("page.token: not for this request");
  }
  // Authentic, so it has the form make_token gave it.
  const auto colon = position.find(':');
  std::from_chars(position.data(), position.data() + colon, search.limit);
  if (limit && *limit != search.limit) return bad_token("page.limit: changed between pages");
  search.after = position.substr(colon + 1);
  return done();
}

Result<std::optional<std::size_t>> read_limit(const Json& page) {
  const auto it = page.find("limit");
  if (it == page.end()) return std::optional<std::size_t>();
  if (!it->is_number_integer() || *it < 0) {
    return authzen_invalid("page.limit: expected a whole number from 0");
  }
  return std::optional(std::min<std::size_t>(it->get<std::size_t>(), kMaxSearchPage));
}

Status read_page(const Json& request, std::string_view key, AuthzenSearch& search) {
  search.limit = kMaxSearchPage;
  const auto page = request.find("page");
  if (page == request.end()) return done();
  if (!page->is_object()) return authzen_invalid("page: expected an object");
  auto limit = read_limit(*page);
  if (!limit.ok()) return limit.error();
  if (*limit) search.limit = **limit;
  const auto token = page->find("token");
  search.paged = limit->has_value() || token != page->end();
  if (token == page->end()) return done();
  if (!token->is_string()) return authzen_invalid("page.token: expected a text");
  // A client that sends the empty token of the last page again starts over.
  const auto& text = token->get_ref<const std::string&>();
  return text.empty() ? done() : read_token(text, key, *limit, search);
}

AuthzenQuery query_for(const AuthzenSearch& search, const std::string& candidate) {
  AuthzenQuery query = search.query;
  switch (search.kind) {
    case SearchKind::kSubject:
      query.subject.id = candidate;
      break;
    case SearchKind::kResource:
      query.resource.id = candidate;
      break;
    case SearchKind::kAction:
      query.action = candidate;
      break;
  }
  return query;
}

Json result_for(const AuthzenSearch& search, const std::string& candidate) {
  if (search.kind == SearchKind::kAction) return {{"name", candidate}};
  const auto& type =
      search.kind == SearchKind::kSubject ? search.query.subject.type : search.query.resource.type;
  return {{"type", type}, {"id", candidate}};
}

}  // namespace

Result<AuthzenSearch> parse_search(SearchKind kind, const Json& json, std::string_view key) {
  if (!json.is_object()) return authzen_invalid("expected an object");
  const auto member = [&](const char* name) {
    const auto it = json.find(name);
    return it == json.end() ? nullptr : &*it;
  };
  AuthzenSearch search;
  search.kind = kind;
  EntityReader reader;
  reader.entity(member("subject"), "subject", kind != SearchKind::kSubject, search.query.subject);
  if (kind != SearchKind::kAction) reader.action(member("action"), search.query);
  reader.entity(member("resource"), "resource", kind != SearchKind::kResource,
                search.query.resource);
  reader.context(member("context"), search.query.context);
  if (!reader.ok()) return reader.error();
  search.fingerprint = fingerprint_of(search);
  if (auto page = read_page(json, key, search); !page.ok()) return page.error();
  return search;
}

Result<Json> answer_search(const AuthzenSearch& search, std::vector<std::string> candidates,
                           const Evaluate& evaluate_query, std::string_view key) {
  std::sort(candidates.begin(), candidates.end());
  Json results = Json::array();
  std::string last = search.after;
  bool more = false;
  for (auto it = std::upper_bound(candidates.begin(), candidates.end(), search.after);
       it != candidates.end() && !more; ++it) {
    auto decision = evaluate_query(query_for(search, *it));
    if (!decision.ok()) return decision.error();
    if (!decision->permitted) continue;
    if (results.size() == search.limit) {
      more = true;
    } else {
      results.push_back(result_for(search, *it));
      last = *it;
    }
  }
  Json answer;
  if (search.paged || more) {
    answer["page"] = {{"next_token", more ? make_token(search, last, key) : std::string()},
                      {"count", results.size()}};
  }
  answer["results"] = std::move(results);
  return answer;
}

}  // namespace habilitd::policies
