#include "scim/bulk_references.h"

#include <algorithm>

namespace habilitd::scim {
namespace {

constexpr std::string_view kMark = "bulkId:";

void replace_whole(std::string& text, std::size_t at, const UseReference& use) {
  text = text.substr(0, at) + use(text.substr(at + kMark.size()));
}

// members[value eq "bulkId:x"]
void replace_quoted(std::string& text, const UseReference& use) {
  const std::string opening = '"' + std::string(kMark);
  for (std::size_t at = text.find(opening); at != std::string::npos;
       at = text.find(opening, at + 1)) {
    const std::size_t id = at + opening.size(), end = text.find('"', id);
    if (end == std::string::npos) return;
    text.replace(at + 1, end - at - 1, use(text.substr(id, end - id)));
  }
}

void replace(std::string& text, const UseReference& use) {
  if (text.starts_with(kMark)) {
    replace_whole(text, 0, use);
    return;
  }
  const std::size_t slash = text.rfind('/');
  if (slash == std::string::npos) return;
  if (std::string_view(text).substr(slash + 1).starts_with(kMark)) {
    replace_whole(text, slash + 1, use);
  }
}

bool refers(const Json& value, const std::set<std::string>& bulk_ids) {
  const std::set<std::string> found = references_in(value);
  return std::any_of(found.begin(), found.end(),
                     [&](const std::string& id) { return bulk_ids.count(id) > 0; });
}

// The attributes of one object: the resource itself, or one of its extensions.
void leave_out_of(Json& object, const std::string& prefix, const std::set<std::string>& bulk_ids,
                  std::vector<LeftOut>& out) {
  for (auto member = object.begin(); member != object.end();) {
    Json& value = *member;
    const std::string path = prefix + member.key();
    if (value.is_array()) {
      Json taken = Json::array(), left = Json::array();
      for (Json& element : value) {
        (refers(element, bulk_ids) ? taken : left).push_back(std::move(element));
      }
      value = std::move(left);
      if (!taken.empty()) out.push_back({path, std::move(taken)});
    } else if (refers(value, bulk_ids)) {
      out.push_back({path, std::move(value)});
      member = object.erase(member);
      continue;
    }
    ++member;
  }
}

}  // namespace

// Depth is bounded by the gate that the body came through.
void each_reference(Json& data, const UseReference& use) {
  if (data.is_string()) {
    replace(data.get_ref<std::string&>(), use);
  } else if (data.is_array()) {
    for (Json& each : data) each_reference(each, use);
  } else if (data.is_object()) {
    for (auto& [key, value] : data.items()) {
      if (key == "path" && value.is_string()) replace_quoted(value.get_ref<std::string&>(), use);
      each_reference(value, use);
    }
  }
}

void each_reference(std::vector<std::string>& path, const UseReference& use) {
  for (std::string& segment : path) {
    if (segment.starts_with(kMark)) replace_whole(segment, 0, use);
  }
}

std::set<std::string> references_in(const Json& data) {
  std::set<std::string> found;
  Json copy = data;
  each_reference(copy, [&](const std::string& id) {
    found.insert(id);
    return std::string();
  });
  return found;
}

std::vector<LeftOut> leave_out(const ResourceType& type, Json& data,
                               const std::set<std::string>& bulk_ids) {
  std::vector<LeftOut> out;
  for (auto& [key, value] : data.items()) {
    const bool extension = value.is_object() && type.schema(key) != nullptr;
    if (extension) leave_out_of(value, key + ':', bulk_ids, out);
  }
  leave_out_of(data, {}, bulk_ids, out);
  return out;
}

}  // namespace habilitd::scim
