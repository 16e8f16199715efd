#include "scim/bulk_message.h"

#include "scim/errors.h"
#include "scim/json_text.h"
#include "scim/normalise.h"

namespace habilitd::scim {
namespace {

constexpr std::string_view kRequestUrn = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

// A member of an operation that is a text; empty when it is absent. False: something else.
bool read_text(const Json& operation, const char* name, std::string& out) {
  const Json* value = member_of(operation, name);
  if (!value || value->is_null()) return true;
  if (!value->is_string()) return false;
  out = value->get<std::string>();
  return true;
}

// The segments of "/Users/1"; none for what is no plain path.
std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments;
  if (path.find_first_of("?#%\\") != std::string_view::npos) return segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash == 0) return {};
    segments.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return segments;
}

bool is_bulk_method(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch ||
         method == Method::kDelete;
}

Response bad_operation(std::string_view detail) {
  return error_answer(400, "invalidSyntax", detail);
}

class Reader {
 public:
  Reader(const BulkDoor& door, BulkRequest& request) : door_(door), request_(request) {}

  void add(const Json& json) {
    BulkOperation operation;
    operation.refused = read(json, operation);
    if (operation.creates() && !operation.bulk_id.empty()) {
      request_.by_bulk_id.emplace(operation.bulk_id, request_.operations.size());
    }
    request_.operations.push_back(std::move(operation));
  }

 private:
  std::optional<Response> read(const Json& json, BulkOperation& operation) const {
    if (!json.is_object()) return bad_operation("An operation is a JSON object.");
    std::string path;
    if (!read_text(json, "method", operation.method_text) ||
        !read_text(json, "bulkId", operation.bulk_id) || !read_text(json, "path", path) ||
        !read_text(json, "version", operation.version)) {
      return bad_operation("\"method\", \"bulkId\", \"version\" and \"path\" are strings.");
    }
    const Method method = parse_method(operation.method_text);
    if (!is_bulk_method(method)) {
      return bad_operation("\"method\" is one of POST, PUT, PATCH and DELETE.");
    }
    operation.method = method;
    operation.path = split_path(path);
    if (operation.path.empty())
      return bad_operation("\"path\" is like \"/Users\" or \"/Users/id\".");
    if (auto refused = door_.refuse(method, operation.path)) return refused;
    if (operation.creates()) {
      if (auto refused = check_bulk_id(operation)) return refused;
    }
    if (method == Method::kDelete) return std::nullopt;
    const Json* data = member_of(json, "data");
    if (!data || !data->is_object()) return bad_operation("\"data\" is a JSON object.");
    operation.data = *data;
    return std::nullopt;
  }

  std::optional<Response> check_bulk_id(const BulkOperation& operation) const {
    if (operation.bulk_id.empty()) return bad_operation("\"bulkId\" is needed with POST.");
    if (request_.by_bulk_id.count(operation.bulk_id) > 0) {
      return bad_operation("The \"bulkId\" stands twice.");
    }
    return std::nullopt;
  }

  const BulkDoor& door_;
  BulkRequest& request_;
};

Result<std::size_t> read_most_errors(const Json& body) {
  const Json* value = member_of(body, "failOnErrors");
  if (!value || value->is_null()) return std::size_t{0};
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() == 0) {
    return invalid_value("\"failOnErrors\" is a positive integer.");
  }
  return static_cast<std::size_t>(value->get<std::uint64_t>());
}

void member(std::string& out, const char* name, std::string_view value) {
  if (value.empty()) return;
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

void append_outcome(std::string& out, const BulkOperation& operation, const BulkOutcome& outcome) {
  out += '{';
  member(out, "method", operation.method_text);
  member(out, "bulkId", operation.bulk_id);
  member(out, "location", outcome.location);
  const std::string* version = outcome.response.header("ETag");
  if (version && !outcome.failed()) member(out, "version", *version);
  member(out, "status", std::to_string(outcome.response.status));
  if (outcome.failed()) out += ",\"response\":" + outcome.response.body;
  out += '}';
}

}  // namespace

Result<BulkRequest> read_bulk(const Call& call, const BulkDoor& door, const Json& body) {
  Tolerance tolerance(call.tolerance.dialect());
  if (auto ok = check_message_schema(body, kRequestUrn, tolerance); !ok) return ok.error();
  BulkRequest request;
  auto most_errors = read_most_errors(body);
  if (!most_errors) return most_errors.error();
  request.most_errors = *most_errors;
  const Json* operations = member_of(body, "Operations");
  if (!operations || !operations->is_array() || operations->empty()) {
    return invalid_syntax("\"Operations\" is a list with at least one operation.");
  }
  if (operations->size() > call.settings.max_operations) {
    return Error{Errc::kTooLarge, "bulk-operations", {}};
  }
  Reader reader(door, request);
  for (const Json& operation : *operations) reader.add(operation);
  return request;
}

std::string bulk_response(const BulkRequest& request, const std::vector<BulkOutcome>& outcomes) {
  std::string out =
      R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[)";
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i].tried) continue;
    if (out.back() != '[') out += ',';
    append_outcome(out, request.operations[i], outcomes[i]);
  }
  return out + "]}";
}

}  // namespace habilitd::scim
