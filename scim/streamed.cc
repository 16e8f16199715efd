#include "scim/streamed.h"

#include <algorithm>

#include "scim/known_attributes.h"
#include "scim/render.h"

namespace habilitd::scim {
namespace {

// What is needed when the request is over.
struct Kept {
  Kept(const Call& call, const ResourceType& type, AttributeSet wanted)
      : audience(call.audience), shown(std::move(wanted)), resource(make_reader(type, audience)) {}

  const Audience audience;
  const AttributeSet shown;
  const std::unique_ptr<ResourceReader> resource;
};

void write_resource(const Kept& kept, const Response::Write& write) {
  std::string text;
  const Drain drain = [&write](std::string& out) {
    const bool wanted = write(std::string_view(out).substr(0, out.size() - 1));
    out.erase(0, out.size() - 1);
    return wanted;
  };
  render(text, kept.resource->type(), *kept.resource, kept.shown, drain);
  write(text);
}

}  // namespace

bool has_many_values(const ResourceReader& resource) {
  if (&resource.type() == &user_type()) return false;  // not worth a look at each GET
  const auto& attributes = resource.type().core().attributes;
  return std::any_of(attributes.begin(), attributes.end(), [&](const Attribute& each) {
    return each.multi_valued && resource.count(each) > kManyValues;
  });
}

Result<Response> streamed_response(const Call& call, const ResourceType& type, std::string_view id,
                                   const AttributeSet& shown) {
  const auto kept = std::make_shared<const Kept>(call, type, shown);
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    auto record = find_resource(call, *view, type, id);
    if (!record) return record.error();
    kept->resource->look_at(*std::move(record), &*view);
    kept->resource->keep_links(shown);
  }
  Response response = no_content(*kept->resource);
  response.status = 200;
  response.set("Content-Type", kContentType);
  response.stream = [kept](const Response::Write& write) { write_resource(*kept, write); };
  return response;
}

}  // namespace habilitd::scim
