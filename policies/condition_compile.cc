#include <algorithm>
#include <array>

#include "policies/condition.h"
#include "policies/reader.h"

namespace habilitd::policies {

namespace {

// What an operand must be, as far as the file alone can tell.
enum class Kind { kScalar, kList, kNumber, kInstant, kPath };

struct Shape {
  std::string_view word;
  Operator op;
  Kind left, right;
};

constexpr std::array<Shape, 12> kComparisons = {{
    {"eq", Operator::kEq, Kind::kScalar, Kind::kScalar},
    {"same", Operator::kSame, Kind::kPath, Kind::kPath},
    {"in", Operator::kIn, Kind::kScalar, Kind::kList},
    {"contains", Operator::kContains, Kind::kList, Kind::kScalar},
    {"subset", Operator::kSubset, Kind::kList, Kind::kList},
    {"intersects", Operator::kIntersects, Kind::kList, Kind::kList},
    {"lt", Operator::kLt, Kind::kNumber, Kind::kNumber},
    {"le", Operator::kLe, Kind::kNumber, Kind::kNumber},
    {"gt", Operator::kGt, Kind::kNumber, Kind::kNumber},
    {"ge", Operator::kGe, Kind::kNumber, Kind::kNumber},
    {"before", Operator::kBefore, Kind::kInstant, Kind::kInstant},
    {"after", Operator::kAfter, Kind::kInstant, Kind::kInstant},
}};

constexpr std::array<std::string_view, 7> kEntities = {"subject", "target", "resource", "role",
                                                       "request", "action", "context"};

constexpr std::size_t kMaxPathMembers = 8;

bool is_entity(std::string_view text) {
  return std::find(kEntities.begin(), kEntities.end(), text) != kEntities.end();
}

bool looks_like_path(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  const auto dot = text.find('.');
  return dot != std::string::npos && is_entity(std::string_view(text).substr(0, dot));
}

std::vector<std::string> split_path(std::string_view text) {
  std::vector<std::string> members;
  for (;;) {
    const auto dot = text.find('.');
    members.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return members;
    text.remove_prefix(dot + 1);
  }
}

bool is_scalar(const Json& value) {
  return value.is_string() || value.is_number() || value.is_boolean();
}

bool is_list(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), is_scalar);
}

class Compiler {
 public:
  explicit Compiler(Problems& problems) : problems_(problems) {}

  Condition condition(const Json& json, const std::string& place, int depth) {
    if (depth > kMaxConditionDepth) {
      problems_.add(place, "deeper than " + std::to_string(kMaxConditionDepth));
      return {};
    }
    if (!json.is_object() || json.size() != 1) {
      problems_.add(place, "expected an object with one operator");
      return {};
    }
    const auto only = json.begin();
    const std::string& word = only.key();
    const Json& argument = only.value();
    const std::string inside = below(place, word);
    if (word == "all") return arms(Operator::kAll, argument, inside, depth);
    if (word == "any") return arms(Operator::kAny, argument, inside, depth);
    if (word == "not") return {Operator::kNot, {condition(argument, inside, depth + 1)}, {}};
    if (word == "known") return known(argument, inside);
    for (const Shape& shape : kComparisons) {
      if (shape.word == word) return comparison(shape, argument, inside);
    }
    problems_.add(place, "unknown operator \"" + word + "\"");
    return {};
  }

 private:
  Condition arms(Operator op, const Json& list, const std::string& place, int depth) {
    Condition out{op, {}, {}};
    if (!list.is_array() || list.empty()) {
      problems_.add(place, "expected an array of one condition or more");
      return out;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      out.arms.push_back(condition(list[i], below(place, i), depth + 1));
    }
    return out;
  }

  Condition known(const Json& list, const std::string& place) {
    Condition out{Operator::kKnown, {}, {Operand{}}};
    if (!list.is_array() || list.size() != 1) {
      problems_.add(place, "expected one path");
    } else if (list[0].is_string() && is_entity(list[0].get_ref<const std::string&>())) {
      out.operands[0].path = {list[0]};
    } else {
      out.operands[0] = operand(list[0], below(place, 0), Kind::kPath);
    }
    return out;
  }

  Condition comparison(const Shape& shape, const Json& list, const std::string& place) {
    if (!list.is_array() || list.size() != 2) {
      problems_.add(place, "expected two operands");
      return {};
    }
    Condition out{shape.op, {}, {}};
    out.operands.push_back(operand(list[0], below(place, 0), shape.left));
    out.operands.push_back(operand(list[1], below(place, 1), shape.right));
    if (!looks_like_path(list[0]) && !looks_like_path(list[1]) && shape.left != Kind::kPath) {
      problems_.add(place,
                    "reads no attribute; a path starts with subject, target, resource, role, "
                    "request, action or context");
    }
    return out;
  }

  Operand operand(const Json& json, const std::string& place, Kind kind) {
    if (looks_like_path(json)) return path(json, place);
    Operand out;
    if (json.is_object()) {
      const bool forced = json.size() == 1 && json.contains("value");
      if (forced) out.literal = *json.find("value");
      if (!forced) problems_.add(place, "expected a path, a literal or {\"value\": literal}");
      if (!forced) return out;
    } else {
      out.literal = json;
    }
    check_literal(out, place, kind);
    return out;
  }

  Operand path(const Json& json, const std::string& place) {
    Operand out;
    out.path = split_path(json.get_ref<const std::string&>());
    const bool named = std::all_of(out.path.begin(), out.path.end(),
                                   [](const std::string& member) { return is_name(member); });
    if (!named || out.path.size() > kMaxPathMembers) {
      problems_.add(place, "not a path: " + dump(json) + "; write {\"value\": ...} for a literal");
    }
    return out;
  }

  void check_literal(Operand& operand, const std::string& place, Kind kind) {
    const Json& value = operand.literal;
    switch (kind) {
      case Kind::kPath:
        return problems_.add(place, "expected a path such as \"subject.id\"");
      case Kind::kScalar:
        if (!is_scalar(value)) problems_.add(place, "expected a string, a number or a boolean");
        return;
      case Kind::kList:
        if (!is_list(value))
          problems_.add(place, "expected a list of strings, numbers or booleans");
        return;
      case Kind::kNumber:
        if (!value.is_number()) problems_.add(place, "expected a number");
        return;
      case Kind::kInstant:
        return read_instant(operand, place);
    }
  }

  void read_instant(Operand& operand, const std::string& place) {
    if (operand.literal.is_string()) {
      auto instant = parse_rfc3339(operand.literal.get_ref<const std::string&>());
      if (instant.ok()) {
        operand.instant = *instant;
        return;
      }
    }
    problems_.add(place, "expected an RFC 3339 instant such as \"2026-03-08T10:19:14Z\"");
  }

  Problems& problems_;
};

}  // namespace

Condition compile_condition(const Json& json, const std::string& place, Problems& problems) {
  return Compiler(problems).condition(json, place, 1);
}

}  // namespace habilitd::policies
