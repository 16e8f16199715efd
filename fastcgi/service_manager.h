// What systemd wants to know: ready, stopping, and a sign of life (sd_notify(3)). Does nothing
// elsewhere.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace habilitd::fastcgi {

// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..."; lost silently when nobody listens.
void notify_service_manager(std::string_view state);

// How often a sign of life is due, when the service manager wants one (half its limit).
std::optional<std::chrono::milliseconds> watchdog_period();

}  // namespace habilitd::fastcgi
