#include "scim/route.h"

namespace habilitd::scim {
namespace {

constexpr std::string_view kReadOnly = "GET, HEAD, OPTIONS";
constexpr std::string_view kPosting = "POST, OPTIONS";
constexpr std::string_view kOwnEntry = "GET, HEAD, PUT, PATCH, OPTIONS";

Route discovery_route(At place, const Segments& segments) {
  if (segments.size() > 2) return {};
  return {place, nullptr, segments.size() == 2 ? std::string_view(segments[1]) : std::string_view(),
          kReadOnly};
}

bool may_touch(const workflow::Client& client, const Endpoint& endpoint, bool reads) {
  return client.may(std::string(endpoint.scope) + (reads ? ":read" : ":write"));
}

}  // namespace

Route route(const Segments& segments) {
  if (segments.empty()) return {At::kRoot, nullptr, {}, kReadOnly};
  const std::string& first = segments.front();
  if (first == "ServiceProviderConfig" && segments.size() == 1) {
    return {At::kConfig, nullptr, {}, kReadOnly};
  }
  if (first == "Schemas") return discovery_route(At::kSchemas, segments);
  if (first == "ResourceTypes") return discovery_route(At::kTypes, segments);
  if (first == "Events" && segments.size() == 2)
    return {At::kEvents, nullptr, segments[1], kReadOnly};
  if (segments.size() == 1) {
    if (first == ".search") return {At::kSearch, nullptr, {}, kPosting};
    if (first == "Me") return {At::kMe, nullptr, {}, kOwnEntry};
    if (first == "Bulk") return {At::kBulk, nullptr, {}, kPosting};
    if (first == "Events") return {At::kEvents, nullptr, {}, kPosting};
  }
  for (const Endpoint& each : endpoints()) {
    if (first != each.type->endpoint().substr(1) || segments.size() > 2) continue;
    if (segments.size() == 1) return {At::kCollection, &each, {}, each.collection_methods};
    if (segments[1] == ".search") return {At::kSearch, &each, {}, kPosting};
    return {At::kResource, &each, segments[1], each.resource_methods};
  }
  return {};
}

Route route_to_oneself(std::string_view id) {
  return {At::kResource, &endpoint(user_type()), id, kOwnEntry};
}

bool is_allowed(const Route& target, Method method) {
  std::string_view allow = target.allow;
  const std::string_view name = method_name(method);
  while (!allow.empty()) {
    const std::size_t comma = allow.find(", ");
    if (allow.substr(0, comma) == name) return true;
    allow.remove_prefix(comma == std::string_view::npos ? allow.size() : comma + 2);
  }
  return false;
}

Scope readable_root(const workflow::Client& client) {
  Scope scope{{}, true};
  for (const Endpoint& each : endpoints()) {
    if (may_touch(client, each, true)) scope.types.push_back(each.type);
  }
  return scope;
}

bool may(const workflow::Client& client, const Route& target, Method method) {
  const bool reads =
      target.place == At::kSearch || method == Method::kGet || method == Method::kHead;
  if (target.endpoint) return may_touch(client, *target.endpoint, reads);
  switch (target.place) {
    case At::kRoot:
    case At::kSearch:
      return !readable_root(client).types.empty();
    case At::kMe:
      return client.may(reads ? "me:read" : "me:write") ||
             may_touch(client, endpoint(user_type()), reads);
    default:
      return true;  // discovery: any client; bulk and events: each is asked about by itself
  }
}

}  // namespace habilitd::scim
