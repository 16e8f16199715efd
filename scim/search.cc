#include "scim/search.h"

#include <algorithm>

#include "base/text.h"
#include "scim/endpoints.h"
#include "scim/errors.h"
#include "scim/render.h"
#include "scim/shortcuts.h"

namespace habilitd::scim {
namespace {

using ldap::Kind;
using ldap::RecordPtr;
using View = ldap::Mirror::View;

// Comparisons that one request may cost: about a second of one core.
constexpr std::size_t kMostComparisons = 10'000'000;

// What is sorted by: text, or a number (also for instants and booleans).
struct SortKey {
  bool missing = true;
  std::string text;
  double number = 0;
};

struct Hit {
  RecordPtr record;
  SortKey key;
};

class Search {
 public:
  Search(const Call& call, const ResourceType& type, const Query& query, const View& view)
      : type_(type),
        query_(query),
        view_(view),
        call_(call),
        reader_(make_reader(type, call.audience)) {}

  Status run() {
    if (query_.filter) {
      if (const auto found = candidates(*query_.filter, type_, view_, call_.audience)) {
        for (const RecordPtr& record : *found) consider(record);
      } else if (auto ok = scan(); !ok) {
        return ok;
      }
    } else if (auto ok = query_.sort_by || endpoint(type_).holds ? scan() : take_page(); !ok) {
      return ok;
    }
    if (query_.sort_by) sort();
    return done();
  }

  // In all; page() of it.
  std::size_t total() const { return paged_ ? total_ : hits_.size(); }
  std::vector<RecordPtr> page() const {
    std::vector<RecordPtr> records;
    const std::size_t first = paged_ ? 0 : query_.start - 1;
    for (std::size_t i = first; i < hits_.size() && records.size() < query_.count; ++i) {
      records.push_back(hits_[i].record);
    }
    return records;
  }

 private:
  void consider(const RecordPtr& record) {
    if (!is_of(type_, *record)) return;
    reader_->look_at(record, &view_);
    if (query_.filter && !matches(*query_.filter, *reader_)) return;
    hits_.push_back({record, query_.sort_by ? key() : SortKey{}});
  }

  Status scan() {
    std::size_t all = 0;
    for (const Kind kind : endpoint(type_).kinds) all += view_.all(kind).size();
    if (query_.filter && all * term_count(*query_.filter) > kMostComparisons) {
      return invalid("tooMany", "The filter has too many terms for this many resources.");
    }
    for (const Kind kind : endpoint(type_).kinds) {
      for (const ldap::NodeId node : view_.all(kind)) {
        if (const RecordPtr record = view_.at(node)) consider(record);
      }
    }
    return done();
  }

  // Nothing to compare: only the page is looked at.
  Status take_page() {
    paged_ = true;
    std::size_t position = 0;
    for (const Kind kind : endpoint(type_).kinds) {
      const auto& nodes = view_.all(kind);
      total_ += nodes.size();
      for (std::size_t i = query_.start - 1 > position ? query_.start - 1 - position : 0;
           i < nodes.size() && hits_.size() < query_.count; ++i) {
        if (const RecordPtr record = view_.at(nodes[i])) hits_.push_back({record, {}});
      }
      position += nodes.size();
    }
    return done();
  }

  // Of several values the primary one, else the first (RFC 7644 section 3.4.2.3).
  std::size_t sorted_element(const Attribute& attribute, std::size_t count) const {
    const Attribute* primary = attribute.find_sub("primary");
    for (std::size_t i = 0; primary && i < count; ++i) {
      if (reader_->get(attribute, i, primary).flag) return i;
    }
    return 0;
  }

  SortKey key() const {
    SortKey key;
    const Attribute& attribute = *query_.sort_by->attribute;
    const std::size_t count = reader_->count(attribute);
    if (count == 0) return key;
    const Scalar value =
        reader_->get(attribute, sorted_element(attribute, count), query_.sort_by->sub);
    key.missing = !value.present();
    if (value.kind == Scalar::Kind::kText) {
      key.text = query_.sort_by->leaf().case_exact ? std::string(value.text) : fold(value.text);
    } else if (value.kind == Scalar::Kind::kInstant) {
      key.number = static_cast<double>(value.instant.time_since_epoch().count());
    } else {
      key.number = value.flag ? 1.0 : value.number;
    }
    return key;
  }

  // Missing values come last, and first in descending order; equal ones keep their order.
  void sort() {
    const auto before = [](const SortKey& a, const SortKey& b) {
      if (a.missing != b.missing) return b.missing;
      if (a.number != b.number) return a.number < b.number;
      return a.text < b.text;
    };
    std::stable_sort(hits_.begin(), hits_.end(), [&](const Hit& a, const Hit& b) {
      return query_.descending ? before(b.key, a.key) : before(a.key, b.key);
    });
  }

  const ResourceType& type_;
  const Query& query_;
  const View& view_;
  const Call& call_;
  std::unique_ptr<ResourceReader> reader_;
  std::vector<Hit> hits_;
  bool paged_ = false;
  std::size_t total_ = 0;
};

std::string list_body(const std::vector<std::unique_ptr<ResourceReader>>& page, const Query& query,
                      std::size_t total) {
  std::string body = R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],)";
  body.reserve(256 + page.size() * 1024);
  body += "\"totalResults\":" + std::to_string(total);
  body += ",\"startIndex\":" + std::to_string(query.start);
  body += ",\"itemsPerPage\":" + std::to_string(page.size());
  body += ",\"Resources\":[";
  for (const auto& resource : page) {
    if (body.back() != '[') body += ',';
    render(body, resource->type(), *resource, query.shown);
  }
  return body + "]}";
}

}  // namespace

Result<Response> list_resources(Call& call, const ResourceType& type, const Query& query) {
  std::vector<std::unique_ptr<ResourceReader>> page;
  std::size_t total = 0;
  {
    const auto view = call.services.directory.view();
    if (!view) return view.error();
    Search search(call, type, query, *view);
    if (auto ok = search.run(); !ok) return ok.error();
    total = search.total();
    for (RecordPtr& record : search.page()) {
      auto reader = make_reader(type, call.audience);
      reader->look_at(std::move(record), &*view);
      reader->keep_links(query.shown);
      page.push_back(std::move(reader));
    }
  }
  return json_response(200, list_body(page, query, total));
}

}  // namespace habilitd::scim
