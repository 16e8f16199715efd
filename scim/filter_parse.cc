// The grammar of RFC 7644 figure 1, and the types of section 3.4.2.2's tables.
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "scim/filter.h"
#include "scim/filter_scanner.h"
#include "scim/json_text.h"

namespace habilitd::scim {
namespace {

struct OpWord {
  std::string_view word;
  FilterOp op;
};
constexpr std::array<OpWord, 9> kComparisons{{{"eq", FilterOp::kEqual},
                                              {"ne", FilterOp::kNotEqual},
                                              {"co", FilterOp::kContains},
                                              {"sw", FilterOp::kStartsWith},
                                              {"ew", FilterOp::kEndsWith},
                                              {"gt", FilterOp::kGreater},
                                              {"ge", FilterOp::kGreaterEqual},
                                              {"lt", FilterOp::kLess},
                                              {"le", FilterOp::kLessEqual}}};

bool is_substring(FilterOp op) {
  return op == FilterOp::kContains || op == FilterOp::kStartsWith || op == FilterOp::kEndsWith;
}
bool is_order(FilterOp op) { return op >= FilterOp::kGreater && op <= FilterOp::kLessEqual; }

// A value as it is written, before the attribute's type is known.
struct Literal {
  Operand::Kind kind = Operand::Kind::kNull;
  std::string text;
  bool flag = false;
  double number = 0;
};

Result<Literal> read_literal(std::string_view raw, const FilterScanner& scanner) {
  Literal literal;
  if (raw.empty()) return scanner.error("a value is missing");
  if (raw == "null") return literal;
  if (raw == "true" || raw == "false") {
    literal.kind = Operand::Kind::kBool;
    literal.flag = raw == "true";
    return literal;
  }
  if (raw.front() == '"') {
    auto text = unescape_json(raw.substr(1, raw.size() - 2));
    if (!text) return scanner.error("a string with a bad escape");
    literal.kind = Operand::Kind::kText;
    literal.text = std::move(*text);
    return literal;
  }
  const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), literal.number);
  if (read.ec != std::errc() || read.ptr != raw.data() + raw.size() ||
      !std::isfinite(literal.number) || raw.front() == '.') {
    return scanner.error("strings are written in double quotes");
  }
  literal.kind = Operand::Kind::kNumber;
  return literal;
}

class Parser {
 public:
  Parser(std::string_view text, const FilterContext& context) : scan_(text), context_(context) {}

  Result<FilterNode> whole() {
    auto node = disjunction();
    if (!node) return node;
    scan_.skip_spaces();
    if (!scan_.at_end()) return scan_.error("\"and\", \"or\" or the end is expected");
    return node;
  }

  Result<PatchPath> patch_path();

 private:
  using Chain = Result<FilterNode> (Parser::*)();

  // term word term word term ... as one node, so that a long chain needs no stack.
  Result<FilterNode> chain(Chain part, std::string_view word, FilterOp op) {
    auto first = (this->*part)();
    if (!first) return first;
    FilterNode all;
    all.op = op;
    all.children.push_back(*std::move(first));
    for (scan_.skip_spaces(); scan_.take_word(word); scan_.skip_spaces()) {
      auto next = (this->*part)();
      if (!next) return next;
      all.children.push_back(*std::move(next));
    }
    if (all.children.size() == 1) return std::move(all.children.front());
    return all;
  }

  Result<FilterNode> disjunction() { return chain(&Parser::conjunction, "or", FilterOp::kOr); }
  Result<FilterNode> conjunction() { return chain(&Parser::term, "and", FilterOp::kAnd); }

  Result<FilterNode> term() {
    scan_.skip_spaces();
    if (scan_.peek() == '(') return group();
    if (scan_.take_word("not")) {
      scan_.skip_spaces();
      if (scan_.peek() != '(') return scan_.error("\"not\" is followed by \"(\"");
      auto inner = group();
      if (!inner) return inner;
      FilterNode node;
      node.op = FilterOp::kNot;
      node.children.push_back(*std::move(inner));
      return node;
    }
    return comparison_or_element();
  }

  Result<FilterNode> group() {
    if (++depth_ > context_.limits.depth) return scan_.error("parentheses are nested too deep");
    scan_.take('(');
    auto inner = disjunction();
    if (!inner) return inner;
    scan_.skip_spaces();
    if (!scan_.take(')')) return scan_.error("\")\" is missing");
    --depth_;
    return inner;
  }

