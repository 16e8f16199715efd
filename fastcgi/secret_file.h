// Secrets in settings are files, so that the settings themselves can be shown to anyone.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace habilitd::fastcgi {

// The first line of the file. kInvalid, with the remedy in detail: unreadable, empty, longer than 4
// KiB, or readable by everybody.
Result<Secret> read_secret_file(const std::string& path);

// A key in PEM: the whole file, with the same conditions.
Result<Secret> read_key_file(const std::string& path);

}  // namespace habilitd::fastcgi
