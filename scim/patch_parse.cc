#include <algorithm>

#include "scim/errors.h"
#include "scim/normalise.h"
#include "scim/patch.h"

namespace habilitd::scim {
namespace {

constexpr std::string_view kPatchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
constexpr std::size_t kMostOperations = 2000;

// attrName of RFC 7643 section 2.1.
bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '$';
  };
  return !text.empty() && (is_letter(text.front()) || text.front() == '$') &&
         std::all_of(text.begin(), text.end(), fits);
}

class PatchParser {
 public:
  PatchParser(const ResourceType& type, Tolerance& tolerance)
      : type_(type), tolerance_(tolerance) {}

  Result<std::vector<Edit>> parse(const Json& body) {
    if (auto ok = check_message_schema(body, kPatchUrn, tolerance_); !ok) return ok.error();
    if (auto ok = known_members(body, {"schemas", "Operations"}); !ok) return ok.error();
    const Json* operations = member_of(body, "Operations");
    if (!operations || !operations->is_array() || operations->empty()) {
      return invalid_syntax("\"Operations\" is a list with at least one operation.");
    }
    if (operations->size() > kMostOperations) {
      return Error{Errc::kTooLarge, "patch-operations", {}};
    }
    for (const Json& operation : *operations) {
      if (auto ok = add(operation); !ok) return ok.error();
    }
    return std::move(edits_);
  }

 private:
  Status known_members(const Json& object, std::initializer_list<std::string_view> names) {
    for (const auto& [key, value] : object.items()) {
      const std::string& name = key;
      const bool known = std::any_of(names.begin(), names.end(),
                                     [&](std::string_view each) { return same_name(each, name); });
      if (!known && !tolerance_.accept(Quirk::kExtraMembers)) {
        return invalid_syntax("There is no member \"" + name + "\" in a PatchOp message.");
      }
    }
    return done();
  }

  Result<PatchOp> read_op(const Json& operation) {
    const Json* op = member_of(operation, "op");
    if (op && op->is_string()) {
      const std::string& word = op->get_ref<const std::string&>();
      constexpr std::string_view kWords[] = {"add", "remove", "replace"};
      for (std::size_t i = 0; i < 3; ++i) {
        if (word == kWords[i]) return static_cast<PatchOp>(i);
        if (same_name(word, kWords[i]) && tolerance_.accept(Quirk::kOpCase)) {
          return static_cast<PatchOp>(i);
        }
      }
    }
    return invalid_syntax("\"op\" is one of add, remove, replace.");
  }

  Status add(const Json& operation) {
    if (!operation.is_object()) return invalid_syntax("An operation is a JSON object.");
    if (auto ok = known_members(operation, {"op", "path", "value"}); !ok) return ok;
    auto op = read_op(operation);
    if (!op) return op.error();
    const Json* path = member_of(operation, "path");
    const Json* value = member_of(operation, "value");
    if (!value && *op != PatchOp::kRemove) return invalid_syntax("\"value\" is missing.");
    const Json none;
    if (!path || path->is_null()) return add_pathless(*op, value ? *value : none);
    if (!path->is_string()) return invalid("invalidPath", "\"path\" is a string.");
    return add_target(*op, path->get_ref<const std::string&>(), value ? *value : none);
  }

  Status add_target(PatchOp op, const std::string& text, const Json& value) {
    auto target = parse_patch_path(text, {type_, &tolerance_, false, {}});
    if (!target) {
      if (is_unknown(text, target.error()) && tolerance_.accept(Quirk::kUnknownAttribute)) {
        return done();
      }
      return target.error();
    }
    return add_edit(op, *std::move(target), value);
  }

  // Is a path refused for nothing but a name that nobody knows?
  bool is_unknown(const std::string& text, const Error& error) {
    const std::size_t opened = text.find('['), closed = text.rfind(']');
    if (opened == std::string::npos) {
      return error.reason == "invalidPath" && !type_.resolve(text);
    }
    if (closed == std::string::npos) return false;
    const std::string head = text.substr(0, opened), after = text.substr(closed + 1);
    if (!is_name(head.substr(head.rfind(':') + 1))) return false;
    if (!after.empty() && !(after.front() == '.' && is_name(after.substr(1)))) return false;
    const std::string element = text.substr(0, closed + 1);
    // As at the root, where an unknown name is no error.
    const auto lenient = parse_filter(element, {type_, &tolerance_, true, {}});
    if (!lenient || (lenient->op != FilterOp::kElement && lenient->op != FilterOp::kNever)) {
      return false;
    }
    return !parse_filter(element, {type_, &tolerance_, false, {}}) ||
           (!after.empty() && !type_.resolve(head + after));
  }

