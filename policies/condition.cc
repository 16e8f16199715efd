#include "policies/condition.h"

namespace habilitd::policies {

namespace {

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth negate(Truth t) {
  if (t == Truth::kIndeterminate) return t;
  return truth(t == Truth::kFalse);
}

bool is_comparable(const Json& a, const Json& b) {
  return (a.is_string() && b.is_string()) || (a.is_number() && b.is_number()) ||
         (a.is_boolean() && b.is_boolean());
}

Truth equal(const Json& a, const Json& b) {
  return is_comparable(a, b) ? truth(a == b) : Truth::kIndeterminate;
}

Truth same(const Json& a, const Json& b) {
  if (!a.is_string() || !b.is_string()) return Truth::kIndeterminate;
  // Two empty ids are two unknown people, not one.
  if (a.get_ref<const std::string&>().empty()) return Truth::kIndeterminate;
  return truth(a == b);
}

// The disjunction of `test` over a list's elements.
template <class Test>
Truth any_element(const Json& list, const Test& test) {
  if (!list.is_array()) return Truth::kIndeterminate;
  Truth result = Truth::kFalse;
  for (const Json& element : list) {
    const Truth t = test(element);
    if (t == Truth::kTrue) return t;
    if (t == Truth::kIndeterminate) result = t;
  }
  return result;
}

Truth member(const Json& value, const Json& list) {
  if (!value.is_primitive()) return Truth::kIndeterminate;
  return any_element(list, [&](const Json& element) { return equal(value, element); });
}

Truth intersects(const Json& a, const Json& b) {
  if (!b.is_array()) return Truth::kIndeterminate;
  return any_element(a, [&](const Json& element) { return member(element, b); });
}

Truth subset(const Json& a, const Json& b) {
  if (!b.is_array()) return Truth::kIndeterminate;
  return negate(any_element(a, [&](const Json& element) { return negate(member(element, b)); }));
}

Truth compare_numbers(Operator op, const Json& a, const Json& b) {
  if (!a.is_number() || !b.is_number()) return Truth::kIndeterminate;
  switch (op) {
    case Operator::kLt:
      return truth(a < b);
    case Operator::kLe:
      return truth(a <= b);
    case Operator::kGt:
      return truth(a > b);
    default:
      return truth(a >= b);
  }
}

std::optional<Instant> instant_of(const Operand& operand, const Json& value) {
  if (operand.instant) return operand.instant;
  if (!value.is_string()) return std::nullopt;
  auto parsed = parse_rfc3339(value.get_ref<const std::string&>());
  return parsed.ok() ? std::optional(*parsed) : std::nullopt;
}

Truth compare_instants(const Condition& condition, const Json& a, const Json& b) {
  const auto left = instant_of(condition.operands[0], a);
  const auto right = instant_of(condition.operands[1], b);
  if (!left || !right) return Truth::kIndeterminate;
  return truth(condition.op == Operator::kBefore ? *left < *right : *left > *right);
}

Truth compare(const Condition& condition, const Json& a, const Json& b) {
  switch (condition.op) {
    case Operator::kEq:
      return equal(a, b);
    case Operator::kSame:
      return same(a, b);
    case Operator::kIn:
      return member(a, b);
    case Operator::kContains:
      return member(b, a);
    case Operator::kSubset:
      return subset(a, b);
    case Operator::kIntersects:
      return intersects(a, b);
    case Operator::kBefore:
    case Operator::kAfter:
      return compare_instants(condition, a, b);
    default:
      return compare_numbers(condition.op, a, b);
  }
}

// `all` stops at a false arm, `any` at a true one; an indeterminate arm counts only without it.
Truth evaluate_arms(const Condition& condition, const Facts& facts) {
  const Truth stop = condition.op == Operator::kAll ? Truth::kFalse : Truth::kTrue;
  Truth result = negate(stop);
  for (const Condition& arm : condition.arms) {
    const Truth t = evaluate(arm, facts);
    if (t == stop) return t;
    if (t == Truth::kIndeterminate) result = t;
  }
  return result;
}

// The comparison's own operands that are to blame: the missing ones, else all (a wrong type).
void collect_blame(const Condition& condition, const Facts& facts,
                   std::vector<std::string>& paths) {
  const auto start = paths.size();
  for (const Operand& operand : condition.operands) {
    if (operand.is_path() && value_of(operand, facts) == nullptr) paths.push_back(operand.text());
  }
  if (paths.size() > start) return;
  for (const Operand& operand : condition.operands) {
    if (operand.is_path()) paths.push_back(operand.text());
  }
}

}  // namespace

std::string Operand::text() const {
  if (!is_path()) return dump(literal);
  std::string out = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) out += "." + path[i];
  return out;
}

const Json* value_of(const Operand& operand, const Facts& facts) {
  if (!operand.is_path()) return &operand.literal;
  const Json* value = &facts;
  for (const std::string& member_name : operand.path) {
    if (!value->is_object()) return nullptr;
    const auto it = value->find(member_name);
    if (it == value->end() || it->is_null()) return nullptr;
    value = &*it;
  }
  return value;
}

Truth evaluate(const Condition& condition, const Facts& facts) {
  switch (condition.op) {
    case Operator::kAll:
    case Operator::kAny:
      return evaluate_arms(condition, facts);
    case Operator::kNot:
      return negate(evaluate(condition.arms.front(), facts));
    case Operator::kKnown:
      return truth(value_of(condition.operands.front(), facts) != nullptr);
    default: {
      const Json* a = value_of(condition.operands[0], facts);
      const Json* b = value_of(condition.operands[1], facts);
      if (a == nullptr || b == nullptr) return Truth::kIndeterminate;
      return compare(condition, *a, *b);
    }
  }
}

void collect_unknown(const Condition& condition, const Facts& facts,
                     std::vector<std::string>& paths) {
  if (evaluate(condition, facts) != Truth::kIndeterminate) return;
  for (const Condition& arm : condition.arms) collect_unknown(arm, facts, paths);
  if (condition.arms.empty()) collect_blame(condition, facts, paths);
}

void collect_operands(const Condition& condition, std::vector<const Operand*>& operands) {
  for (const Condition& arm : condition.arms) collect_operands(arm, operands);
  for (const Operand& operand : condition.operands) {
    if (operand.is_path()) operands.push_back(&operand);
  }
}

}  // namespace habilitd::policies
