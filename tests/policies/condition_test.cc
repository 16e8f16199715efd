#include "policies/condition.h"

#include "policies/reader.h"
#include "tests/policies/support.h"

namespace habilitd::policies {

std::ostream& operator<<(std::ostream& out, Truth truth) {
  return out << (truth == Truth::kTrue ? "true" : truth == Truth::kFalse ? "false" : "unknown");
}

}  // namespace habilitd::policies

namespace {

using namespace habilitd;
using namespace habilitd::policies;
using test::json;

constexpr auto T = Truth::kTrue;
constexpr auto F = Truth::kFalse;
constexpr auto U = Truth::kIndeterminate;

struct Row {
  const char* when;
  Truth expected;
};

Condition compiled(const char* when) {
  Problems problems;
  Condition condition = compile_condition(json(when), "/when", problems);
  BOOST_REQUIRE_MESSAGE(problems.empty(), when << problems.error("x").detail);
  return condition;
}

// subject.true, .false and .missing give the three truths.
const Facts& facts() {
  static const Facts kFacts = json(R"({
    "subject": {"true": true, "false": false, "null": null, "id": "u1", "empty": "", "age": 40,
                "half": 0.5, "names": ["a", "b"], "none": [], "mixed": ["a", 1], "deep": {"x": "y"},
                "born": "2026-03-08T10:19:14Z"},
    "target": {"id": "u1", "other": "u2", "empty": "", "names": ["b", "c"], "more": ["a", "b", "c"]},
    "resource": {}, "role": null, "context": {"literal": "subject.id"}})");
  return kFacts;
}

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.when) {
      BOOST_TEST(evaluate(compiled(row.when), facts()) == row.expected);
    }
  }
}

std::string atom(Truth truth) {
  const std::string name = truth == T ? "true" : truth == F ? "false" : "missing";
  return R"({"eq":["subject.)" + name + R"(",true]})";
}

BOOST_AUTO_TEST_SUITE(condition)

BOOST_AUTO_TEST_CASE(all_any_and_not_follow_three_valued_logic_in_either_order) {
  struct Pair {
    Truth a, b, all, any;
  };
  const Pair pairs[] = {{T, T, T, T}, {T, F, F, T}, {F, F, F, F},
                        {T, U, U, T}, {F, U, F, U}, {U, U, U, U}};
  for (const Pair& p : pairs) {
    for (const auto& arms : {atom(p.a) + "," + atom(p.b), atom(p.b) + "," + atom(p.a)}) {
      BOOST_TEST_CONTEXT(arms) {
        const std::string all = "{\"all\":[" + arms + "]}";
        const std::string any = "{\"any\":[" + arms + "]}";
        BOOST_TEST(evaluate(compiled(all.c_str()), facts()) == p.all);
        BOOST_TEST(evaluate(compiled(any.c_str()), facts()) == p.any);
      }
    }
  }
  BOOST_TEST(evaluate(compiled(("{\"not\":" + atom(T) + "}").c_str()), facts()) == F);
  BOOST_TEST(evaluate(compiled(("{\"not\":" + atom(F) + "}").c_str()), facts()) == T);
  BOOST_TEST(evaluate(compiled(("{\"not\":" + atom(U) + "}").c_str()), facts()) == U);
}

BOOST_AUTO_TEST_CASE(known_is_never_indeterminate) {
  check({{R"({"known":["subject"]})", T},
         {R"({"known":["role"]})", F},
         {R"({"known":["request"]})", F},
         {R"({"known":["resource"]})", T},
         {R"({"known":["subject.id"]})", T},
         {R"({"known":["subject.false"]})", T},
         {R"({"known":["subject.null"]})", F},
         {R"({"known":["subject.missing"]})", F},
         {R"({"known":["subject.id.x"]})", F},
         {R"({"known":["subject.deep.x"]})", T}});
}

BOOST_AUTO_TEST_CASE(equality_needs_two_values_of_one_type) {
  check({{R"({"eq":["subject.id","u1"]})", T},
         {R"({"eq":["u1","subject.id"]})", T},
         {R"({"eq":["subject.id","U1"]})", F},
         {R"({"eq":["subject.id","target.id"]})", T},
         {R"({"eq":["subject.age",40]})", T},
         {R"({"eq":["subject.age",40.0]})", T},
         {R"({"eq":["subject.age","40"]})", U},
         {R"({"eq":["subject.true",1]})", U},
         {R"({"eq":["subject.false",false]})", T},
         {R"({"eq":["subject.null",false]})", U},
         {R"({"eq":["subject.missing","x"]})", U},
         {R"({"eq":["request.state","x"]})", U},
         {R"({"eq":["subject.names","a"]})", U},
         {R"({"eq":["subject.deep.x","y"]})", T}});
}

BOOST_AUTO_TEST_CASE(the_same_person_is_known_by_an_id_that_is_not_empty) {
  check({{R"({"same":["subject.id","target.id"]})", T},
         {R"({"same":["subject.id","target.other"]})", F},
         {R"({"same":["subject.empty","target.empty"]})", U},
         {R"({"same":["subject.age","subject.age"]})", U},
         {R"({"same":["subject.missing","target.missing"]})", U}});
}

