#include "scim/render.h"

#include "base/clock.h"
#include "scim/json_text.h"

namespace habilitd::scim {
namespace {

constexpr std::size_t kLong = 32 * 1024;

class Renderer {
 public:
  Renderer(std::string& out, const Accessor& resource, const AttributeSet& shown,
           const Drain& drain)
      : out_(out), resource_(resource), shown_(shown), drain_(drain) {}

  // False: none has a value.
  bool attributes(const std::vector<Attribute>& list) {
    bool any = false;
    for (const Attribute& attribute : list) {
      const std::size_t count = shown_[attribute.index] ? resource_.count(attribute) : 0;
      if (count == 0) continue;
      const std::size_t before = out_.size();
      key(attribute.name);
      const bool written = attribute.multi_valued ? array(attribute, count) : value(attribute, 0);
      if (!written) out_.resize(before);
      any |= written;
    }
    return any;
  }

  void extension(const Schema& schema) {
    const std::size_t before = out_.size();
    key(schema.id);
    out_ += '{';
    if (attributes(schema.attributes)) {
      out_ += '}';
    } else {
      out_.resize(before);
    }
  }

 private:
  // Everything before is either an opening bracket or a finished item.
  void separate() {
    if (out_.back() != '{' && out_.back() != '[') out_ += ',';
  }

  void key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;  // names of the table need no escape
    out_ += "\":";
  }

  bool array(const Attribute& attribute, std::size_t count) {
    out_ += '[';
    bool any = false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t before = out_.size();
      separate();
      const bool written = value(attribute, i);
      if (!written) out_.resize(before);
      any |= written;
      if (drain_ && out_.size() > kLong && !drain_(out_)) break;
    }
    if (!any) return false;
    out_ += ']';
    return true;
  }

  bool value(const Attribute& attribute, std::size_t element) {
    if (attribute.type != Type::kComplex) return scalar(resource_.get(attribute, element, nullptr));
    out_ += '{';
    const std::size_t opened = out_.size();
    for (const Attribute& sub : attribute.sub) {
      if (!shown_[sub.index]) continue;
      const Scalar part = resource_.get(attribute, element, &sub);
      if (!part.present()) continue;
      key(sub.name);
      scalar(part);
    }
    if (out_.size() == opened) return false;
    out_ += '}';
    return true;
  }

  bool scalar(const Scalar& value) {
    switch (value.kind) {
      case Scalar::Kind::kAbsent:
        return false;
      case Scalar::Kind::kText:
        append_json_string(out_, value.text);
        break;
      case Scalar::Kind::kBool:
        out_ += value.flag ? "true" : "false";
        break;
      case Scalar::Kind::kNumber:
        out_ += value.text;
        break;
      case Scalar::Kind::kInstant:
        append_json_string(out_, to_rfc3339(value.instant));
        break;
    }
    return true;
  }

  std::string& out_;
  const Accessor& resource_;
  const AttributeSet& shown_;
  const Drain& drain_;
};

}  // namespace

void render(std::string& out, const ResourceType& type, const Accessor& resource,
            const AttributeSet& shown, const Drain& drain) {
  out += '{';
  Renderer renderer(out, resource, shown, drain);
  renderer.attributes(type.common().attributes);
  renderer.attributes(type.core().attributes);
  for (const Schema& extension : type.extensions()) renderer.extension(extension);
  out += '}';
}

}  // namespace habilitd::scim
