// HTTP as values. Protocol folders turn a Request into a Response and know nothing of FastCGI.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"

namespace habilitd {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
Method parse_method(std::string_view);
std::string_view method_name(Method);

// Only the request headers that the product reads; nothing else of what a client sends reaches
// code.
struct RequestHeaders {
  std::string accept, accept_language, authorization, content_encoding, content_type, cookie;
  std::string if_match, if_none_match, origin, prefer, sec_fetch_site, x_request_id;
};

struct Request {
  Method method = Method::kGet;
  std::string method_text;  // as sent, for error messages
  Target target;
  RequestHeaders headers;
  std::string body;
  std::string peer;        // network address of the client as nginx saw it
  std::string request_id;  // ours, unique per request, safe to show
};

// A header value that cannot carry CR, LF or other controls: the text is cut at the first of them.
class HeaderValue {
 public:
  HeaderValue(std::string_view text);    // NOLINT(google-explicit-constructor)
  HeaderValue(const std::string& text);  // NOLINT(google-explicit-constructor)
  HeaderValue(const char* text);         // NOLINT(google-explicit-constructor)
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, HeaderValue>> headers;
  std::string body;
  // Writes a body that is too large to be made at once, piece by piece; `body` is empty then, and
  // the length unknown. A write that gives false has nobody who reads on.
  using Write = std::function<bool(std::string_view)>;
  std::function<void(const Write&)> stream = {};

  Response& set(std::string name, HeaderValue value);  // replaces
  Response& add(std::string name, HeaderValue value);  // appends (Set-Cookie)
  const std::string* header(std::string_view name) const;
};

std::string_view status_phrase(int status);

}  // namespace habilitd
