#include "policies/authzen.h"

#include "base/parallel.h"
#include "policies/authzen_read.h"

namespace habilitd::policies {

namespace {

Json error_item(int status, std::string_view message) {
  return {{"decision", false},
          {"context", {{"error", {{"status", status}, {"message", message}}}}}};
}

Json answer_item(const Result<AuthzenQuery>& item, const Evaluate& evaluate_query) {
  if (!item.ok()) return error_item(400, item.error().detail);
  auto decision = evaluate_query(*item);
  // The detail of a fault is for the log of whoever had it, not for a caller.
  if (!decision.ok()) return error_item(500, "the evaluation could not be made");
  return decision_answer(*decision);
}

// An item's own member, else the top level's; a null is a member of the wrong type, not an absence.
const Json* member_or_default(const Json& item, const Json& top, const char* key) {
  const auto own = item.find(key);
  if (own != item.end()) return &*own;
  const auto shared = top.find(key);
  return shared == top.end() ? nullptr : &*shared;
}

Result<AuthzenQuery> parse_item(const Json& item, const Json& top) {
  if (!item.is_object()) return authzen_invalid("evaluations: expected objects");
  EntityReader reader;
  AuthzenQuery query;
  reader.entity(member_or_default(item, top, "subject"), "subject", true, query.subject);
  reader.action(member_or_default(item, top, "action"), query);
  reader.entity(member_or_default(item, top, "resource"), "resource", true, query.resource);
  reader.context(member_or_default(item, top, "context"), query.context);
  if (!reader.ok()) return reader.error();
  return query;
}

// Defaults nobody uses are still part of the request and must be well formed.
Status check_defaults(const Json& top) {
  EntityReader reader;
  AuthzenQuery ignored;
  if (top.contains("subject")) reader.entity(&top.at("subject"), "subject", true, ignored.subject);
  if (top.contains("action")) reader.action(&top.at("action"), ignored);
  if (top.contains("resource")) {
    reader.entity(&top.at("resource"), "resource", true, ignored.resource);
  }
  if (top.contains("context")) reader.context(&top.at("context"), ignored.context);
  if (!reader.ok()) return reader.error();
  return done();
}

Result<EvaluationsSemantic> parse_semantic(const Json& top) {
  const auto options = top.find("options");
  if (options == top.end()) return EvaluationsSemantic::kExecuteAll;
  if (!options->is_object()) return authzen_invalid("options: expected an object");
  const auto semantic = options->find("evaluations_semantic");
  if (semantic == options->end()) return EvaluationsSemantic::kExecuteAll;
  if (*semantic == "execute_all") return EvaluationsSemantic::kExecuteAll;
  if (*semantic == "deny_on_first_deny") return EvaluationsSemantic::kDenyOnFirstDeny;
  if (*semantic == "permit_on_first_permit") return EvaluationsSemantic::kPermitOnFirstPermit;
  return authzen_invalid("options.evaluations_semantic: unknown");
}

bool ends_batch(EvaluationsSemantic semantic, bool decision) {
  if (semantic == EvaluationsSemantic::kDenyOnFirstDeny) return !decision;
  return semantic == EvaluationsSemantic::kPermitOnFirstPermit && decision;
}

Json::array_t answer_until_end(const AuthzenBatch& batch, const Evaluate& evaluate_query) {
  Json::array_t answers;
  for (const auto& item : batch.items) {
    answers.push_back(answer_item(item, evaluate_query));
    if (ends_batch(batch.semantic, answers.back().at("decision").get<bool>())) break;
  }
  return answers;
}

Json::array_t answer_all(const AuthzenBatch& batch, const Evaluate& evaluate_query) {
  constexpr std::size_t kWorthHelp = 40;
  const std::size_t count = batch.items.size();
  const std::size_t pieces = count < kWorthHelp ? 1 : helping_threads();
  Json::array_t answers(count);
  in_parallel(pieces, [&](std::size_t piece) {
    for (std::size_t i = count * piece / pieces; i < count * (piece + 1) / pieces; ++i) {
      answers[i] = answer_item(batch.items[i], evaluate_query);
    }
  });
  return answers;
}

}  // namespace

Result<AuthzenQuery> parse_evaluation(const Json& json) {
  if (!json.is_object()) return authzen_invalid("expected an object");
  return parse_item(json, json);
}

Json decision_answer(const Decision& decision) {
  Json answer = {{"decision", decision.permitted}};
  if (decision.permitted) return answer;
  answer["context"]["reason"] = decision.reason;
  if (!decision.why.empty()) answer["context"]["reason_user"] = decision.why;
  return answer;
}

Result<Json> answer_evaluation(const AuthzenQuery& query, const Evaluate& evaluate_query) {
  auto decision = evaluate_query(query);
  if (!decision.ok()) return decision.error();
  return decision_answer(*decision);
}

Result<AuthzenBatch> parse_evaluations(const Json& json) {
  if (!json.is_object()) return authzen_invalid("expected an object");
  AuthzenBatch batch;
  auto semantic = parse_semantic(json);
  if (!semantic.ok()) return semantic.error();
  batch.semantic = *semantic;
  const auto items = json.find("evaluations");
  if (items != json.end() && !items->is_array()) {
    return authzen_invalid("evaluations: expected an array");
  }
  if (items == json.end() || items->empty()) {
    auto query = parse_evaluation(json);
    if (!query.ok()) return query.error();
    batch.single = true;
    batch.items.push_back(std::move(query));
    return batch;
  }
  if (items->size() > kMaxEvaluations) {
    return authzen_invalid("evaluations: more than " + std::to_string(kMaxEvaluations));
  }
  if (auto defaults = check_defaults(json); !defaults.ok()) return defaults.error();
  batch.items.reserve(items->size());
  for (const Json& item : *items) batch.items.push_back(parse_item(item, json));
  return batch;
}

Result<Json> answer_evaluations(const AuthzenBatch& batch, const Evaluate& evaluate_query) {
  if (batch.single) return answer_evaluation(*batch.items.front(), evaluate_query);
  const bool all = batch.semantic == EvaluationsSemantic::kExecuteAll;
  Json answers;
  answers["evaluations"] =
      all ? answer_all(batch, evaluate_query) : answer_until_end(batch, evaluate_query);
  return answers;
}

Result<Json> authzen_configuration(std::string_view base) {
  constexpr std::string_view kScheme = "https://";
  const bool plain = base.find_first_of("?# \"\\") == std::string_view::npos;
  if (!base.starts_with(kScheme) || base.size() == kScheme.size() || base.back() == '/' || !plain) {
    return invalid("authzen-base", "expected https://HOST without query, fragment or final slash");
  }
  const std::string root(base);
  return Json{{"policy_decision_point", root},
              {"access_evaluation_endpoint", root + "/access/v1/evaluation"},
              {"access_evaluations_endpoint", root + "/access/v1/evaluations"},
              {"search_subject_endpoint", root + "/access/v1/search/subject"},
              {"search_resource_endpoint", root + "/access/v1/search/resource"},
              {"search_action_endpoint", root + "/access/v1/search/action"}};
}

void add_trusted(const Policy& policy, std::string_view entity, const Json& properties,
                 Json& attributes) {
  for (const std::string& path : policy.trusted) {
    const auto dot = path.find('.');
    if (std::string_view(path).substr(0, dot) != entity) continue;
    const std::string name = path.substr(dot + 1);
    const auto sent = properties.find(name);
    if (sent != properties.end()) attributes[name] = *sent;
  }
}

}  // namespace habilitd::policies
