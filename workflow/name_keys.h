// Search keys of names, remembered: folding an accented name costs microseconds, and a list of ten
// thousand rights needs them all to be in order. Plain ASCII is folded at once and not kept. A
// cache: it may be emptied at any time, and is when it grows beyond its bound.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/text.h"

namespace habilitd::workflow {

class NameKeys {
 public:
  // search_key(name).
  std::string key(std::string_view name) const {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(name.begin(), name.end(), is_ascii)) return search_key(name);
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
    }
    std::string made = search_key(name);
    const std::unique_lock lock(mutex_);
    if (keys_.size() >= kMost) keys_.clear();
    keys_.emplace(name, made);
    return made;
  }

 private:
  static constexpr std::size_t kMost = 100000;  // about 15 MB
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, std::string, Hash, std::equal_to<>> keys_;
};

}  // namespace habilitd::workflow
