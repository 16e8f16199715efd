#include "scim/bulk.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <set>
#include <system_error>
#include <thread>

#include "base/text.h"
#include "scim/bulk_message.h"
#include "scim/bulk_plan.h"
#include "scim/bulk_references.h"
#include "scim/errors.h"

namespace habilitd::scim {
namespace {

// Creations at the same time. slapd writes one entry after the other; what these threads hide is
// the way there and back, and the audit log's disk.
constexpr std::size_t kThreads = 8;
constexpr std::size_t kMostAtOnce = 256;

constexpr const char* kPatchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const ResourceType* type_of(const BulkOperation& operation) {
  for (const ResourceType* type : resource_types()) {
    if (operation.path.front() == type->endpoint().substr(1)) return type;
  }
  return nullptr;
}

// Values that only one resource may have: two creations that share one keep their order.
std::vector<std::string> unique_values(const BulkOperation& operation) {
  std::vector<std::string> values;
  const ResourceType* type = type_of(operation);
  for (const auto& [key, value] : operation.data.items()) {
    const Attribute* attribute = type && value.is_string() ? type->core().find(key) : nullptr;
    if (!attribute || attribute->uniqueness == Uniqueness::kNone) continue;
    values.push_back(type->name() + '.' + attribute->name + ' ' +
                     fold(value.get_ref<const std::string&>()));
  }
  return values;
}

// Do creations of that type neither need nor hinder each other, but by what they name?
// Habilitations need structures and each other, by rules of the policy.
bool is_independent(const ResourceType* type) {
  return type == &user_type() || type == &group_type();
}

class Runner {
 public:
  Runner(const Call& call, const BulkDoor& door, const BulkRequest& request)
      : call_(call), door_(door), request_(request), outcomes_(request.operations.size()) {}

  std::vector<BulkOutcome> run() {
    find_needs();
    plan_ = plan_bulk(needs_);
    left_out_.resize(request_.operations.size());
    for (std::size_t next = 0; next < plan_.steps.size();) {
      std::size_t end = next + 1;
      if (plan_.steps[next].links) {
        link(plan_.steps[next].operation);  // even after the last error: what is made is whole
      } else if (errors_left() > 0) {
        end = end_of_batch(next);
        perform(next, end);
      }
      next = end;
    }
    return std::move(outcomes_);
  }

 private:
  std::size_t errors_left() const {
    if (request_.most_errors == 0) return std::numeric_limits<std::size_t>::max();
    const auto errors = static_cast<std::size_t>(
        std::count_if(outcomes_.begin(), outcomes_.end(),
                      [](const BulkOutcome& each) { return each.tried && each.failed(); }));
    return request_.most_errors - std::min(errors, request_.most_errors);
  }

  // Which operations stand behind the bulkIds that each one refers to.
  void find_needs() {
    for (const BulkOperation& operation : request_.operations) {
      std::set<std::string> ids;
      if (!operation.refused) {
        ids = references_in(operation.data);
        auto path = operation.path;
        each_reference(path, [&](const std::string& id) { return *ids.insert(id).first; });
      }
      std::vector<std::size_t> operations;
      for (const std::string& id : ids) {
        const auto found = request_.by_bulk_id.find(id);
        if (found != request_.by_bulk_id.end()) operations.push_back(found->second);
      }
      needs_.push_back(std::move(operations));
    }
  }

