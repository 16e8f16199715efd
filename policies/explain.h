// Why a decision is what it is: all of it for an administrator (`habilitd policy explain`, the
// audit page), and one sentence without anybody's attributes for the person concerned.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/engine.h"

namespace habilitd::policies {

struct RuleTrace {
  std::string id;
  Effect effect = Effect::kPermit;
  bool observed_only = false;
  bool determining = false;
  Truth truth = Truth::kFalse;
  std::vector<std::string>
      attributes;  // "subject.state = \"active\"", "target.roles unknown"; sorted
};

// The rules that name the action, by id. Values as they stand in the facts: for administrators.
std::vector<RuleTrace> trace(const Policy&, std::string_view action, const Facts&);

// Lines of text: policy, version and hash; the decision and its reason; each rule of the trace.
std::string explain_for_administrator(const Policy&, std::string_view action, const Facts&);

// The determining rule's `why` in the language (else French), or a general sentence. Holds no
// attribute and no role of anybody: it is text of the policy's author.
std::string explain_for_person(const Decision&, std::string_view language);

}  // namespace habilitd::policies
