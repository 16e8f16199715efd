#include "policies/authzen.h"

#include "policies/authzen_fixture.h"
#include "tests/policies/support.h"

namespace {

using namespace habilitd;
using namespace habilitd::policies;
using namespace habilitd::policies::test;

constexpr std::string_view kKey = "a key for tokens";

const char* const kAliceReads = R"({"subject":{"type":"user","id":"alice"},"action":{"name":"read"},
  "resource":{"type":"record","id":"record-1"}})";

const Policy& fixture() {
  static const PolicyPtr kPolicy = policy_of(shipped("authzen-fixture.json"));
  return *kPolicy;
}

Evaluate by_fixture() {
  return [](const AuthzenQuery& query) -> Result<Decision> {
    return decide_fixture(fixture(), query);
  };
}

Json patched(const char* text, const char* patch) {
  Json out = json(text);
  out.merge_patch(json(patch));
  return out;
}

bool decided(const Json& request) {
  const auto query = parse_evaluation(request);
  BOOST_REQUIRE_MESSAGE(query.ok(), (query.ok() ? "" : query.error().detail));
  return answer_evaluation(*query, by_fixture())->at("decision");
}

Json batch_answer(const Json& request) {
  const auto batch = parse_evaluations(request);
  BOOST_REQUIRE_MESSAGE(batch.ok(), (batch.ok() ? "" : batch.error().detail));
  return *answer_evaluations(*batch, by_fixture());
}

std::string decisions(const Json& answer) {
  std::string out;
  for (const auto& item : answer.at("evaluations"))
    out += item.at("decision").get<bool>() ? 'T' : 'F';
  return out;
}

Json found(SearchKind kind, const Json& request) {
  const auto search = parse_search(kind, request, kKey);
  BOOST_REQUIRE_MESSAGE(search.ok(), (search.ok() ? "" : search.error().detail));
  return *answer_search(*search, fixture_candidates(fixture(), *search), by_fixture(), kKey);
}

BOOST_AUTO_TEST_SUITE(authzen)

BOOST_AUTO_TEST_CASE(single_evaluations_decide_as_the_certification_asks) {
  struct Row {
    const char* name;
    const char* patch;
    bool expected;
  };
  const Row rows[] = {
      {"Z1", "{}", true},
      {"Z2", R"({"action":{"name":"write"}})", true},
      {"Z3", R"({"subject":{"id":"bob"}})", true},
      {"rule 4", R"({"subject":{"id":"bob"},"action":{"name":"write"}})", false},
      {"Z5",
       R"({"action":{"name":"write"},"resource":{"id":"record-2","properties":{"status":"archived"}}})",
       false},
      {"rule 5 by property alone",
       R"({"action":{"name":"write"},"resource":{"properties":{"status":"archived"}}})", false},
      {"Z6", R"({"subject":{"id":"bob","properties":{"role":"admin"}},"action":{"name":"write"},
        "resource":{"id":"record-2","properties":{"status":"archived"}}})",
       true},
      {"Z7", R"({"action":{"name":"delete","properties":{"soft":true}}})", true},
      {"rule 8", R"({"action":{"name":"delete","properties":{"soft":false}}})", false},
      {"Z9", R"({"context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"}})", true},
      {"Z11", R"({"foo":"bar","futureField":{"nested":true}})", true},
      {"unknown subject", R"({"subject":{"id":"carol"}})", false},
      {"unknown type", R"({"subject":{"type":"spaceship"}})", false},
      {"actions are no entities", R"({"subject":{"type":"actions","id":"read"}})", false},
      {"a decision sent is not one", R"({"decision":true,"action":{"name":"fly"}})", false},
      {"id is not a property",
       R"({"subject":{"id":"bob","properties":{"id":"alice"}},"action":{"name":"write"}})", false}};
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.name) {
      for (int i = 0; i < 20; ++i)
        BOOST_TEST(decided(patched(kAliceReads, row.patch)) == row.expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(malformed_evaluations_name_the_member) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"subject":null})", "subject: missing"},
      {R"({"action":null})", "action: missing"},
      {R"({"resource":null})", "resource: missing"},
      {R"({"subject":{"type":null}})", "subject.type: missing"},
      {R"({"subject":{"id":null}})", "subject.id: missing"},
      {R"({"action":{"name":null}})", "action.name: missing"},
      {R"({"resource":{"type":null}})", "resource.type: missing"},
      {R"({"resource":{"id":null}})", "resource.id: missing"},
      {R"({"subject":"alice"})", "subject: expected an object"},
      {R"({"action":{"name":123}})", "action.name: expected a text"},
      {R"({"subject":{"id":""}})", "subject.id: expected a text"},
      {R"({"resource":{"properties":[]}})", "resource.properties: expected an object"},
      {R"({"context":"now"})", "context: expected an object"}};
  for (const auto& [patch, detail] : rows) {
    BOOST_TEST_CONTEXT(patch) {
      for (const auto& error : {parse_evaluation(patched(kAliceReads, patch)).error(),
                                parse_evaluations(patched(kAliceReads, patch)).error()}) {
        BOOST_TEST((error.code == Errc::kInvalid));
        BOOST_TEST(error.detail == detail);
      }
    }
  }
  BOOST_TEST(!parse_evaluation(json("[]")).ok());
  BOOST_TEST(!parse_evaluations(json("1")).ok());
}

