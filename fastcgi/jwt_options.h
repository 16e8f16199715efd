// The settings jwt.*: their rows of the option table, and the values made from them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/settings.h"
#include "fastcgi/jwt_caller.h"

namespace habilitd::fastcgi {

void add_jwt_options(std::vector<Option>& table);

// The settings must have been read with those rows.
JwtSettings jwt_settings(const Settings&);

// What no single value shows: settings that are missing beside jwt.issuer. Name and what is wrong.
std::vector<std::pair<std::string, std::string>> jwt_problems(const JwtSettings&);

}  // namespace habilitd::fastcgi
