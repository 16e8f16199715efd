#pragma once
namespace habilitd {
inline constexpr const char* kVersion = "0.1.0";
}
