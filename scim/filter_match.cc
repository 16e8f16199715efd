#include <algorithm>

#include "base/text.h"
#include "scim/filter_walk.h"

namespace habilitd::scim {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same_letter(char value, char folded) { return lower(value) == folded; }

bool order_holds(FilterOp op, int order) {
  switch (op) {
    case FilterOp::kGreater:
      return order > 0;
    case FilterOp::kGreaterEqual:
      return order >= 0;
    case FilterOp::kLess:
      return order < 0;
    case FilterOp::kLessEqual:
      return order <= 0;
    default:
      return order == 0;  // kEqual, kNotEqual
  }
}

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// As compare_plain on the folded value, without making it.
bool compare_ascii(FilterOp op, std::string_view value, std::string_view folded) {
  const auto equal_at = [&](std::size_t start) {
    return value.size() >= start + folded.size() &&
           std::equal(folded.begin(), folded.end(),
                      value.begin() + static_cast<std::ptrdiff_t>(start),
                      [](char f, char v) { return same_letter(v, f); });
  };
  switch (op) {
    case FilterOp::kContains:
      return std::search(value.begin(), value.end(), folded.begin(), folded.end(), same_letter) !=
                 value.end() ||
             folded.empty();
    case FilterOp::kStartsWith:
      return equal_at(0);
    case FilterOp::kEndsWith:
      return value.size() >= folded.size() && equal_at(value.size() - folded.size());
    case FilterOp::kEqual:
    case FilterOp::kNotEqual:
      return value.size() == folded.size() && equal_at(0);
    default:
      return order_holds(op, three_way(ascii_lower(value), std::string(folded)));
  }
}

bool compare_text(FilterOp op, std::string_view value, const Operand& operand, bool exact) {
  if (exact) return compare_plain(op, value, operand.text);
  if (is_ascii(value)) return compare_ascii(op, value, operand.folded);
  return compare_plain(op, fold(value), operand.folded);
}

bool present_in(const Accessor& resource, const Attribute& attribute, std::size_t element,
                const Attribute* sub) {
  if (sub || attribute.sub.empty()) return resource.get(attribute, element, sub).present();
  return std::any_of(attribute.sub.begin(), attribute.sub.end(), [&](const Attribute& part) {
    return resource.get(attribute, element, &part).present();
  });
}

// What a filter looks at: one resource.
class ValuesOf {
 public:
  explicit ValuesOf(const Accessor& resource) : resource_(resource) {}

  std::size_t count(const FilterNode& node) const { return resource_.count(*node.path.attribute); }
  bool any(const FilterNode& node, const std::size_t* only) const {
    return any_value(node, resource_, only);
  }
  static std::optional<bool> known(const FilterNode&) { return std::nullopt; }

 private:
  const Accessor& resource_;
};

}  // namespace

bool any_value(const FilterNode& node, const Accessor& resource, const std::size_t* only) {
  const Attribute& attribute = *node.path.attribute;
  const std::size_t first = only ? *only : 0;
  const std::size_t last = only ? *only + 1 : resource.count(attribute);
  for (std::size_t i = first; i < last; ++i) {
    if (node.op == FilterOp::kPresent) {
      if (present_in(resource, attribute, i, node.path.sub)) return true;
      continue;
    }
    const Scalar value = resource.get(attribute, i, node.path.sub);
    if (compare(node.op, value, node.operand, node.path.leaf().case_exact)) return true;
  }
  return false;
}

bool compare_plain(FilterOp op, std::string_view value, std::string_view operand) {
  switch (op) {
    case FilterOp::kContains:
      return value.find(operand) != std::string_view::npos;
    case FilterOp::kStartsWith:
      return value.starts_with(operand);
    case FilterOp::kEndsWith:
      return value.ends_with(operand);
    case FilterOp::kEqual:
    case FilterOp::kNotEqual:
      return value == operand;
    default:
      return order_holds(op, value.compare(operand));
  }
}

bool compare(FilterOp op, const Scalar& value, const Operand& operand, bool exact) {
  switch (value.kind) {
    case Scalar::Kind::kAbsent:
      return false;
    case Scalar::Kind::kText:
      return operand.kind == Operand::Kind::kText && compare_text(op, value.text, operand, exact);
    case Scalar::Kind::kBool:
      return operand.kind == Operand::Kind::kBool && value.flag == operand.flag;
    case Scalar::Kind::kNumber:
      return operand.kind == Operand::Kind::kNumber &&
             order_holds(op, three_way(value.number, operand.number));
    case Scalar::Kind::kInstant:
      return operand.kind == Operand::Kind::kInstant &&
             order_holds(op, three_way(value.instant, operand.instant));
  }
  return false;
}

bool matches(const FilterNode& filter, const Accessor& resource) {
  ValuesOf values(resource);
  return holds(filter, values);
}

bool element_matches(const FilterNode& filter, const Accessor& resource, std::size_t element) {
  ValuesOf values(resource);
  return holds(filter, values, &element);
}

}  // namespace habilitd::scim
