// Words the tests of this folder share.
#pragma once

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "policies/engine.h"

namespace habilitd::policies::test {

inline std::string shipped(const std::string& name) {
  std::ifstream in(HABILITD_SOURCE_DIR "/policies/" + name, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(in, name);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline Json json(std::string_view text) { return Json::parse(text); }

inline PolicyPtr policy_of(const std::string& text) {
  auto policy = Policy::parse(text);
  BOOST_REQUIRE_MESSAGE(policy.ok(), (policy.ok() ? "" : policy.error().detail));
  return *policy;
}

// A policy with these rules and nothing else.
inline std::string with_rules(const std::string& rules) {
  return R"({"format":"habilitd-policy/1","id":"p","version":1,"application":"a","rules":)" +
         rules + "}";
}

inline std::string permit_when(const std::string& when) {
  return with_rules(R"([{"id":"r","effect":"permit","actions":["use"],"when":)" + when + "}]");
}

inline std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace habilitd::policies::test
