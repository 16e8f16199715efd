#include "scim/announce.h"

#include <algorithm>

namespace habilitd::scim {
namespace {

const std::string kProvisioning = "urn:ietf:params:scim:event:prov:";

std::string path_of(const ResourceType& type, const EntryUuid& id) {
  return type.endpoint() + "/" + type.id_of(id);
}

std::string present_version(const Call& call, const EntryUuid& id) {
  const auto view = call.services.directory.view();
  const auto record = view ? view->by_id(id) : nullptr;
  return record ? version_of(*record) : std::string();
}

// Members of `to` that `from` lacks or has otherwise, under `prefix`.
void add_differences(const Json& from, const Json& to, const std::string& prefix,
                     std::vector<std::string>& paths) {
  for (const auto& [name, value] : to.items()) {
    const auto other = from.find(name);
    if (name == "schemas" || (other != from.end() && *other == value)) continue;
    const bool extension = name.starts_with("urn:") && value.is_object();
    if (!extension) {
      paths.push_back(prefix + name);
    } else {
      add_differences(other == from.end() ? Json::object() : *other, value, name + ":", paths);
    }
  }
}

// Members of `from` that `to` has no more.
void add_losses(const Json& from, const Json& to, const std::string& prefix,
                std::vector<std::string>& paths) {
  for (const auto& [name, value] : from.items()) {
    if (name == "schemas") continue;
    const auto other = to.find(name);
    if (name.starts_with("urn:") && value.is_object()) {
      add_losses(value, other == to.end() ? Json::object() : *other, name + ":", paths);
    } else if (other == to.end()) {
      paths.push_back(prefix + name);
    }
  }
}

// `receivers`, and those of `before` that are not among them.
workflow::Receivers with_former(workflow::Receivers receivers, const workflow::Receivers& before) {
  const std::size_t present = receivers.size();
  for (const workflow::Receiver& one : before) {
    const auto end = receivers.begin() + static_cast<std::ptrdiff_t>(present);
    if (std::none_of(receivers.begin(), end,
                     [&](const workflow::Receiver& now) { return now.feed == one.feed; })) {
      receivers.push_back(one);
    }
  }
  return receivers;
}

}  // namespace

std::vector<std::string> event_uris() {
  std::vector<std::string> uris;
  for (const char* name :
       {"create:notice", "put:notice", "patch:notice", "delete", "activate", "deactivate"}) {
    uris.push_back(kProvisioning + name);
  }
  uris.emplace_back("urn:ietf:params:scim:event:misc:asyncresp");
  uris.emplace_back(workflow::kGrantedEvent);
  uris.emplace_back(workflow::kEndedEvent);
  return uris;
}

std::vector<std::string> changed_attributes(const Json& before, const Json& after) {
  std::vector<std::string> paths;
  add_differences(before, after, {}, paths);
  add_losses(before, after, {}, paths);
  return paths;
}

void announce(const Call& call, const ResourceType& type, const Announced& what) {
  const auto receivers = with_former(workflow::receivers_of(call.services, what.id), what.seen_by);
  if (receivers.empty()) return;
  Json notice{{"attributes", what.attributes}};
  if (std::string version = present_version(call, what.id); !version.empty()) {
    notice["version"] = std::move(version);
  }
  Json events{{kProvisioning + what.verb + ":notice", std::move(notice)}};
  if (what.active) {
    events[kProvisioning + (*what.active ? "activate" : "deactivate")] = Json::object();
  }
  workflow::publish(call.services, receivers,
                    {path_of(type, what.id), std::move(events), call.txn});
}

void announce_deletion(const Call& call, const ResourceType& type, const EntryUuid& id,
                       const workflow::Receivers& receivers) {
  workflow::publish(call.services, receivers,
                    {path_of(type, id), {{kProvisioning + "delete", Json::object()}}, call.txn});
}

}  // namespace habilitd::scim