BOOST_AUTO_TEST_CASE(a_denial_says_why_and_a_permit_only_that) {
  BOOST_TEST(batch_answer(json(kAliceReads)) == json(R"({"decision":true})"));
  BOOST_TEST(batch_answer(patched(kAliceReads, R"({"subject":{"id":"carol"},"evaluations":[]})")) ==
             json(R"({"decision":false,"context":{"reason":"unknown-person","reason_user":{
               "fr":"Cette personne n'est pas connue.","en":"This person is not known."}}})"));
}

BOOST_AUTO_TEST_CASE(batches_take_whole_defaults_and_keep_their_order) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"evaluations":[
          {"resource":{"type":"record","id":"record-1"}},{"resource":{"type":"record","id":"record-2"}}]})",
       "TT"},
      {R"({"subject":{"type":"user","id":"bob"},"resource":{"type":"record","id":"record-1"},
          "evaluations":[{"action":{"name":"read"}},{"action":{"name":"write"}}]})",
       "TF"},
      {R"({"subject":{"type":"user","id":"alice"},"action":{"name":"write"},
          "resource":{"type":"record","id":"record-1","properties":{"status":"active"}},
          "evaluations":[{},{"resource":{"type":"record","id":"record-2","properties":{"status":"archived"}}}]})",
       "TF"},
      // No merging: the item's resource has no id, though the default has.
      {R"({"subject":{"type":"user","id":"alice"},"action":{"name":"read"},
          "resource":{"type":"record","id":"record-1"},"evaluations":[{"resource":{"type":"record"}},{}]})",
       "FT"},
      {R"({"subject":{"type":"user","id":"alice"},"action":{"name":"read"},
          "options":{"evaluations_semantic":"execute_all","other":1},
          "evaluations":[{"resource":{"type":"record","id":"record-1"}},{},7,{"resource":null}]})",
       "TFFF"}};
  for (const auto& [request, expected] : rows) {
    BOOST_TEST_CONTEXT(request) { BOOST_TEST(decisions(batch_answer(json(request))) == expected); }
  }
  const auto bad = batch_answer(json(rows[4].first)).at("evaluations").at(1);
  BOOST_TEST(
      bad ==
      json(
          R"({"decision":false,"context":{"error":{"status":400,"message":"resource: missing"}}})"));
}

BOOST_AUTO_TEST_CASE(short_circuits_end_at_the_deciding_item) {
  const auto answered = [](const char* semantic, const char* actions) {
    Json request = json(
        R"({"subject":{"type":"user","id":"bob"},"resource":{"type":"record","id":"record-1"}})");
    request["options"]["evaluations_semantic"] = semantic;
    for (const char* c = actions; *c != 0; ++c) {
      request["evaluations"].push_back(
          *c == '?' ? json(R"({"action":{}})")
                    : Json{{"action", {{"name", *c == 'T' ? "read" : "write"}}}});
    }
    return decisions(batch_answer(request));
  };
  BOOST_TEST(answered("execute_all", "TFT") == "TFT");
  BOOST_TEST(answered("deny_on_first_deny", "TFT") == "TF");
  BOOST_TEST(answered("deny_on_first_deny", "T?T") == "TF");
  BOOST_TEST(answered("deny_on_first_deny", "TT") == "TT");
  BOOST_TEST(answered("permit_on_first_permit", "FTF") == "FT");
  BOOST_TEST(answered("permit_on_first_permit", "F?F") == "FFF");
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_wrong_as_a_whole_is_refused) {
  for (const char* patch :
       {R"({"options":{"evaluations_semantic":"best_effort"}})", R"({"options":[]})",
        R"({"options":{"evaluations_semantic":1}})", R"({"evaluations":{}})",
        R"({"evaluations":[{}],"subject":"alice"})", R"({"evaluations":[{}],"context":1})"}) {
    BOOST_TEST_CONTEXT(patch) { BOOST_TEST(!parse_evaluations(patched(kAliceReads, patch)).ok()); }
  }
  Json many = json(kAliceReads);
  many["evaluations"] = std::vector<Json>(kMaxEvaluations, Json::object());
  BOOST_TEST(parse_evaluations(many).ok());
  many["evaluations"].push_back(Json::object());
  BOOST_TEST((parse_evaluations(many).error().code == Errc::kInvalid));
}

