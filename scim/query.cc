// Reading what a list request asks for.
#include <algorithm>
#include <limits>

#include "base/text.h"
#include "scim/errors.h"
#include "scim/normalise.h"
#include "scim/projection.h"
#include "scim/search.h"

namespace habilitd::scim {
namespace {

constexpr std::string_view kSearchUrn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
constexpr FilterLimits kUrlLimits{4096, 48, 2000}, kBodyLimits{100 * 1024, 48, 2000};

// What was given, before it is judged; the same for URLs and bodies.
struct Given {
  std::optional<std::string> filter, sort_by, sort_order;
  std::optional<long long> start, count;
  std::vector<std::string> attributes, excluded;
};

Result<std::optional<long long>> read_number(const std::string* text, const char* name) {
  if (!text) return std::optional<long long>();
  const bool negative = text->starts_with('-');
  const std::string digits = text->substr(negative ? 1 : 0);
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return invalid_value("\"" + std::string(name) + "\" is a number.");
  }
  if (negative) return std::optional<long long>(-1);
  // More digits than any list is long: as large as it gets.
  constexpr std::size_t kMostDigits = 18;
  if (digits.size() > kMostDigits) {
    return std::optional<long long>(std::numeric_limits<long long>::max());
  }
  return std::optional<long long>(std::stoll(digits));
}

Result<std::optional<std::string>> read_string(const Json& body, const char* name) {
  const Json* value = member_of(body, name);
  if (!value || value->is_null()) return std::optional<std::string>();
  if (!value->is_string()) return invalid_value("\"" + std::string(name) + "\" is a string.");
  return std::optional<std::string>(value->get<std::string>());
}

Result<std::optional<long long>> read_integer(const Json& body, const char* name) {
  const Json* value = member_of(body, name);
  if (!value || value->is_null()) return std::optional<long long>();
  if (!value->is_number_integer())
    return invalid_value("\"" + std::string(name) + "\" is a number.");
  if (value->is_number_unsigned() &&
      value->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return std::optional<long long>(std::numeric_limits<long long>::max());
  }
  return std::optional<long long>(value->get<long long>());
}

Result<std::vector<std::string>> read_names(const Json& body, const char* name) {
  const Json* value = member_of(body, name);
  std::vector<std::string> names;
  if (!value || value->is_null()) return names;
  if (!value->is_array()) return invalid_value("\"" + std::string(name) + "\" is a list.");
  for (const Json& each : *value) {
    if (!each.is_string())
      return invalid_value("\"" + std::string(name) + "\" is a list of names.");
    names.push_back(each.get<std::string>());
  }
  return names;
}

Result<Path> sort_path(const ResourceType& type, const std::string& name) {
  auto path = type.resolve(name);
  if (!path || !path->attribute || path->leaf().returned == Returned::kNever) {
    return invalid("invalidPath", "There is no attribute to sort by called \"" + name + "\".");
  }
  if (!path->sub && path->attribute->type == Type::kComplex) {
    path->sub = path->attribute->value_sub();
    if (!path->sub) return invalid("invalidPath", "Sort by a sub-attribute of \"" + name + "\".");
  }
  return *path;
}

Status add_order(const ResourceType& type, const Given& given, Query& query) {
  if (given.sort_by) {
    auto path = sort_path(type, *given.sort_by);
    if (!path) return path.error();
    query.sort_by = *path;
  }
  if (!given.sort_order) return done();
  query.descending = same_name(*given.sort_order, "descending");
  if (query.descending || same_name(*given.sort_order, "ascending")) return done();
  return invalid_value("\"sortOrder\" is ascending or descending.");
}

Result<Query> judge(Call& call, const ResourceType& type, const Given& given,
                    const FilterLimits& limits) {
  Query query;
  if (given.filter) {
    auto filter = parse_filter(*given.filter, {type, &call.tolerance, false, limits});
    if (!filter) return filter.error();
    query.filter = *std::move(filter);
  }
  if (auto ok = add_order(type, given, query); !ok) return ok.error();
  auto shown = parse_projection(type, given.attributes, given.excluded);
  if (!shown) return shown.error();
  query.shown = *shown;
  query.start = static_cast<std::size_t>(std::max(given.start.value_or(1), 1LL));
  const auto most = static_cast<long long>(call.settings.max_results);
  const auto standard = static_cast<long long>(call.settings.default_count);
  query.count = static_cast<std::size_t>(std::clamp(given.count.value_or(standard), 0LL, most));
  return query;
}

}  // namespace

Result<Query> query_from_url(Call& call, const ResourceType& type) {
  Given given;
  const auto text = [&](const char* name) {
    const std::string* value = call.query(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  };
  given.filter = text("filter");
  given.sort_by = text("sortBy");
  given.sort_order = text("sortOrder");
  auto start = read_number(call.query("startIndex"), "startIndex");
  if (!start) return start.error();
  auto count = read_number(call.query("count"), "count");
  if (!count) return count.error();
  given.start = *start;
  given.count = *count;
  if (const auto names = text("attributes")) given.attributes = split_names(*names);
  if (const auto names = text("excludedAttributes")) given.excluded = split_names(*names);
  return judge(call, type, given, kUrlLimits);
}

Result<Query> query_from_body(Call& call, const ResourceType& type) {
  auto body = read_body(call);
  if (!body) return body.error();
  if (auto ok = check_message_schema(*body, kSearchUrn, call.tolerance); !ok) return ok.error();
  auto filter = read_string(*body, "filter");
  if (!filter) return filter.error();
  auto sort_by = read_string(*body, "sortBy");
  if (!sort_by) return sort_by.error();
  auto sort_order = read_string(*body, "sortOrder");
  if (!sort_order) return sort_order.error();
  auto start = read_integer(*body, "startIndex");
  if (!start) return start.error();
  auto count = read_integer(*body, "count");
  if (!count) return count.error();
  auto attributes = read_names(*body, "attributes");
  if (!attributes) return attributes.error();
  auto excluded = read_names(*body, "excludedAttributes");
  if (!excluded) return excluded.error();
  return judge(call, type, {*filter, *sort_by, *sort_order, *start, *count, *attributes, *excluded},
               kBodyLimits);
}

}  // namespace habilitd::scim
