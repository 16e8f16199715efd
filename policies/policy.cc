#include "policies/policy.h"

#include <algorithm>
#include <set>

#include "base/crypto.h"
#include "policies/approval.h"
#include "policies/engine.h"
#include "policies/reader.h"

namespace habilitd::policies {

namespace {

constexpr std::size_t kMaxRules = 500;
constexpr int kMaxVersion = 1000000000;
// A condition 16 deep is about twice as deep as JSON.
constexpr JsonLimits kFileLimits{1 << 20, 64, 100000, 16 * 1024};

// The reasons of engine.h; a rule of that name could not be told from them.
constexpr std::string_view kReserved[] = {"no-rule", "unknown-role", "unknown-structure",
                                          "unknown-person", "indeterminate"};

class Loader {
 public:
  Loader(std::string_view text, const Json& json) : text_(text), json_(json) {}

  Result<PolicyPtr> load() {
    const ObjectReader file(json_, "", problems_,
                            {"format", "id", "version", "application", "labels", "roles", "limits",
                             "rules", "approval", "review", "entities", "trustProperties"});
    if (!json_.is_object()) return problems_.error("policy-invalid");
    file.one_of("format", {"habilitd-policy/1"}, "");
    policy_->id = file.name("id");
    policy_->application = file.name("application");
    if (file.need("version") != nullptr)
      policy_->version = file.number("version", 0, 1, kMaxVersion);
    policy_->labels = file.labels("labels");
    policy_->hash = to_hex(sha256(text_));
    roles(file);
    limits(file);
    rules(file);
    approval(file);
    entities(file);
    trusted(file);
    if (!problems_.empty()) return problems_.error("policy-invalid");
    return PolicyPtr(std::move(policy_));
  }

 private:
  void roles(const ObjectReader& file) {
    const Json* roles = file.find("roles");
    if (roles == nullptr) return;
    if (!roles->is_object()) return problems_.add("/roles", "expected an object");
    // Json sorts its keys; people see the roles as the author wrote them. The text passed the gate.
    const auto as_written = nlohmann::ordered_json::parse(text_);
    for (const auto& [id, ignored] : as_written.at("roles").items()) {
      policy_->role_order.push_back(id);
      policy_->roles.emplace(id, role(id, roles->at(id)));
    }
    for (const auto& id : policy_->role_order) check_references(policy_->roles.at(id));
    if (problems_.empty()) exclude_mutually();
    for (const auto& id : policy_->role_order) check_obtainable(policy_->roles.at(id));
  }

  Role role(const std::string& id, const Json& json) {
    const ObjectReader reader(json, below("/roles", id), problems_,
                              {"labels", "descriptions", "requestable", "renewable", "manages",
                               "requires", "excludes", "maxDuration"});
    if (!is_name(id)) problems_.add(reader.place(), "not a role name");
    Role out;
    out.id = id;
    out.labels = reader.labels("labels");
    out.descriptions = reader.labels("descriptions");
    out.requestable = reader.flag("requestable", false);
    out.renewable = reader.flag("renewable", false);
    out.manages = reader.flag("manages", false);
    out.requires_ = reader.names("requires");
    out.excludes = reader.names("excludes");
    out.max_duration = reader.period("maxDuration");
    return out;
  }

  void check_references(const Role& role) {
    const std::string place = below("/roles", role.id);
    const auto check = [&](const std::vector<std::string>& names, std::string_view key) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string at = below(below(place, key), i);
        if (names[i] == role.id) problems_.add(at, "the role itself");
        if (!policy_->roles.contains(names[i]))
          problems_.add(at, "unknown role \"" + names[i] + "\"");
      }
    };
    check(role.requires_, "requires");
    check(role.excludes, "excludes");
  }

  void exclude_mutually() {
    for (auto& [id, role] : policy_->roles) {
      for (const auto& other : role.excludes) {
        auto& back = policy_->roles.at(other).excludes;
        if (std::find(back.begin(), back.end(), id) == back.end()) back.push_back(id);
      }
    }
  }

  // Nobody could ever hold a role that requires itself in the end, or one it excludes.
  void check_obtainable(const Role& role) {
    std::set<std::string> needed;
    std::vector<std::string> open = role.requires_;
    while (!open.empty()) {
      const std::string next = std::move(open.back());
      open.pop_back();
      const auto it = policy_->roles.find(next);
      if (it == policy_->roles.end() || !needed.insert(next).second) continue;
      open.insert(open.end(), it->second.requires_.begin(), it->second.requires_.end());
    }
    const std::string place = below(below("/roles", role.id), "requires");
    if (needed.contains(role.id)) problems_.add(place, "requires itself in the end");
    for (const auto& excluded : role.excludes) {
      if (needed.contains(excluded))
        problems_.add(place, "needs \"" + excluded + "\", which it excludes");
    }
  }

