#include "scim/request_form.h"

#include "base/text.h"
#include "scim/async.h"
#include "scim/errors.h"

namespace habilitd::scim {
namespace {

// application/scim+json, application/json or nothing (RFC 7644 section 3.8).
bool is_json_type(std::string_view content_type) {
  const std::string type = ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type.empty() || type == "application/scim+json" || type == "application/json";
}

bool accepts_json(std::string_view accept) {
  if (trim(accept).empty()) return true;
  while (!accept.empty()) {
    const std::size_t comma = accept.find(',');
    const std::string_view item = accept.substr(0, comma);
    const std::string type = ascii_lower(trim(item.substr(0, item.find(';'))));
    if (type == "*/*" || type == "application/*" || is_json_type(type)) return true;
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
  }
  return false;
}

// Not of events, which have media types of their own, and of asynchronous answers, which have no
// body to accept (RFC 9967 section 2.5.1.1).
bool is_acceptable(const Request& request, const Route& target) {
  return accepts_json(request.headers.accept) || target.place == At::kEvents ||
         prefers_async(request.headers.prefer);
}

}  // namespace

bool has_body(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

std::optional<Response> refuse_form(const Request& request, const Route& target,
                                    const Settings& settings) {
  if (!is_acceptable(request, target)) {
    return error_answer(406, {}, "Only application/scim+json and application/json are served.");
  }
  if (!has_body(request.method)) return std::nullopt;
  const std::string encoding = ascii_lower(trim(request.headers.content_encoding));
  if (!encoding.empty() && encoding != "identity") {
    return error_answer(415, {}, "Content codings are not supported.");
  }
  if (!is_json_type(request.headers.content_type)) {
    return error_answer(415, {}, "The body is application/scim+json or application/json.");
  }
  if (request.body.size() > settings.max_payload) {
    return error_answer(
        413, {},
        "The body exceeds maxPayloadSize (" + std::to_string(settings.max_payload) + " bytes).");
  }
  return std::nullopt;
}

}  // namespace habilitd::scim