  // Creations from `first` on that do not need each other and share no unique value; no more of
  // them than may fail.
  std::size_t end_of_batch(std::size_t first) {
    const std::size_t most = std::min(kMostAtOnce, errors_left());
    std::set<std::size_t> in_batch;
    std::set<std::string> values;
    std::size_t end = first;
    for (; end < plan_.steps.size() && end - first < most; ++end) {
      const std::size_t index = plan_.steps[end].operation;
      const BulkOperation& operation = request_.operations[index];
      if (plan_.steps[end].links || !operation.creates() || operation.refused ||
          !is_independent(type_of(operation))) {
        break;
      }
      const bool needs_others = std::any_of(needs_[index].begin(), needs_[index].end(),
                                            [&](std::size_t n) { return in_batch.count(n) > 0; });
      if (needs_others) break;
      auto own = unique_values(operation);
      if (std::any_of(own.begin(), own.end(),
                      [&](const std::string& value) { return values.count(value) > 0; })) {
        break;
      }
      values.insert(std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
      in_batch.insert(index);
    }
    return std::max(end, first + 1);
  }

  // The steps [first, end), at the same time when there are several.
  void perform(std::size_t first, std::size_t end) {
    std::atomic<std::size_t> next{first};
    const auto work = [&] {
      for (std::size_t step = next++; step < end; step = next++) {
        execute(plan_.steps[step].operation);
      }
    };
    std::vector<std::jthread> helpers;
    try {
      while (helpers.size() + 1 < std::min(kThreads, end - first)) helpers.emplace_back(work);
    } catch (const std::system_error&) {
      // No more threads to be had: those that are there do it.
    }
    work();
  }

  void execute(std::size_t index) {
    const BulkOperation& operation = request_.operations[index];
    BulkOutcome& outcome = outcomes_[index];
    outcome.tried = true;
    Json data = operation.data;
    auto path = operation.path;
    if (operation.refused) {
      outcome.response = *operation.refused;
    } else {
      if (operation.creates()) take_out_later(index, data);
      if (auto refused = resolve(data, path)) {
        outcome.response = *std::move(refused);
      } else {
        outcome.response = send(operation.method, path, data, operation.version);
      }
    }
    outcome.location = location_of(operation, outcome.response, path);
  }

  void take_out_later(std::size_t index, Json& data) {
    std::set<std::string> ids;
    for (const std::size_t each : plan_.later[index]) {
      ids.insert(request_.operations[each].bulk_id);
    }
    const ResourceType* type = ids.empty() ? nullptr : type_of(request_.operations[index]);
    if (type) left_out_[index] = leave_out(*type, data, ids);
  }

  // Puts ids in the place of bulkIds; or why that cannot be done.
  std::optional<Response> resolve(Json& data, std::vector<std::string>& path) const {
    std::optional<Response> refused;
    const auto use = [&](const std::string& bulk_id) {
      const auto found = request_.by_bulk_id.find(bulk_id);
      if (found == request_.by_bulk_id.end()) {
        refused = error_answer(400, "invalidValue", "No operation has a bulkId it refers to.");
        return bulk_id;
      }
      const BulkOutcome& made = outcomes_[found->second];
      if (made.failed() || made.location.empty()) {
        refused = error_answer(409, {}, "What it refers to by bulkId could not be made.");
        return bulk_id;
      }
      return made.location.substr(made.location.rfind('/') + 1);
    };
    each_reference(data, use);
    each_reference(path, use);
    return refused;
  }

  Response send(Method method, const std::vector<std::string>& path, const Json& data,
                const std::string& version) const {
    Request request;
    request.method = method;
    request.method_text = method_name(method);
    request.target.segments = path;
    request.headers.if_match = version;
    request.headers.prefer = "return=minimal";
    request.peer = call_.request.peer;
    request.request_id = call_.request.request_id;
    if (!data.is_null()) request.body = dump(data);
    return door_.run(request, path);
  }

  // Of what exists, or was to be changed; nothing was made by a creation that failed.
  std::string location_of(const BulkOperation& operation, const Response& response,
                          const std::vector<std::string>& path) const {
    if (const std::string* location = response.header("Location")) return *location;
    if (operation.creates() || path.size() != 2 || path[1].starts_with("bulkId:")) return {};
    const ResourceType* type = type_of(operation);
    return type ? call_.settings.base_url + type->endpoint() + '/' + path[1] : std::string();
  }

  // Adds what was left out when the resource was made. A resource that is not what was asked for is
  // not left behind.
  void link(std::size_t index) {
    BulkOutcome& outcome = outcomes_[index];
    if (!outcome.tried || outcome.failed()) return;
    Json operations = Json::array();
    for (LeftOut& each : left_out_[index]) {
      operations.push_back(
          {{"op", "add"}, {"path", std::move(each.path)}, {"value", std::move(each.value)}});
    }
    Json patch{{"schemas", {kPatchUrn}}, {"Operations", std::move(operations)}};
    std::vector<std::string> path{request_.operations[index].path.front(),
                                  outcome.location.substr(outcome.location.rfind('/') + 1)};
    auto refused = resolve(patch, path);
    Response response =
        refused ? *std::move(refused) : send(Method::kPatch, path, patch, std::string());
    if (response.status >= 300) return take_back(index, path, std::move(response));
    if (const std::string* version = response.header("ETag")) {
      outcome.response.set("ETag", *version);
    }
  }

  void take_back(std::size_t index, const std::vector<std::string>& path, Response why) {
    const Response removed = send(Method::kDelete, path, Json(), std::string());
    if (removed.status >= 300) {
      call_.services.log.error(
          "scim.bulk-left-over",
          {{"path", path[0] + '/' + path[1]}, {"status", static_cast<long long>(removed.status)}});
    }
    outcomes_[index].response = std::move(why);
    outcomes_[index].location.clear();
  }

  const Call& call_;
  const BulkDoor& door_;
  const BulkRequest& request_;
  BulkPlan plan_;
  std::vector<std::vector<std::size_t>> needs_;
  std::vector<std::vector<LeftOut>> left_out_;
  std::vector<BulkOutcome> outcomes_;
};

}  // namespace

Result<Response> run_bulk(const Call& call, const BulkDoor& door) {
  JsonLimits limits;
  limits.max_bytes = call.settings.max_payload;
  limits.max_values = std::max(limits.max_values, call.settings.max_payload / 2);
  limits.max_depth += 3;  // an operation's data lies that deep
  auto body = parse_json(call.request.body, limits);
  if (!body) return body.error();
  const auto request = read_bulk(call, door, *body);
  if (!request && request.error().reason == "bulk-operations") {
    return error_answer(413, {},
                        "The number of operations exceeds maxOperations (" +
                            std::to_string(call.settings.max_operations) + ").");
  }
  if (!request) return request.error();
  Runner runner(call, door, *request);
  return json_response(200, bulk_response(*request, runner.run()));
}

}  // namespace habilitd::scim
