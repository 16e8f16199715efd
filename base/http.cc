#include "base/http.h"

#include <algorithm>
#include <array>

namespace habilitd {

namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods = {{
    {Method::kGet, "GET"},
    {Method::kHead, "HEAD"},
    {Method::kPost, "POST"},
    {Method::kPut, "PUT"},
    {Method::kPatch, "PATCH"},
    {Method::kDelete, "DELETE"},
    {Method::kOptions, "OPTIONS"},
}};

constexpr std::array<std::pair<int, std::string_view>, 29> kPhrases = {{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
}};

std::string_view before_controls(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto* end = std::find_if(text.begin(), text.end(), is_control);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Header names are compared without regard to case (RFC 9110 section 5.1).
bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Method parse_method(std::string_view text) {
  for (const auto& [method, name] : kMethods) {
    if (name == text) return method;
  }
  return Method::kOther;
}

std::string_view method_name(Method wanted) {
  for (const auto& [method, name] : kMethods) {
    if (method == wanted) return name;
  }
  return "OTHER";
}

HeaderValue::HeaderValue(std::string_view text) : text_(before_controls(text)) {}
HeaderValue::HeaderValue(const std::string& text) : HeaderValue(std::string_view(text)) {}
HeaderValue::HeaderValue(const char* text) : HeaderValue(std::string_view(text)) {}

Response& Response::set(std::string name, HeaderValue value) {
  std::erase_if(headers, [&](const auto& header) { return same_name(header.first, name); });
  return add(std::move(name), std::move(value));
}

Response& Response::add(std::string name, HeaderValue value) {
  constexpr std::size_t kUsual = 10;
  if (headers.empty()) headers.reserve(kUsual);
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

const std::string* Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return &value.str();
  }
  return nullptr;
}

std::string_view status_phrase(int status) {
  for (const auto& [code, phrase] : kPhrases) {
    if (code == status) return phrase;
  }
  return "Unknown";
}

}  // namespace habilitd
