#include "policies/approval.h"

#include <set>
#include <string>

namespace habilitd::policies {

namespace {

constexpr std::string_view kGroup = "group:";

bool is_selector(const Json& json) {
  if (!json.is_string()) return false;
  const std::string_view text = json.get_ref<const std::string&>();
  if (text.starts_with(kGroup)) return is_name(text.substr(kGroup.size()));
  return text == "structure-managers" || text == "application-owners" || text == "admin";
}

void check_selector(const Json& json, const std::string& place, Problems& problems) {
  if (is_selector(json)) return;
  problems.add(place, "expected structure-managers, application-owners, admin or group:NAME");
}

void check_selectors(const ObjectReader& reader, std::string_view key) {
  if (reader.need(key) == nullptr) return;
  const Json* list = reader.array(key, 1, 10);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    check_selector((*list)[i], below(reader.place(key), i), reader.problems());
  }
}

// A step that comes when the stage is already over would never happen.
void check_before_due(const Json& period, const std::string& place,
                      const std::optional<CalendarPeriod>& due, Problems& problems) {
  const auto read = read_period(period, place, problems);
  if (read && due && Instant{} + *read >= Instant{} + *due) {
    problems.add(place, "not before the stage's due date");
  }
}

void check_stage(const Json& json, const std::string& place, Problems& problems) {
  const ObjectReader stage(json, place, problems,
                           {"approvers", "quorum", "ifNone", "due", "remind", "escalate",
                            "onTimeout", "distinct", "delegation"});
  check_selectors(stage, "approvers");
  stage.number("quorum", 1, 1, 20);
  stage.one_of("ifNone", {"admin", "skip", "refuse"}, "admin");
  stage.one_of("onTimeout", {"expire", "refuse"}, "expire");
  stage.flag("distinct", false);
  stage.flag("delegation", false);
  const auto due = stage.period("due");
  if (const Json* remind = stage.array("remind", 0, 10)) {
    for (std::size_t i = 0; i < remind->size(); ++i) {
      check_before_due((*remind)[i], below(stage.place("remind"), i), due, problems);
    }
  }
  if (const Json* escalate = stage.find("escalate")) {
    const ObjectReader reader(*escalate, stage.place("escalate"), problems, {"after", "to"});
    if (const Json* after = reader.need("after")) {
      check_before_due(*after, reader.place("after"), due, problems);
    }
    if (const Json* to = reader.need("to")) check_selector(*to, reader.place("to"), problems);
  }
}

std::shared_ptr<const Condition> check_block(const Json& json, const std::string& place, bool last,
                                             std::set<std::string>& ids, Problems& problems) {
  const ObjectReader block(json, place, problems, {"id", "when", "stages"});
  const std::string id = block.name("id");
  if (!id.empty() && !ids.insert(id).second) problems.add(block.place("id"), "repeated");
  if (block.need("stages") != nullptr) {
    if (const Json* stages = block.array("stages", 1, 8)) {
      for (std::size_t i = 0; i < stages->size(); ++i) {
        check_stage((*stages)[i], below(block.place("stages"), i), problems);
      }
    }
  }
  const Json* when = block.find("when");
  if (last && when != nullptr) problems.add(block.place("when"), "the last block has no when");
  if (!last && when == nullptr) problems.add(place, "only the last block has no when");
  if (when == nullptr) return nullptr;
  return std::make_shared<const Condition>(compile_condition(*when, block.place("when"), problems));
}

}  // namespace

std::vector<std::shared_ptr<const Condition>> check_approval(const Json& json,
                                                             const std::string& place,
                                                             Problems& problems) {
  std::vector<std::shared_ptr<const Condition>> conditions;
  if (!json.is_array() || json.empty() || json.size() > 100) {
    problems.add(place, "expected an array of 1 to 100 blocks");
    return conditions;
  }
  std::set<std::string> ids;
  for (std::size_t i = 0; i < json.size(); ++i) {
    conditions.push_back(
        check_block(json[i], below(place, i), i + 1 == json.size(), ids, problems));
  }
  return conditions;
}

void collect_groups(const Json& json, std::set<std::string, std::less<>>& groups) {
  if (json.is_string()) {
    const std::string_view text = json.get_ref<const std::string&>();
    if (text.starts_with(kGroup)) groups.emplace(text.substr(kGroup.size()));
  }
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items()) {
    if (key != "when") collect_groups(value, groups);
  }
}

void check_review(const Json& json, const std::string& place, Problems& problems) {
  const ObjectReader review(json, place, problems, {"every", "reviewers", "due", "onSilence"});
  if (review.need("every") != nullptr) review.period("every");
  if (review.need("due") != nullptr) review.period("due");
  check_selectors(review, "reviewers");
  review.one_of("onSilence", {"revoke", "keep"}, "revoke");
}

}  // namespace habilitd::policies