BOOST_AUTO_TEST_CASE(membership_is_indeterminate_only_when_no_element_matches) {
  check({{R"({"in":["subject.id",["u1","u2"]]})", T},
         {R"({"in":["subject.id","subject.names"]})", F},
         {R"({"in":["a","subject.names"]})", T},
         {R"({"in":["a","subject.none"]})", F},
         {R"({"in":["a","subject.mixed"]})", T},
         {R"({"in":["b","subject.mixed"]})", U},
         {R"({"in":["a","subject.missing"]})", U},
         {R"({"in":["a","subject.id"]})", U},
         {R"({"in":["subject.names","subject.names"]})", U},
         {R"({"contains":["subject.names","b"]})", T},
         {R"({"contains":["subject.names","z"]})", F},
         {R"({"contains":[["u1"],"subject.id"]})", T},
         {R"({"contains":["subject.missing","b"]})", U}});
}

BOOST_AUTO_TEST_CASE(lists_are_compared_as_sets) {
  check({{R"({"subset":["subject.names","target.more"]})", T},
         {R"({"subset":["subject.names","target.names"]})", F},
         {R"({"subset":["subject.none","target.names"]})", T},
         {R"({"subset":["subject.none","subject.none"]})", T},
         {R"({"subset":["subject.none","target.missing"]})", U},
         {R"({"subset":["subject.missing","target.names"]})", U},
         {R"({"subset":["subject.mixed","target.more"]})", U},
         {R"({"subset":["subject.mixed","target.names"]})", F},
         {R"({"intersects":["subject.names","target.names"]})", T},
         {R"({"intersects":["subject.names",["z"]]})", F},
         {R"({"intersects":["subject.none","target.names"]})", F},
         {R"({"intersects":["subject.none","target.missing"]})", U},
         {R"({"intersects":["subject.missing","target.names"]})", U},
         {R"({"intersects":["subject.id","target.names"]})", U},
         {R"({"intersects":["subject.mixed",["z"]]})", U}});
}

BOOST_AUTO_TEST_CASE(order_is_for_numbers) {
  check({{R"({"lt":["subject.age",41]})", T},
         {R"({"lt":["subject.age",40]})", F},
         {R"({"le":["subject.age",40]})", T},
         {R"({"le":["subject.age",39]})", F},
         {R"({"gt":["subject.age",39]})", T},
         {R"({"gt":["subject.age",40]})", F},
         {R"({"ge":["subject.age",40]})", T},
         {R"({"ge":["subject.age",41]})", F},
         {R"({"lt":["subject.half",1]})", T},
         {R"({"gt":["subject.age",-1]})", T},
         {R"({"lt":["subject.id",41]})", U},
         {R"({"lt":["subject.missing",41]})", U},
         {R"({"lt":["subject.true",41]})", U}});
}

BOOST_AUTO_TEST_CASE(before_and_after_are_strict_and_know_offsets) {
  check({{R"({"before":["subject.born","2026-03-08T10:19:15Z"]})", T},
         {R"({"before":["subject.born","2026-03-08T10:19:14Z"]})", F},
         {R"({"after":["subject.born","2026-03-08T10:19:14Z"]})", F},
         {R"({"after":["subject.born","2026-03-08T10:19:13Z"]})", T},
         {R"({"before":["subject.born","2026-03-08T11:19:15+01:00"]})", T},
         {R"({"before":["subject.id","2026-03-08T10:19:15Z"]})", U},
         {R"({"before":["subject.missing","2026-03-08T10:19:15Z"]})", U},
         {R"({"after":["subject.age","2026-03-08T10:19:15Z"]})", U}});
}

BOOST_AUTO_TEST_CASE(a_literal_that_looks_like_a_path_is_written_as_a_value) {
  check({{R"({"eq":["context.literal",{"value":"subject.id"}]})", T},
         {R"({"eq":["context.literal","subject.id"]})", F},
         {R"({"in":["context.literal",["subject.id"]]})", T},
         {R"({"eq":["subject.id",{"value":"u1"}]})", T},
         {R"({"in":["subject.id",{"value":["u1"]}]})", T},
         {R"({"eq":["subject.id","example.org"]})", F}});
}

BOOST_AUTO_TEST_CASE(facts_of_any_shape_never_throw) {
  const auto condition =
      compiled(R"({"any":[{"eq":["subject.a.b","x"]},{"in":["role.id","target.roles"]},
    {"before":["context.now","request.due"]},{"lt":["subject.a",1]},{"known":["action.x"]}]})");
  for (const char* text :
       {"null", "[]", "1", "\"x\"", "{}", R"({"subject":[]})", R"({"subject":{"a":[1]}})",
        R"({"role":{"id":{}},"target":{"roles":[[],{},null]}})",
        R"({"context":{"now":"x"},"request":{"due":{}}})"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(evaluate(condition, json(text)) == U); }
  }
}

BOOST_AUTO_TEST_CASE(what_is_unknown_is_named_and_nothing_else) {
  std::vector<std::string> paths;
  collect_unknown(compiled(R"({"all":[{"eq":["subject.id","u1"]},{"eq":["subject.missing",1]},
    {"any":[{"eq":["subject.age","x"]},{"eq":["subject.id","no"]}]}]})"),
                  facts(), paths);
  BOOST_TEST(test::joined(paths) == "subject.missing subject.age");
  paths.clear();
  collect_unknown(compiled(R"({"any":[{"eq":["subject.id","u1"]},{"eq":["subject.missing",1]}]})"),
                  facts(), paths);
  BOOST_TEST(paths.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
