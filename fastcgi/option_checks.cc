#include "fastcgi/option_checks.h"

#include <algorithm>

#include "base/clock.h"
#include "base/ids.h"
#include "base/text.h"
#include "ldap/text.h"

namespace habilitd::fastcgi {
namespace {

Error expected(std::string what) { return invalid("setting-value", "must be " + std::move(what)); }

bool has_plain_url_characters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 127 && c != '"' && c != '<' && c != '>' && c != '\\' && c != '`';
  });
}

bool is_web_url(std::string_view text) {
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return scheme != 0 && text.size() > scheme && text[scheme] != '/' &&
         has_plain_url_characters(text);
}

bool is_directory_uri(std::string_view text) {
  const bool known =
      text.starts_with("ldap://") || text.starts_with("ldaps://") || text.starts_with("ldapi://");
  return known && has_plain_url_characters(text) && text.find(',') == std::string_view::npos;
}

}  // namespace

Status check_base_url(std::string_view text) {
  const std::size_t host = text.find("://") + 3;
  if (is_web_url(text) && text.find_first_of("/?#@", host) == std::string_view::npos) return done();
  return expected("an address such as https://iam.example.org, without path and final slash");
}

Status check_optional_url(std::string_view text) {
  const bool local = text.starts_with("/") && !text.starts_with("//");
  const bool known = is_web_url(text) || text.starts_with("mailto:") || local;
  if (text.empty() || (known && has_plain_url_characters(text))) return done();
  return expected("empty, an http(s) address, a mailto: address or a path such as /aide");
}

Status check_directory_uri(std::string_view text) {
  if (is_directory_uri(text)) return done();
  return expected("one address such as ldapi:/// or ldaps://ldap.example.org (never a list)");
}

Status check_optional_directory_uri(std::string_view text) {
  return text.empty() ? done() : check_directory_uri(text);
}

Status check_name(std::string_view text) {
  const auto name = ldap::Dn::parse(text);
  if (name && !name->empty()) return done();
  return expected("a directory name such as ou=people,dc=example,dc=org");
}

Status check_optional_name(std::string_view text) {
  return text.empty() ? done() : check_name(text);
}

Status check_attribute(std::string_view text) {
  if (ldap::AttrName::parse(text)) return done();
  return expected("the name of an attribute or object class, such as uid");
}

Status check_mail_address(std::string_view text) {
  if (Email::parse(text)) return done();
  return expected("one mail address such as no-reply@example.org");
}

Status check_absolute_path(std::string_view text) {
  if (text.starts_with("/") && text.size() > 1) return done();
  return expected("an absolute path");
}

Status check_path(std::string_view text) {
  if (!text.empty() && text.back() != '/') return done();
  return expected("a path without a final slash");
}

Status check_one_line(std::string_view text) {
  if (text.empty() || is_presentable(text)) return done();
  return expected("plain text without control characters");
}

Status check_optional_instant(std::string_view text) {
  if (text.empty() || parse_rfc3339(text)) return done();
  return expected("empty or an instant such as 2026-03-08T10:00:00Z");
}

Status check_optional_application(std::string_view text) {
  if (text.empty() || is_slug(text)) return done();
  return expected("empty or the identifier of an application, such as soffi");
}

Status check_required_text(std::string_view text) {
  if (is_presentable(text)) return done();
  return expected("plain text that is not empty");
}

}  // namespace habilitd::fastcgi