  void limits(const ObjectReader& file) {
    const Json* json = file.find("limits");
    if (json == nullptr) return;
    const ObjectReader reader(
        *json, "/limits", problems_,
        {"pendingPerUserAndStructure", "justificationMin", "justificationMax"});
    Limits& out = policy_->limits;
    out.pending_per_person_and_structure =
        reader.number("pendingPerUserAndStructure", out.pending_per_person_and_structure, 1, 1000);
    out.justification_min = reader.number("justificationMin", out.justification_min, 0, 10000);
    out.justification_max = reader.number("justificationMax", out.justification_max, 1, 10000);
    if (out.justification_min > out.justification_max) {
      problems_.add("/limits/justificationMin", "above justificationMax");
    }
  }

  void rules(const ObjectReader& file) {
    if (file.need("rules") == nullptr) return;
    const Json* list = file.array("rules", 1, kMaxRules);
    if (list == nullptr) return;
    std::set<std::string> ids;
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto rule = read_rule((*list)[i], below("/rules", i));
      if (!rule->id.empty() && !ids.insert(rule->id).second) {
        problems_.add(below(below("/rules", i), "id"), "repeated");
      }
      policy_->rules.push_back(std::move(rule));
    }
  }

  std::shared_ptr<const Rule> read_rule(const Json& json, const std::string& place) {
    const ObjectReader reader(json, place, problems_,
                              {"id", "effect", "actions", "when", "why", "mode"});
    auto rule = std::make_shared<Rule>();
    rule->id = reader.name("id");
    if (std::find(std::begin(kReserved), std::end(kReserved), rule->id) != std::end(kReserved)) {
      problems_.add(reader.place("id"), "reserved");
    }
    const bool forbids = reader.one_of("effect", {"permit", "forbid"}, "") == "forbid";
    rule->effect = forbids ? Effect::kForbid : Effect::kPermit;
    rule->observed_only = reader.one_of("mode", {"enforce", "observe"}, "enforce") == "observe";
    rule->actions = reader.names("actions");
    if (reader.need("actions") != nullptr) reader.array("actions", 1, kMaxRules);
    rule->why = reader.labels("why");
    if (const Json* when = reader.need("when")) {
      rule->when = compile_condition(*when, reader.place("when"), problems_);
    }
    return rule;
  }

  void approval(const ObjectReader& file) {
    if (const Json* approval = file.find("approval")) {
      policy_->approval_when = check_approval(*approval, "/approval", problems_);
      policy_->approval = *approval;
      collect_groups(*approval, policy_->approver_groups);
    }
    if (const Json* review = file.find("review")) {
      check_review(*review, "/review", problems_);
      policy_->review = *review;
      collect_groups(*review, policy_->approver_groups);
    }
  }

  // type -> id -> attributes, and under "actions" the list of action names.
  void entities(const ObjectReader& file) {
    const Json* json = file.find("entities");
    if (json == nullptr) return;
    if (!json->is_object()) return problems_.add("/entities", "expected an object");
    for (const auto& [type, members] : json->items()) {
      const std::string place = below("/entities", type);
      if (type == "actions") {
        file_actions(*json);
      } else if (!members.is_object()) {
        problems_.add(place, "expected an object of entities by id");
      } else {
        for (const auto& [id, attributes] : members.items()) {
          if (!attributes.is_object()) problems_.add(below(place, id), "expected an object");
        }
      }
    }
    policy_->entities = *json;
  }

  void file_actions(const Json& entities_json) {
    const Json& actions = entities_json.at("actions");
    const auto is_text = [](const Json& value) { return value.is_string(); };
    if (!actions.is_array() || !std::all_of(actions.begin(), actions.end(), is_text)) {
      problems_.add("/entities/actions", "expected an array of action names");
    }
  }

  void trusted(const ObjectReader& file) {
    const auto paths = file.names("trustProperties");
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const std::string_view path = paths[i];
      const auto attribute = path.substr(std::min(path.find('.'), path.size()));
      const bool known = path.starts_with("subject.") || path.starts_with("resource.");
      const bool one_member =
          attribute.size() > 1 && attribute.find('.', 1) == std::string_view::npos;
      if (!known || !one_member || attribute == ".id" || attribute == ".type") {
        problems_.add(below("/trustProperties", i),
                      "expected \"subject.NAME\" or \"resource.NAME\", not id or type");
      }
    }
    policy_->trusted = paths;
  }

  std::string_view text_;
  const Json& json_;
  Problems problems_;
  std::shared_ptr<Policy> policy_ = std::make_shared<Policy>();
};

}  // namespace

const std::string& label_in(const Labels& labels, std::string_view language,
                            const std::string& fallback) {
  for (const std::string_view wanted : {language, std::string_view("fr")}) {
    for (const auto& [name, text] : labels) {
      if (name == wanted) return text;
    }
  }
  return labels.empty() ? fallback : labels.begin()->second;
}

const Role* Policy::role(std::string_view name) const {
  const auto it = roles.find(std::string(name));
  return it == roles.end() ? nullptr : &it->second;
}

Result<std::shared_ptr<const Policy>> Policy::parse(std::string_view text) {
  auto json = parse_json(text, kFileLimits);
  if (!json.ok()) return json.error();
  return Loader(text, *json).load();
}

}  // namespace habilitd::policies
