#include "scim/query.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "scim/errors.h"
#include "scim/normalise.h"
#include "scim/order.h"
#include "scim/projection.h"

namespace habilitd::scim {
namespace {

constexpr std::string_view kSearchUrn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
constexpr FilterLimits kUrlLimits{4096, 48, 2000}, kBodyLimits{100 * 1024, 48, 2000};

// What was given, before it is judged; the same for URLs and bodies.
struct Given {
  std::optional<std::string> filter, sort_by, sort_order, cursor;
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

// Of several types it is enough that one has the attribute.
Status add_order(const Given& given, Query& query) {
  if (given.sort_order) {
    query.descending = same_name(*given.sort_order, "descending");
    if (!query.descending && !same_name(*given.sort_order, "ascending")) {
      return invalid_value("\"sortOrder\" is ascending or descending.");
    }
  }
  if (!given.sort_by) {
    query.descending = false;
    for (Query::Part& part : query.parts) part.sort_by = order_of_creation(*part.type);
    return done();
  }
  std::optional<Error> unknown;
  for (Query::Part& part : query.parts) {
    auto path = sort_path(*part.type, *given.sort_by);
    if (path) {
      part.sort_by = *path;
      query.sorted = true;
    } else {
      unknown = path.error();
    }
  }
  query.sort_text = *given.sort_by;
  return query.sorted ? done() : Status(*unknown);
}

// A filter that compares an attribute of one type may be ill-typed for another: it matches nothing
// there. One that suits no type is refused.
Status add_filter(Call& call, bool root, const Given& given, const FilterLimits& limits,
                  Query& query) {
  if (!given.filter) return done();
  query.filter_text = *given.filter;
  std::optional<Error> refused;
  bool any = false;
  for (Query::Part& part : query.parts) {
    auto filter = parse_filter(*given.filter, {*part.type, &call.tolerance, root, limits});
    if (filter) {
      part.filter = *std::move(filter);
      any = true;
    } else {
      part.filter = FilterNode();
      refused = filter.error();
    }
  }
  return any ? done() : Status(*refused);
}

Status add_page(const Call& call, const Given& given, Query& query) {
  const auto most = static_cast<long long>(call.settings.max_results);
  const auto standard = static_cast<long long>(call.settings.default_count);
  query.cursor = given.cursor;
  if (given.cursor && given.start) {
    return invalid_value("\"startIndex\" and \"cursor\" exclude each other.");
  }
  if (given.cursor && given.count && *given.count > most) {
    return invalid("invalidCount", "\"count\" is at most " + std::to_string(most) + ".");
  }
  query.start = static_cast<std::size_t>(std::max(given.start.value_or(1), 1LL));
  query.count = static_cast<std::size_t>(std::clamp(given.count.value_or(standard), 0LL, most));
  return done();
}

Result<Query> judge(Call& call, const Scope& scope, const Given& given,
                    const FilterLimits& limits) {
  Query query;
  for (const ResourceType* type : scope.types) query.parts.push_back({type, {}, {}, {}});
  if (auto ok = add_filter(call, scope.root, given, limits, query); !ok) return ok.error();
  if (auto ok = add_order(given, query); !ok) return ok.error();
  for (Query::Part& part : query.parts) {
    auto shown = parse_projection(*part.type, given.attributes, given.excluded);
    if (!shown) return shown.error();
    part.shown = *shown;
  }
  if (auto ok = add_page(call, given, query); !ok) return ok.error();
  return query;
}

// Next to a cursor, RFC 9865 has a word of its own for it.
Error about_count(const Error& error, const Given& given) {
  return given.cursor ? invalid("invalidCount", error.detail) : error;
}

}  // namespace

bool Query::filters() const {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return part.filter.has_value(); });
}

std::string Query::key() const {
  std::string key;
  for (const Part& part : parts) key += part.type->name() + ',';
  for (const std::string& text : {filter_text, sort_text}) {
    key += std::to_string(text.size()) + ':' + text;
  }
  // An empty filter is refused; none at all is something else.
  key += filters() ? 'f' : '-';
  return key + (sorted ? descending ? 'd' : 'a' : '-');
}

Result<Query> query_from_url(Call& call, const Scope& scope) {
  Given given;
  const auto text = [&](const char* name) {
    const std::string* value = call.query(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  };
  given.filter = text("filter");
  given.sort_by = text("sortBy");
  given.sort_order = text("sortOrder");
  given.cursor = text("cursor");
  auto start = read_number(call.query("startIndex"), "startIndex");
  if (!start) return start.error();
  auto count = read_number(call.query("count"), "count");
  if (!count) return about_count(count.error(), given);
  given.start = *start;
  given.count = *count;
  if (const auto names = text("attributes")) given.attributes = split_names(*names);
  if (const auto names = text("excludedAttributes")) given.excluded = split_names(*names);
  return judge(call, scope, given, kUrlLimits);
}

Result<Query> query_from_body(Call& call, const Scope& scope) {
  auto body = read_body(call);
  if (!body) return body.error();
  if (auto ok = check_message_schema(*body, kSearchUrn, call.tolerance); !ok) return ok.error();
  Given given;
  using Member = std::optional<std::string> Given::*;
  for (const auto& [name, member] : {std::pair<const char*, Member>{"filter", &Given::filter},
                                     {"sortBy", &Given::sort_by},
                                     {"sortOrder", &Given::sort_order},
                                     {"cursor", &Given::cursor}}) {
    auto text = read_string(*body, name);
    if (!text) return text.error();
    given.*member = *std::move(text);
  }
  auto start = read_integer(*body, "startIndex");
  if (!start) return start.error();
  auto count = read_integer(*body, "count");
  if (!count) return about_count(count.error(), given);
  auto attributes = read_names(*body, "attributes");
  if (!attributes) return attributes.error();
  auto excluded = read_names(*body, "excludedAttributes");
  if (!excluded) return excluded.error();
  given.start = *start;
  given.count = *count;
  given.attributes = *std::move(attributes);
  given.excluded = *std::move(excluded);
  return judge(call, scope, given, kBodyLimits);
}

}  // namespace habilitd::scim