  Result<FilterNode> comparison_or_element() {
    if (++terms_ > context_.limits.terms) {
      return invalid("tooMany", "The filter has too many terms.");
    }
    const std::string_view name = scan_.name();
    if (name.empty()) return scan_.error("an attribute name is expected");
    auto path = resolve(name);
    if (!path) return path.error();
    if (scan_.peek() == '[') return element(*path);
    return comparison(*path);
  }

  // Without an attribute in the result: unknown here, and that is allowed.
  Result<Path> resolve(std::string_view name) {
    if (element_) return resolve_within_element(name);
    auto path = context_.type.resolve(name);
    if (path && path->attribute) {
      if (path->leaf().returned != Returned::kNever) return *path;
      return scan_.error("\"" + std::string(name) + "\" cannot be searched");
    }
    if (context_.unknown_is_false) return Path{};
    return scan_.error("there is no attribute \"" + std::string(name) + "\"");
  }

  Result<Path> resolve_within_element(std::string_view name) {
    Path path = *element_;
    path.sub = element_->attribute ? element_->attribute->find_sub(name) : nullptr;
    if (path.sub || context_.unknown_is_false) return path;
    return scan_.error("there is no sub-attribute \"" + std::string(name) + "\"");
  }

  Result<FilterNode> element(const Path& path) {
    if (element_) return scan_.error("brackets cannot be nested");
    if (path.attribute && (path.sub || path.attribute->type != Type::kComplex)) {
      return scan_.error("brackets follow a complex attribute");
    }
    auto inner = bracketed(path);
    if (!inner) return inner;
    FilterNode node;
    node.op = path.attribute ? FilterOp::kElement : FilterOp::kNever;
    node.path = path;
    if (scan_.take('.')) {
      auto compared = after_brackets(path);
      if (!compared) return compared;
      FilterNode both;
      both.op = FilterOp::kAnd;
      both.children.push_back(*std::move(inner));
      both.children.push_back(*std::move(compared));
      node.children.push_back(std::move(both));
    } else {
      node.children.push_back(*std::move(inner));
    }
    return node;
  }

  Result<FilterNode> bracketed(const Path& path) {
    scan_.take('[');
    element_ = path;
    auto inner = disjunction();
    element_.reset();
    if (!inner) return inner;
    scan_.skip_spaces();
    if (!scan_.take(']')) return scan_.error("\"]\" is missing");
    return inner;
  }

  // .value eq "x" after emails[...]
  Result<FilterNode> after_brackets(const Path& path) {
    element_ = path;
    const std::string_view name = scan_.name();
    auto sub = resolve_within_element(name);
    auto compared = sub ? comparison(*sub) : Result<FilterNode>(sub.error());
    element_.reset();
    return compared;
  }

  Result<FilterNode> comparison(Path path) {
    scan_.skip_spaces();
    FilterNode node;
    const bool known = path.attribute && (path.sub || !element_);
    if (scan_.take_word("pr")) {
      node.op = known ? FilterOp::kPresent : FilterOp::kNever;
      node.path = path;
      return node;
    }
    const auto op = take_operator();
    if (!op) return scan_.error("an operator is expected");
    scan_.skip_spaces();
    auto literal = read_literal(scan_.raw_value(), scan_);
    if (!literal) return literal.error();
    if (!known) return node;  // kNever
    if (path.leaf().type == Type::kComplex && literal->kind != Operand::Kind::kNull) {
      path.sub = path.attribute->value_sub();
      if (!path.sub) return scan_.error("a complex attribute needs a sub-attribute");
    }
    return typed(*op, path, *std::move(literal));
  }

  // The operator may touch its string: members[value eq"..."] stands in the RFC itself.
  std::optional<FilterOp> take_operator() {
    for (const OpWord& candidate : kComparisons) {
      if (scan_.take_word(candidate.word)) return candidate.op;
    }
    return std::nullopt;
  }

  Result<FilterNode> typed(FilterOp op, const Path& path, Literal literal) {
    FilterNode node;
    node.op = op;
    node.path = path;
    if (literal.kind == Operand::Kind::kNull) return null_comparison(std::move(node));
    auto operand = operand_for(path.leaf(), std::move(literal));
    if (!operand) return operand.error();
    node.operand = *std::move(operand);
    const Type type = path.leaf().type;
    if (is_order(op) && (type == Type::kBoolean || type == Type::kBinary)) {
      return scan_.error("values of this type have no order");
    }
    if (is_substring(op) && node.operand.kind != Operand::Kind::kText) {
      return scan_.error("this operator is for strings");
    }
    return node;
  }

