// What a setting's value must look like. Each error says what was expected.
#pragma once

#include <string_view>

#include "base/result.h"

namespace habilitd::fastcgi {

Status check_base_url(std::string_view);  // http(s)://host[:port], no final slash
Status check_optional_url(
    std::string_view);  // empty, http(s)://..., mailto:... or a path on our origin
Status check_directory_uri(std::string_view);  // one of ldap:// ldaps:// ldapi://, never a list
Status check_optional_directory_uri(std::string_view);
Status check_name(std::string_view);  // a directory name (DN) that is not empty
Status check_optional_name(std::string_view);
Status check_attribute(std::string_view);  // RFC 4512 attribute or class name
Status check_mail_address(std::string_view);
Status check_absolute_path(std::string_view);
Status check_path(std::string_view);      // not empty; relative ones start at the settings file
Status check_one_line(std::string_view);  // presentable or empty
Status check_optional_instant(std::string_view);
Status check_optional_application(std::string_view);
Status check_required_text(std::string_view);

}  // namespace habilitd::fastcgi
