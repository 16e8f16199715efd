#include "fastcgi/exchange.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/crypto.h"
#include "base/text.h"

namespace habilitd::fastcgi {
namespace {

// What nginx tells us about a request, as it came. A null view: the parameter was not sent.
struct Parameters {
  std::string_view method, target, content_type, content_length, peer, request_id;
  int authorizations = 0;
};

void keep_first(std::string& kept, std::string_view value) {
  if (kept.empty()) kept = value;
}

// nginx hands over several Cookie lines as several parameters; RFC 6265 section 5.4 joins them so.
void join_cookie(std::string& kept, std::string_view value) {
  if (!kept.empty()) kept += "; ";
  kept += value;
}

struct HeaderName {
  std::string_view parameter;
  std::string RequestHeaders::*member;
};

constexpr std::array<HeaderName, 10> kHeaders{{
    {"HTTP_ACCEPT", &RequestHeaders::accept},
    {"HTTP_ACCEPT_LANGUAGE", &RequestHeaders::accept_language},
    {"HTTP_AUTHORIZATION", &RequestHeaders::authorization},
    {"HTTP_CONTENT_ENCODING", &RequestHeaders::content_encoding},
    {"HTTP_IF_MATCH", &RequestHeaders::if_match},
    {"HTTP_IF_NONE_MATCH", &RequestHeaders::if_none_match},
    {"HTTP_ORIGIN", &RequestHeaders::origin},
    {"HTTP_PREFER", &RequestHeaders::prefer},
    {"HTTP_SEC_FETCH_SITE", &RequestHeaders::sec_fetch_site},
    {"HTTP_X_REQUEST_ID", &RequestHeaders::x_request_id},
}};

void take_header(std::string_view name, std::string_view value, Parameters& parameters,
                 RequestHeaders& headers) {
  if (name == "HTTP_COOKIE") return join_cookie(headers.cookie, value);
  if (name == "HTTP_AUTHORIZATION") ++parameters.authorizations;
  const auto* known = std::find_if(kHeaders.begin(), kHeaders.end(),
                                   [&](const HeaderName& h) { return h.parameter == name; });
  if (known != kHeaders.end()) keep_first(headers.*(known->member), value);
}

void take(std::string_view name, std::string_view value, Parameters& p, RequestHeaders& headers) {
  if (name.starts_with("HTTP_")) return take_header(name, value, p, headers);
  if (name == "REQUEST_METHOD") p.method = value;
  if (name == "REQUEST_URI") p.target = value;
  if (name == "CONTENT_TYPE") p.content_type = value;
  if (name == "CONTENT_LENGTH") p.content_length = value;
  if (name == "REMOTE_ADDR") p.peer = value;
  if (name == "HABILITD_REQUEST_ID") p.request_id = value;
}

Parameters take_all(const char* const* environment, RequestHeaders& headers) {
  Parameters parameters;
  for (; environment && *environment; ++environment) {
    const std::string_view pair(*environment);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    take(pair.substr(0, equals), pair.substr(equals + 1), parameters, headers);
  }
  headers.content_type = parameters.content_type;
  return parameters;
}

// nginx's $request_id joins our log and its own; anything else that arrives there is not believed.
std::string request_id(std::string_view given) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (given.size() == 32 && std::all_of(given.begin(), given.end(), is_hex)) {
    return std::string(given);
  }
  return to_hex(random_bytes(16));
}

std::optional<std::size_t> parse_length(std::string_view text) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

Refusal too_large(const ExchangeLimits& limits) {
  return {413, "body-too-large",
          "The body is larger than " + std::to_string(limits.max_body) + " bytes."};
}

std::optional<Refusal> read_declared(std::size_t length, const ReadBody& read, std::string& body) {
  body.resize(length);
  const std::size_t got = length == 0 ? 0 : read(body.data(), length);
  if (got == length) return std::nullopt;
  body.resize(got);
  return Refusal{400, "body-cut-short", "The body ended before Content-Length bytes."};
}

std::optional<Refusal> read_undeclared(const ExchangeLimits& limits, const ReadBody& read,
                                       std::string& body) {
  body.resize(limits.max_body + 1);
  body.resize(read(body.data(), body.size()));
  if (body.size() > limits.max_body) return too_large(limits);
  return std::nullopt;
}

std::optional<Refusal> read_body(std::string_view declared, const ExchangeLimits& limits,
                                 const ReadBody& read, std::string& body) {
  if (declared.empty()) return std::nullopt;  // nginx always declares a body that is there
  if (declared == "-1") return read_undeclared(limits, read, body);
  const auto length = parse_length(declared);
  if (!length) return Refusal{400, "bad-length", "Content-Length is not a number."};
  if (*length > limits.max_body) return too_large(limits);
  return read_declared(*length, read, body);
}

std::optional<Refusal> refusal_of_headers(const Parameters& parameters,
                                          const RequestHeaders& headers) {
  if (parameters.authorizations > 1) {
    return Refusal{400, "repeated-authorization", "More than one Authorization header."};
  }
  const std::string encoding = ascii_lower(trim(headers.content_encoding));
  if (!encoding.empty() && encoding != "identity") {
    return Refusal{415, "content-encoding", "Content-Encoding is not supported; send it plain."};
  }
  return std::nullopt;
}

}  // namespace

Received receive(const char* const* environment, const ExchangeLimits& limits,
                 const ReadBody& read) {
  Received received;
  Request& request = received.request;
  const Parameters parameters = take_all(environment, request.headers);
  request.method_text = parameters.method;
  request.method = parse_method(parameters.method);
  request.peer = parameters.peer;
  request.request_id = request_id(parameters.request_id);
  received.raw_target = parameters.target;

  auto target = parse_target(parameters.target);
  if (!target) {
    received.refusal = Refusal{400, "bad-target", "The request target is not accepted."};
    return received;
  }
  request.target = *std::move(target);
  received.refusal = refusal_of_headers(parameters, request.headers);
  if (received.refusal) return received;
  received.refusal = read_body(parameters.content_length, limits, read, request.body);
  return received;
}

std::string response_text(const Response& response, bool head) {
  std::string text;
  text.reserve(256 + (head ? 0 : response.body.size()));
  text.append("Status: ").append(std::to_string(response.status)).append(" ");
  text.append(status_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    text.append(name).append(": ").append(value.str()).append("\r\n");
  }
  // A handler may leave the body of a HEAD answer out: its length is then not known.
  const bool unknown = response.stream || (head && response.body.empty());
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless && !unknown && !response.header("Content-Length")) {
    text.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  text.append("\r\n");
  if (!head && !bodiless) text.append(response.body);
  return text;
}

}  // namespace habilitd::fastcgi