  Result<FilterNode> null_comparison(FilterNode node) {
    if (node.op != FilterOp::kEqual && node.op != FilterOp::kNotEqual) {
      return scan_.error("null is compared with eq or ne only");
    }
    FilterNode present;
    present.op = FilterOp::kPresent;
    present.path = node.path;
    if (node.op == FilterOp::kNotEqual) return present;
    node.op = FilterOp::kNot;
    node.path = {};
    node.children.push_back(std::move(present));
    return node;
  }

  Result<Operand> operand_for(const Attribute& leaf, Literal literal) {
    switch (leaf.type) {
      case Type::kBoolean:
        return boolean_operand(literal);
      case Type::kInteger:
      case Type::kDecimal:
        return number_operand(literal);
      case Type::kDateTime:
        return instant_operand(literal);
      default:
        return text_operand(leaf, std::move(literal));
    }
  }

  Result<Operand> boolean_operand(const Literal& literal) {
    Operand operand;
    operand.kind = Operand::Kind::kBool;
    operand.flag = literal.flag;
    if (literal.kind == Operand::Kind::kBool) return operand;
    const bool is_true = same_name(literal.text, "true");
    if (literal.kind == Operand::Kind::kText && (is_true || same_name(literal.text, "false")) &&
        context_.tolerance && context_.tolerance->accept(Quirk::kStringBoolean)) {
      operand.flag = is_true;
      return operand;
    }
    return scan_.error("true or false is expected");
  }

  Result<Operand> number_operand(const Literal& literal) {
    if (literal.kind != Operand::Kind::kNumber) return scan_.error("a number is expected");
    Operand operand;
    operand.kind = Operand::Kind::kNumber;
    operand.number = literal.number;
    return operand;
  }

  Result<Operand> instant_operand(const Literal& literal) {
    auto instant = parse_rfc3339(literal.text);
    if (literal.kind != Operand::Kind::kText || !instant) {
      return scan_.error("a date and time such as \"2026-03-08T10:19:14Z\" is expected");
    }
    Operand operand;
    operand.kind = Operand::Kind::kInstant;
    operand.instant = *instant;
    return operand;
  }

  Result<Operand> text_operand(const Attribute& leaf, Literal literal) {
    if (literal.kind != Operand::Kind::kText) return scan_.error("a string is expected");
    Operand operand;
    operand.kind = Operand::Kind::kText;
    operand.text = std::move(literal.text);
    if (!leaf.case_exact) operand.folded = fold(operand.text);
    return operand;
  }

  FilterScanner scan_;
  const FilterContext& context_;
  std::optional<Path> element_;  // set within brackets
  std::size_t depth_ = 0, terms_ = 0;
};

Error path_error(const std::string& what) { return invalid("invalidPath", what); }

Result<PatchPath> Parser::patch_path() {
  const std::string name(scan_.name());
  auto path = context_.type.resolve(name);
  if (!path) return path_error("There is nothing called \"" + name + "\".");
  PatchPath found{*path, std::nullopt};
  if (scan_.peek() == '[') {
    if (!path->attribute || path->sub || !path->attribute->multi_valued ||
        path->attribute->type != Type::kComplex) {
      return path_error("Brackets follow a complex attribute with several values.");
    }
    auto filter = bracketed(*path);
    if (!filter) return filter.error();
    found.filter = *std::move(filter);
    if (scan_.take('.')) {
      const std::string sub(scan_.name());
      found.path.sub = path->attribute->find_sub(sub);
      if (!found.path.sub) return path_error("There is no sub-attribute \"" + sub + "\".");
    }
  }
  if (!scan_.at_end()) return path_error("The path ends in something else than an attribute.");
  return found;
}

Status check_text(std::string_view text, const FilterLimits& limits) {
  if (text.size() > limits.bytes) return invalid("tooMany", "The filter is too long.");
  if (!is_valid_utf8(text)) return invalid("invalidFilter", "The filter is not UTF-8.");
  return done();
}

}  // namespace

Result<FilterNode> parse_filter(std::string_view text, const FilterContext& context) {
  if (auto ok = check_text(text, context.limits); !ok) return ok.error();
  return Parser(text, context).whole();
}

Result<PatchPath> parse_patch_path(std::string_view text, const FilterContext& context) {
  if (auto ok = check_text(text, context.limits); !ok) return ok.error();
  return Parser(text, context).patch_path();
}

}  // namespace habilitd::scim
