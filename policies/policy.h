// A policy: what roles an application has, who may do what, and who must agree. Data in the format
// habilitd-policy/1; immutable once loaded.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace habilitd::policies {

using Labels = std::map<std::string, std::string>;  // language -> text
// The text in a language, else French, else any, else the fallback.
const std::string& label_in(const Labels&, std::string_view language, const std::string& fallback);

struct Role {
  std::string id;
  Labels labels, descriptions;
  bool requestable = false, renewable = false, manages = false;
  std::vector<std::string> requires_, excludes;
  std::optional<CalendarPeriod> max_duration;
};

struct Rule;       // policies/engine.h
struct Condition;  // policies/condition.h

struct Limits {
  int pending_per_person_and_structure = 3, justification_min = 10, justification_max = 500;
};

class Policy {
 public:
  // Strict: unknown key or operator, depth over 16, more than 500 rules are errors that name the
  // place as a JSON Pointer ("/rules/3/when/all/0: unknown operator \"regex\""), one a line; the
  // reason is policy-invalid, or the one of parse_json when the text is not acceptable JSON.
  // Exclusion is mutual: when A excludes B, B excludes A in the result, however the file says it,
  // so that separation of duties does not depend on which of the two roles is asked for first.
  static Result<std::shared_ptr<const Policy>> parse(std::string_view text);

  std::string id, application, hash;  // hash: lower-case hex SHA-256 of the file's bytes
  int version = 0;
  Labels labels;
  std::map<std::string, Role> roles;
  std::vector<std::string> role_order;  // as written in the file
  Limits limits;
  Json approval;  // checked, order kept; frozen into requests
  Json review;
  std::set<std::string, std::less<>> approver_groups;  // that either names as group:NAME
  Json entities;                                       // fixture entities for AuthZEN, or null
  std::vector<std::shared_ptr<const Rule>> rules;
  std::vector<std::shared_ptr<const Condition>> approval_when;  // one a block; null: always
  // Attributes for which a caller's own word counts ("subject.role"). What the directory cannot
  // know, action and context, always comes from the caller and needs no entry.
  std::vector<std::string> trusted;

  const Role* role(std::string_view id) const;
};
using PolicyPtr = std::shared_ptr<const Policy>;

}  // namespace habilitd::policies