  Status add_edit(PatchOp op, PatchPath target, const Json& value) {
    if (!target.path.attribute) return add_extension(op, target.path, value);
    if (auto ok = may_change(target); !ok) return ok;
    if (op == PatchOp::kRemove) {
      if (auto ok = may_remove(target, value); !ok) return ok;
    }
    edits_.push_back({op, std::move(target), value});
    return done();
  }

  Status may_change(const PatchPath& target) const {
    const Path& path = target.path;
    const auto fixed = [](const Attribute& attribute) {
      return attribute.mutability == Mutability::kReadOnly ||
             attribute.mutability == Mutability::kImmutable;
    };
    if (fixed(*path.attribute) || fixed(path.leaf())) {
      return not_mutable("\"" + path.leaf().name + "\" cannot be changed.");
    }
    return done();
  }

  Status may_remove(const PatchPath& target, const Json& value) {
    if (target.path.leaf().required && !target.path.sub) {
      return not_mutable("\"" + target.path.leaf().name + "\" is required.");
    }
    if (target.path.leaf().mutability == Mutability::kWriteOnly) {
      return not_mutable("\"" + target.path.leaf().name + "\" can be replaced, not removed.");
    }
    if (value.is_null() || !target.path.attribute->multi_valued || target.filter) return done();
    if (tolerance_.accept(Quirk::kRemoveByValue)) return done();
    return invalid_syntax("Name the values to remove with a filter in the path.");
  }

  // Each of its attributes that can be.
  Status remove_extension(const Schema& extension) {
    const std::size_t before = edits_.size();
    for (const Attribute& attribute : extension.attributes) {
      PatchPath target{{&extension, &attribute, nullptr}, std::nullopt};
      if (!may_change(target) || !may_remove(target, Json())) continue;
      edits_.push_back({PatchOp::kRemove, std::move(target), Json()});
    }
    if (edits_.size() > before) return done();
    return not_mutable("Nothing of \"" + extension.id + "\" can be removed.");
  }

  // An extension as a whole: each of its attributes.
  Status add_extension(PatchOp op, const Path& path, const Json& value) {
    const Schema& extension = *path.schema;
    if (op == PatchOp::kRemove) return remove_extension(extension);
    if (!value.is_object()) return invalid_syntax("\"" + extension.id + "\" is an object.");
    for (const auto& [key, part] : value.items()) {
      if (same_name(key, "schemas")) continue;  // some clients name the extension once more
      if (auto ok = add_member(op, extension.id + ":" + key, part); !ok) return ok;
    }
    return done();
  }

  Status add_pathless(PatchOp op, const Json& value) {
    if (op == PatchOp::kRemove) return no_target("A removal needs a path.");
    if (!tolerance_.accept(Quirk::kPathless)) return no_target("An operation needs a path.");
    if (!value.is_object()) return invalid_syntax("Without a path, \"value\" is an object.");
    for (const auto& [key, part] : value.items()) {
      if (auto ok = add_member(op, key, part); !ok) return ok;
    }
    return done();
  }

  // A member of a path-less value: an attribute, an extension, or (Entra) a path.
  Status add_member(PatchOp op, const std::string& key, const Json& value) {
    if (same_name(key, "schemas")) return done();  // follows from the attributes
    const auto plain = type_.resolve_key(key);
    if (plain && plain->attribute && plain->attribute->mutability == Mutability::kReadOnly &&
        tolerance_.accept(Quirk::kPathlessReadOnly)) {
      return done();
    }
    if (plain) return add_edit(op, {*plain, std::nullopt}, value);
    const bool path = key.find_first_of(".[") != std::string::npos;
    if (path && tolerance_.accept(Quirk::kDottedKeys)) return add_target(op, key, value);
    if (tolerance_.accept(Quirk::kUnknownAttribute)) return done();
    return invalid_syntax("There is no attribute \"" + key + "\".");
  }

  const ResourceType& type_;
  Tolerance& tolerance_;
  std::vector<Edit> edits_;
};

}  // namespace

Result<std::vector<Edit>> parse_patch(const ResourceType& type, const Json& body,
                                      Tolerance& tolerance) {
  return PatchParser(type, tolerance).parse(body);
}

}  // namespace habilitd::scim