BOOST_AUTO_TEST_CASE(an_evaluation_that_could_not_be_made_is_never_a_permit) {
  const Evaluate down = [](const AuthzenQuery&) -> Result<Decision> {
    return Error{Errc::kUnavailable, "directory-unavailable", "ldap://secret"};
  };
  const auto single = parse_evaluations(json(kAliceReads));
  BOOST_TEST((answer_evaluations(*single, down).error().code == Errc::kUnavailable));
  const auto batch = parse_evaluations(patched(kAliceReads, R"({"evaluations":[{},{}]})"));
  const Json answer = *answer_evaluations(*batch, down);
  BOOST_TEST(decisions(answer) == "FF");
  BOOST_TEST(answer.dump().find("secret") == std::string::npos);
  const auto search = parse_search(SearchKind::kSubject, json(kAliceReads), kKey);
  BOOST_TEST(!answer_search(*search, {"alice"}, down, kKey).ok());
}

struct SearchRow {
  const char* name;
  SearchKind kind;
  const char* request;
  const char* expected;
};

BOOST_AUTO_TEST_CASE(searches_find_what_evaluations_permit) {
  constexpr auto S = SearchKind::kSubject;
  constexpr auto R = SearchKind::kResource;
  constexpr auto A = SearchKind::kAction;
  const char* const alice_and_bob = R"([{"type":"user","id":"alice"},{"type":"user","id":"bob"}])";
  const SearchRow rows[] = {
      {"Z35", S,
       R"({"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}})",
       alice_and_bob},
      {"Z35 with id", S, kAliceReads, alice_and_bob},
      {"Z36", S, R"({"subject":{"type":"user"},"action":{"name":"write"},
        "resource":{"type":"record","id":"record-2","properties":{"status":"archived"}}})",
       R"([{"type":"user","id":"bob"}])"},
      {"Z37", R,
       R"({"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}})",
       R"([{"type":"record","id":"record-1"},{"type":"record","id":"record-2"}])"},
      {"Z37 bob", R,
       R"({"subject":{"type":"user","id":"bob","properties":{"role":"admin"}},"action":{"name":"write"},
        "resource":{"type":"record","id":"record-1","properties":{"status":"archived"}}})",
       R"([{"type":"record","id":"record-2"}])"},
      {"actions", A,
       R"({"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"record-1"}})",
       R"([{"name":"read"},{"name":"write"}])"},
      {"actions of bob", A, R"({"subject":{"type":"user","id":"bob","properties":{"role":"admin"}},
        "resource":{"type":"record","id":"record-2","properties":{"status":"archived"}}})",
       R"([{"name":"read"},{"name":"write"}])"},
      {"unknown id", A,
       R"({"subject":{"type":"user","id":"nobody"},"resource":{"type":"record","id":"record-1"}})",
       "[]"},
      {"unknown type", S,
       R"({"subject":{"type":"spaceship"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}})",
       "[]"},
      {"actions is no type", R,
       R"({"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"actions"}})",
       "[]"}};
  for (const SearchRow& row : rows) {
    BOOST_TEST_CONTEXT(row.name) {
      BOOST_TEST(found(row.kind, json(row.request)) == (Json{{"results", json(row.expected)}}));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_search_result_replayed_as_an_evaluation_is_true) {
  for (const char* action : {"read", "write", "delete"}) {
    for (const char* status : {"active", "archived"}) {
      Json request = json(kAliceReads);
      request["action"]["name"] = action;
      request["resource"]["properties"]["status"] = status;
      request["subject"]["properties"]["role"] = "admin";
      for (const auto& [kind, entity] : {std::pair(SearchKind::kSubject, "subject"),
                                         std::pair(SearchKind::kResource, "resource")}) {
        const Json answer = found(kind, request);
        for (const auto& result : answer.at("results")) {
          Json replay = request;
          replay[entity] = result;
          BOOST_TEST(decided(replay), replay.dump());
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(malformed_searches_are_refused) {
  const std::pair<SearchKind, const char*> rows[] = {
      {SearchKind::kSubject, R"({"resource":{"id":null}})"},
      {SearchKind::kSubject, R"({"action":null})"},
      {SearchKind::kSubject, R"({"subject":{"type":null}})"},
      {SearchKind::kResource, R"({"subject":{"id":null}})"},
      {SearchKind::kResource, R"({"subject":null})"},
      {SearchKind::kAction, R"({"resource":null})"},
      {SearchKind::kAction, R"({"subject":{"id":null}})"},
      {SearchKind::kSubject, R"({"page":1})"},
      {SearchKind::kSubject, R"({"page":{"limit":-1}})"},
      {SearchKind::kSubject, R"({"page":{"limit":"1"}})"},
      {SearchKind::kSubject, R"({"page":{"token":1}})"},
      {SearchKind::kSubject, R"({"page":{"token":"bm90IG9uZSBvZiBvdXJz"}})"}};
  for (const auto& [kind, patch] : rows) {
    BOOST_TEST_CONTEXT(patch) {
      const auto search = parse_search(kind, patched(kAliceReads, patch), kKey);
      BOOST_REQUIRE(!search.ok());
      BOOST_TEST((search.error().code == Errc::kInvalid));
    }
  }
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_until_the_token_is_empty) {
  Json request = patched(kAliceReads, R"({"page":{"limit":1}})");
  const Json first = found(SearchKind::kSubject, request);
  BOOST_TEST(first.at("results") == json(R"([{"type":"user","id":"alice"}])"));
  const std::string token = first.at("page").at("next_token");
  BOOST_TEST(!token.empty());
  request["page"]["token"] = token;
  const Json second = found(SearchKind::kSubject, request);
  BOOST_TEST(second.at("results") == json(R"([{"type":"user","id":"bob"}])"));
  BOOST_TEST(second.at("page").at("next_token") == "");
  request["page"].erase("limit");  // as the specification's own example does
  BOOST_TEST(found(SearchKind::kSubject, request) == second);

  request["page"]["limit"] = 2;
  BOOST_TEST(parse_search(SearchKind::kSubject, request, kKey).error().reason == "authzen-token");
  request["page"]["limit"] = 1;
  BOOST_TEST(!parse_search(SearchKind::kSubject, request, "another key").ok());
  BOOST_TEST(!parse_search(SearchKind::kResource, request, kKey).ok());
  request["action"]["name"] = "write";
  BOOST_TEST(!parse_search(SearchKind::kSubject, request, kKey).ok());
}

BOOST_AUTO_TEST_CASE(the_last_full_page_says_that_it_is_the_last) {
  const Json answer = found(SearchKind::kSubject, patched(kAliceReads, R"({"page":{"limit":2}})"));
  BOOST_TEST(answer.at("results").size() == 2U);
  BOOST_TEST(answer.at("page") == json(R"({"next_token":"","count":2})"));
}

BOOST_AUTO_TEST_CASE(what_a_caller_sends_counts_only_where_the_policy_says_so) {
  Json untrusting = json(shipped("authzen-fixture.json"));
  untrusting.erase("trustProperties");
  const auto policy = policy_of(untrusting.dump());
  const auto query =
      *parse_evaluation(patched(kAliceReads, R"({"subject":{"properties":{"role":"admin"}},
    "action":{"name":"write"},"resource":{"id":"record-2"}})"));
  BOOST_TEST(decide_fixture(fixture(), query).permitted);
  BOOST_TEST(!decide_fixture(*policy, query).permitted);
}

BOOST_AUTO_TEST_CASE(discovery_starts_with_the_https_base_it_was_given) {
  const auto configuration = authzen_configuration("https://iam.example.org");
  BOOST_REQUIRE(configuration.ok());
  BOOST_TEST(configuration->at("policy_decision_point") == "https://iam.example.org");
  BOOST_TEST(configuration->at("access_evaluation_endpoint") ==
             "https://iam.example.org/access/v1/evaluation");
  BOOST_TEST(configuration->size() == 6U);
  for (const char* bad :
       {"http://iam.example.org", "https://", "https://a/", "https://a?x", "https://a#x", ""}) {
    BOOST_TEST(!authzen_configuration(bad).ok(), bad);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
