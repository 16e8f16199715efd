#include "scim/call.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "base/turns.h"
#include "scim/errors.h"
#include "scim/projection.h"
#include "scim/render.h"
#include "scim/streamed.h"

namespace habilitd::scim {

Call::Call(workflow::Services& all, const Settings& set, const Request& asked,
           const workflow::Client& by)
    : services(all),
      settings(set),
      request(asked),
      client(by),
      tolerance(parse_dialect(by.dialect)),
      audience{set.base_url, by.id.str() + ":", workflow::Sight(by)} {}

Result<Json> read_body(const Call& call) {
  JsonLimits limits;
  limits.max_bytes = call.settings.max_payload;
  return parse_json(call.request.body, limits);
}

Result<ldap::RecordPtr> find_resource(const Call& call, const ldap::Mirror::View& view,
                                      const ResourceType& type, std::string_view id) {
  const auto parsed = type.entry_of(id);
  auto record = parsed ? view.by_id(*parsed) : nullptr;
  if (!record || !is_of(type, *record) || !call.audience.sight.sees(*record, view)) {
    return unknown_resource();
  }
  return record;
}

Result<std::unique_ptr<ResourceReader>> read_resource(const Call& call, const ResourceType& type,
                                                      std::string_view id,
                                                      const AttributeSet& wanted) {
  const auto view = call.services.directory.view();
  if (!view) return view.error();
  auto record = find_resource(call, *view, type, id);
  if (!record) return record.error();
  auto reader = make_reader(type, call.audience);
  reader->look_at(*std::move(record), &*view);
  reader->keep_links(wanted);
  return reader;
}

Result<AttributeSet> asked_projection(const Call& call, const ResourceType& type) {
  const std::string* attributes = call.query("attributes");
  const std::string* excluded = call.query("excludedAttributes");
  if (!attributes && !excluded) return standard_projection(type);
  return parse_projection(type, attributes ? split_names(*attributes) : std::vector<std::string>(),
                          excluded ? split_names(*excluded) : std::vector<std::string>());
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.set("Content-Type", kContentType);
  response.body = std::move(body);
  return response;
}

namespace {

void set_version(Response& response, const ResourceReader& resource) {
  const CommonAttributes& common = common_attributes(resource.type());
  response.set("ETag", resource.version());
  const std::string location(resource.get(*common.meta, 0, common.location).text);
  response.set("Location", location);
  response.set("Content-Location", location);  // RFC 7643 section 3.1: the same as meta.location
}

}  // namespace

Response resource_response(const ResourceReader& resource, const AttributeSet& shown, int status) {
  std::string body;
  body.reserve(1024);
  render(body, resource.type(), resource, shown);
  Response response = json_response(status, std::move(body));
  set_version(response, resource);
  return response;
}

Response no_content(const ResourceReader& resource) {
  Response response;
  response.status = 204;
  set_version(response, resource);
  return response;
}

Result<Response> written_response(const Call& call, const ResourceType& type, const EntryUuid& id,
                                  int status) {
  auto shown = asked_projection(call, type);
  if (!shown) return shown.error();
  auto reader = read_resource(call, type, type.id_of(id), *shown);
  if (!reader) return reader.error();
  return resource_response(**reader, *shown, status);
}

namespace {

// Then an answer to PATCH leaves the members out.
bool is_big(const Call& call, const EntryUuid& id) {
  const auto view = call.services.directory.view();
  if (!view) return false;
  const auto record = view->by_id(id);
  return record && view->targets(record->node(), ldap::Link::kMember).size() > kManyValues;
}

}  // namespace

Result<Response> patched_response(const Call& call, const ResourceType& type, const EntryUuid& id,
                                  const Attribute* members) {
  auto shown = asked_projection(call, type);
  if (!shown) return shown.error();
  const bool big = members && !call.query("attributes") && (*shown)[members->index];
  if (!wants_no_body(call) && !(big && is_big(call, id))) {
    return written_response(call, type, id, 200);
  }
  auto reader = read_resource(call, type, type.id_of(id), {});
  if (!reader) return reader.error();
  return no_content(**reader);
}

Response deleted_response() {
  Response response;
  response.status = 204;
  return response;
}

bool wants_no_body(const Call& call) {
  return ascii_lower(call.request.headers.prefer).find("return=minimal") != std::string::npos &&
         !call.query("attributes");
}

void wait_for_mirror(const Call& call, const ldap::Written& written) {
  constexpr std::chrono::milliseconds kDeadline{2000};
  if (!call.services.directory.mirror().wait_for(written.id, written.csn, kDeadline)) {
    call.services.log.warn("scim.mirror-late", {{"entry", written.id.str()}});
  }
}

void Retry::start() { seen_ = call_.services.directory.mirror().changes(); }

bool Retry::again(const Error& error) {
  constexpr int kTries = 100;  // of as many writers at once each needs that many at worst
  if (error.code != Errc::kStale || ++tries_ >= kTries) return false;
  const StepAside meanwhile;
  for (int wait = 0; wait < 50 && call_.services.directory.mirror().changes() == seen_; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace habilitd::scim
