#include "scim/search.h"

#include <algorithm>

#include "scim/endpoints.h"
#include "scim/errors.h"
#include "scim/render.h"

namespace habilitd::scim {

struct ListPage {
  std::vector<Hit> hits;
  std::size_t total = 0;
  std::string next;  // the cursor, in a walk by cursors that goes on
};

namespace {

using View = ldap::Mirror::View;

// Does the query have to look at resources that are not on its page?
bool compares(const Call& call, const Query& query) {
  if (!call.audience.sight.all() || query.filters()) return true;
  return std::any_of(query.parts.begin(), query.parts.end(),
                     [](const Query::Part& part) { return endpoint(*part.type).holds; });
}

// Nothing to compare: only the page is looked at.
void take_page(const Query& query, const View& view, ListPage& page) {
  for (std::size_t part = 0; part < query.parts.size(); ++part) {
    for (const ldap::Kind kind : endpoint(*query.parts[part].type).kinds) {
      const auto& nodes = view.all(kind);
      const std::size_t wanted = query.start - 1 + page.hits.size();
      for (std::size_t i = wanted > page.total ? wanted - page.total : 0;
           i < nodes.size() && page.hits.size() < query.count; ++i) {
        page.hits.push_back({nodes[i], static_cast<std::uint32_t>(part)});
      }
      page.total += nodes.size();
    }
  }
}

struct Shown {
  std::unique_ptr<ResourceReader> resource;
  const AttributeSet* attributes;
};

std::string list_body(const std::vector<Shown>& resources, const Query& query,
                      const ListPage& page) {
  std::string body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],)";
  body.reserve(256 + resources.size() * 1024);
  body += "\"totalResults\":" + std::to_string(page.total);
  if (!query.cursor) body += ",\"startIndex\":" + std::to_string(query.start);
  body += ",\"itemsPerPage\":" + std::to_string(resources.size());
  if (!page.next.empty()) body += ",\"nextCursor\":\"" + page.next + '"';
  body += ",\"Resources\":[";
  for (const auto& [resource, attributes] : resources) {
    if (body.back() != '[') body += ',';
    render(body, resource->type(), *resource, *attributes);
  }
  return body + "]}";
}

}  // namespace

Status Lists::find_page(Call& call, const Query& query, const View& view, ListPage& page) {
  if (!compares(call, query) && !query.sorted && !query.cursor) {
    take_page(query, view, page);
    return done();
  }
  // A cursor is for one client alone.
  const std::string walk =
      query.cursor ? call.audience.id_prefix + call.audience.sight.key() + query.key() : "";
  std::optional<Place> last;
  if (query.cursor && !query.cursor->empty()) {
    auto place = cursors_.open(*query.cursor, query.count, walk, call.services.clock.now());
    if (!place) return place.error();
    last = *std::move(place);
  }
  Selector selector(call.audience, query, view, cache_);
  const auto cut = [&](const std::vector<Hit>& hits) {
    const auto behind = [&](const Hit& hit) {
      return !comes_before(*last, selector.place(hit), query.descending);
    };
    const auto first =
        last ? std::partition_point(hits.begin(), hits.end(), behind)
             : hits.begin() + static_cast<std::ptrdiff_t>(std::min(query.start - 1, hits.size()));
    const auto left = static_cast<std::size_t>(hits.end() - first);
    page.total = hits.size();
    page.hits.assign(first, first + static_cast<std::ptrdiff_t>(std::min(query.count, left)));
    if (query.cursor && !page.hits.empty() && query.count < left) {
      page.next = cursors_.make(selector.place(page.hits.back()), query.count, walk,
                                call.services.clock.now());
    }
  };
  const std::string key = result_key(call.audience, query);
  auto kept = cache_.orders.find(key);
  if (!kept) {
    if (const auto found = selector.find_few()) {
      cut(*found);
      return done();
    }
    kept = cache_.orders.get(key);
  }
  auto used = kept->with(selector, cut);
  cache_.orders.trim();
  return used;
}

Result<Response> Lists::answer(Call& call, const Query& query) {
  ListPage page;
  std::vector<Shown> resources;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    if (auto ok = find_page(call, query, *view, page); !ok) return ok.error();
    for (const Hit& hit : page.hits) {
      const Query::Part& part = query.parts[hit.part];
      auto reader = make_reader(*part.type, call.audience);
      reader->look_at(view->at(hit.node), &*view);
      reader->keep_links(part.shown);
      resources.push_back({std::move(reader), &part.shown});
    }
  }
  return json_response(200, list_body(resources, query, page));
}

}  // namespace habilitd::scim
