// AuthZEN Authorization API 1.0: its JSON to and from query values. No I/O and no HTTP: the
// endpoint reads the body through parse_json (which refuses repeated members), calls these, and
// maps Errc to a status (kInvalid: 400; what an evaluation could not do: 500). Unknown members are
// ignored throughout.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "policies/engine.h"

namespace habilitd::policies {

struct AuthzenEntity {
  std::string type, id;
  Json properties = Json::object();
};

struct AuthzenQuery {
  AuthzenEntity subject, resource;
  std::string action;
  Json action_properties = Json::object();
  Json context = Json::object();
};

// What answers one query: facts from wherever they come, and decide(). An error is an evaluation
// that could not be made (the directory is down), never a denial. Called by several threads at once
// for a large batch.
using Evaluate = std::function<Result<Decision>(const AuthzenQuery&)>;

// Section "Access Evaluation API Request". kInvalid, reason authzen-invalid; the detail names the
// member: "subject.type: missing". Types, ids and names are texts that are not empty.
Result<AuthzenQuery> parse_evaluation(const Json&);

// {"decision": bool}; a denial adds context.reason (rule id or engine.h word) and
// context.reason_user (the rule's `why` by language). Neither holds an attribute of anybody.
Json decision_answer(const Decision&);

// The whole answer to one evaluation, or the callback's error.
Result<Json> answer_evaluation(const AuthzenQuery&, const Evaluate&);

enum class EvaluationsSemantic { kExecuteAll, kDenyOnFirstDeny, kPermitOnFirstPermit };

struct AuthzenBatch {
  // True without `evaluations`, or with an empty one: one evaluation, answered as such.
  bool single = false;
  EvaluationsSemantic semantic = EvaluationsSemantic::kExecuteAll;
  std::vector<Result<AuthzenQuery>> items;  // an item that is wrong by itself holds its error
};

inline constexpr std::size_t kMaxEvaluations = 1000;

// Section "Access Evaluations API Request". Top-level subject, action, resource and context are
// whole defaults: an item's own member replaces them, nothing is merged. The whole request is wrong
// (kInvalid) when the top level is malformed, the semantic is unknown or there are more than
// kMaxEvaluations items.
Result<AuthzenBatch> parse_evaluations(const Json&);

// {"evaluations":[...]} in order, or one decision. An item that is wrong or cannot be evaluated is
// {"decision":false,"context":{"error":{"status","message"}}} and counts as a denial; a
// short-circuit ends the array at the deciding item. Only a single evaluation hands back the
// callback's error.
Result<Json> answer_evaluations(const AuthzenBatch&, const Evaluate&);

enum class SearchKind { kSubject, kResource, kAction };

struct AuthzenSearch {
  SearchKind kind = SearchKind::kSubject;
  // The searched entity's id is empty whatever was sent, and so are its properties: results are
  // named by type and id alone, and each must hold when it is asked again like that. For actions:
  // no name.
  AuthzenQuery query;
  std::string after;  // results start above this id; empty: from the first
  std::size_t limit = 0;
  bool paged = false;  // the request had a page object with a limit or a token

  std::string fingerprint;  // of the request without `page`; what a token is bound to
};

inline constexpr std::size_t kMaxSearchPage = 1000;

// Sections "Search APIs" and "Pagination". The key authenticates tokens (any length, secret, kept
// while tokens live). A token made for another request, or sent with another limit than its first
// page had, is kInvalid, reason authzen-token. Limits above kMaxSearchPage are read as that.
Result<AuthzenSearch> parse_search(SearchKind, const Json&, std::string_view key);

// {"page"?,"results":[...]}: those of the candidates (ids of the searched type, or action names; in
// any order, without repeats) that evaluate to true, by id. Evaluates no more candidates than the
// page needs. `page.next_token` is empty on the last page. Unknown types and ids are the caller's
// empty candidates or denied queries; both give empty results. Errors: the callback's.
Result<Json> answer_search(const AuthzenSearch&, std::vector<std::string> candidates,
                           const Evaluate&, std::string_view key);

// Section "Policy Decision Point Metadata" for a base such as "https://iam.example.org". kInvalid
// when it is not https, or has a query, a fragment or a trailing slash.
Result<Json> authzen_configuration(std::string_view base);

// Adds to an entity's attributes ("subject" or "resource") those of the caller's properties the
// policy trusts; they replace what was known. Everything else a caller sends is ignored.
void add_trusted(const Policy&, std::string_view entity, const Json& properties, Json& attributes);

}  // namespace habilitd::policies
