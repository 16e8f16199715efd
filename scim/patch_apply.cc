#include <algorithm>

#include "scim/errors.h"
#include "scim/json_reader.h"
#include "scim/normalise.h"
#include "scim/patch.h"
#include "scim/patch_values.h"

namespace habilitd::scim {
namespace {

// Does it name one other resource, by its value or its $ref?
bool is_link(const Attribute& attribute) {
  return !attribute.multi_valued && attribute.value_sub() && attribute.find_sub("$ref");
}

bool add_implied(const FilterNode& node, Json& element) {
  if (node.op == FilterOp::kAnd) {
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](const FilterNode& child) { return add_implied(child, element); });
  }
  if (node.op != FilterOp::kEqual || !node.path.sub) return false;
  if (node.operand.kind == Operand::Kind::kText) {
    element[node.path.sub->name] = node.operand.text;
  } else if (node.operand.kind == Operand::Kind::kBool) {
    element[node.path.sub->name] = node.operand.flag;
  } else {
    return false;
  }
  return true;
}

class Editor {
 public:
  Editor(const ResourceType& type, Json& tree, const Edit& edit, Tolerance& tolerance)
      : type_(type),
        tree_(tree),
        edit_(edit),
        attribute_(*edit.target.path.attribute),
        sub_(edit.target.path.sub),
        tolerance_(tolerance) {
    if (const Json* found = find_value(type, tree, attribute_)) value_ = *found;
  }

  Status run() {
    Status changed = attribute_.multi_valued ? change_values() : change_single();
    if (!changed) return changed;
    if (value_.is_structured() && value_.empty()) value_ = nullptr;
    if (value_.is_null() && attribute_.required) {
      return invalid_value("\"" + attribute_.name + "\" is required.");
    }
    set_value(type_, tree_, attribute_, std::move(value_));
    return done();
  }

 private:
  bool removes() const { return edit_.op == PatchOp::kRemove; }

  Status change_single() {
    if (sub_) return is_link(attribute_) ? change_link() : change_sub(value_);
    if (removes()) {
      value_ = nullptr;
      return done();
    }
    auto given = check_value(attribute_, edit_.value, tolerance_);
    if (!given) return given.error();
    if (merges(*given)) {
      value_.update(*given);
    } else {
      value_ = *std::move(given);
    }
    return done();
  }

  // Value and $ref of a link say the same thing: another one of either leaves nothing of the old.
  bool merges(const Json& given) const {
    if (!given.is_object() || !value_.is_object()) return false;
    return !is_link(attribute_) || linked_id(given) == linked_id(value_);
  }

  Status change_link() {
    Json changed = value_;
    if (auto ok = change_sub(changed); !ok) return ok;
    const Json* id = member_of(changed, sub_->name);
    if (!id) {
      value_ = nullptr;
    } else if (linked_id(changed) != linked_id(value_)) {
      value_ = Json{{sub_->name, *id}};
    }
    return done();
  }

  Status change_sub(Json& object) {
    if (removes()) {
      if (object.is_object()) object.erase(sub_->name);
      return done();
    }
    auto given = check_value(*sub_, edit_.value, tolerance_);
    if (!given) return given.error();
    if (given->is_null()) {
      if (object.is_object()) object.erase(sub_->name);
    } else {
      object[sub_->name] = *std::move(given);
    }
    return done();
  }

  Status change_values() {
    if (!value_.is_array()) value_ = Json::array();
    const std::vector<bool> before = primaries();
    Status changed = edit_.target.filter ? change_matching()
                     : sub_              ? change_all_subs()
                                         : change_list();
    if (!changed) return changed;
    drop_empty();
    keep_one_primary(before);
    return settle_values(attribute_, value_);
  }

  Status change_list() {
    if (removes()) return remove_listed();
    auto given = check_list(edit_.value);
    if (!given) return given.error();
    if (edit_.op == PatchOp::kReplace) {
      value_ = *std::move(given);
    } else {
      add_values(value_, *std::move(given));
    }
    return done();
  }

  // One value, or several.
  Result<Json> check_list(const Json& value) {
    auto given = check_value(attribute_, value, tolerance_, !value.is_array());
    if (!given) return given;
    if (given->is_null()) return Json(Json::array());
    return given->is_array() ? *given : Json(Json::array({*given}));
  }

  Status remove_listed() {
    if (edit_.value.is_null()) {
      value_ = Json::array();
      return done();
    }
    auto given = check_list(edit_.value);
    if (!given) return given.error();
    const Patterns named(*given);
    keep_if([&](const Json& element, std::size_t) { return !named.any_fits(element); });
    return done();
  }

  Status change_all_subs() {
    if (value_.empty() && !removes()) return create(Json::object());
    for (Json& element : value_) {
      if (auto ok = change_sub(element); !ok) return ok;
    }
    return done();
  }

  Status change_matching() {
    std::vector<bool> matched(value_.size());
    const JsonReader reader(type_, tree_);
    for (std::size_t i = 0; i < matched.size(); ++i) {
      matched[i] = element_matches(*edit_.target.filter, reader, i);
    }
    if (std::find(matched.begin(), matched.end(), true) == matched.end()) return nothing_matched();
    if (removes() && !sub_) {
      keep_if([&](const Json&, std::size_t i) { return !matched[i]; });
      return done();
    }
    for (std::size_t i = 0; i < matched.size(); ++i) {
      if (!matched[i]) continue;
      if (auto ok = sub_ ? change_sub(value_[i]) : change_element(value_[i]); !ok) return ok;
    }
    return done();
  }

  Status change_element(Json& element) {
    auto given = check_value(attribute_, edit_.value, tolerance_, true);
    if (!given) return given.error();
    if (edit_.op == PatchOp::kAdd && given->is_object()) {
      element.update(*given);
    } else {
      element = *std::move(given);
    }
    return done();
  }

  // Removing what is not there is done; replacing it is an error, unless the dialect creates it.
  Status nothing_matched() {
    if (removes()) return done();
    const Quirk quirk = edit_.op == PatchOp::kAdd ? Quirk::kAddCreates : Quirk::kReplaceCreates;
    Json element = element_implied_by(*edit_.target.filter);
    if (element.is_null() || !tolerance_.accept(quirk)) {
      return no_target("No value of \"" + attribute_.name + "\" matches the filter.");
    }
    return create(std::move(element));
  }

  Status create(Json element) {
    if (auto ok = sub_ ? change_sub(element) : change_element_of_new(element); !ok) return ok;
    // What came from the filter has not been looked at as a value.
    auto clean = check_value(attribute_, element, tolerance_, true);
    if (!clean) return clean.error();
    if (!clean->is_null()) add_values(value_, Json::array({*std::move(clean)}));
    return done();
  }

  Status change_element_of_new(Json& element) {
    auto given = check_value(attribute_, edit_.value, tolerance_, true);
    if (!given) return given.error();
    if (given->is_object()) element.update(*given);
    return done();
  }

  template <class Keep>
  void keep_if(Keep&& keep) {
    Json kept = Json::array();
    for (std::size_t i = 0; i < value_.size(); ++i) {
      if (keep(value_[i], i)) kept.push_back(value_[i]);
    }
    value_ = std::move(kept);
  }

  void drop_empty() {
    keep_if([](const Json& element, std::size_t) {
      return !element.is_null() && !(element.is_object() && element.empty());
    });
  }

  static bool is_primary(const Json& element) {
    if (!element.is_object()) return false;
    const auto found = element.find("primary");
    return found != element.end() && *found == true;
  }

  std::vector<bool> primaries() const {
    std::vector<bool> found;
    for (const Json& element : value_) found.push_back(is_primary(element));
    return found;
  }

  // A value newly marked primary takes the mark from the others (RFC 7644 section 3.5.2). Removals
  // shift positions but mark nothing.
  void keep_one_primary(const std::vector<bool>& before) {
    if (removes() || edit_.op == PatchOp::kReplace) {
      if (!edit_.target.filter && !sub_) return;
    }
    std::size_t fresh = value_.size();
    for (std::size_t i = 0; i < value_.size(); ++i) {
      const bool was = i < before.size() && before[i];
      if (is_primary(value_[i]) && !was) fresh = i;
    }
    if (fresh == value_.size()) return;
    for (std::size_t i = 0; i < value_.size(); ++i) {
      if (i != fresh && is_primary(value_[i])) value_[i]["primary"] = false;
    }
  }

  const ResourceType& type_;
  Json& tree_;
  const Edit& edit_;
  const Attribute& attribute_;
  const Attribute* sub_;
  Tolerance& tolerance_;
  Json value_;
};

}  // namespace

Json element_implied_by(const FilterNode& filter) {
  Json element = Json::object();
  return add_implied(filter, element) ? element : Json();
}

Status apply_edit(const ResourceType& type, Json& tree, const Edit& edit, Tolerance& tolerance) {
  return Editor(type, tree, edit, tolerance).run();
}

}  // namespace habilitd::scim
