#include "scim/column.h"

#include <algorithm>

#include "base/text.h"
#include "scim/known_attributes.h"
#include "scim/order.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

bool Column::suits(const ResourceType& type, const Path& path) {
  if (!path.attribute || !stands_in_own_record(type, path)) return false;
  const CommonAttributes& common = common_attributes(type);
  if (path.attribute == common.external_id) return false;
  if (path.attribute == common.meta) {
    return path.sub == common.created || path.sub == common.last_modified;
  }
  switch (path.leaf().type) {
    case Type::kString:
    case Type::kBinary:
    case Type::kReference:
    case Type::kBoolean:
    case Type::kDateTime:
      return true;
    default:
      return false;
  }
}

// The first place is that of nothing: no elements.
Column::Column(const Path& path)
    : path_(path),
      has_texts_(path.leaf().type != Type::kBoolean && path.leaf().type != Type::kDateTime) {
  append_number(0);
}

Column::Column(const Path& path, const std::vector<Column>& pieces) : Column(path) {
  std::size_t bytes = values_.size(), nodes = 0;
  for (const Column& piece : pieces) {
    bytes += piece.values_.size();
    nodes = std::max(nodes, piece.places_.size());
  }
  values_.reserve(bytes);
  places_.resize(nodes);
  for (const Column& piece : pieces) add(piece);
}

void Column::append_number(std::size_t number) {
  const auto value = static_cast<std::uint32_t>(number);
  values_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void Column::append(const Scalar& value) {
  if (value.kind == Scalar::Kind::kText) {
    const std::string folded = path_.leaf().case_exact ? std::string() : fold(value.text);
    const std::string_view text = path_.leaf().case_exact ? value.text : folded;
    append_number(text.size());
    values_ += text;
  } else if (value.kind == Scalar::Kind::kBool) {
    append_number(1);
    values_ += value.flag ? '1' : '0';
  } else if (value.kind == Scalar::Kind::kInstant) {
    const auto ticks = value.instant.time_since_epoch().count();
    append_number(sizeof ticks);
    values_.append(reinterpret_cast<const char*>(&ticks), sizeof ticks);
  } else {
    append_number(kAbsent);
  }
}

Scalar Column::scalar(std::string_view stored) const {
  switch (path_.leaf().type) {
    case Type::kBoolean:
      return Scalar::of_bool(stored == "1");
    case Type::kDateTime: {
      Duration::rep ticks = 0;
      std::memcpy(&ticks, stored.data(), sizeof ticks);
      return Scalar::of_instant(Instant(Duration(ticks)));
    }
    default:
      return Scalar::of(stored);
  }
}

void Column::put(ldap::NodeId node, const ResourceReader& resource) {
  const std::size_t count = resource.count(*path_.attribute);
  if (count == 0) return clear(node);
  if (node >= places_.size()) places_.resize(node + 1);
  places_[node] = static_cast<std::uint32_t>(values_.size());
  append_number(count);
  for (std::size_t i = 0; i < count; ++i) append(resource.get(*path_.attribute, i, path_.sub));
}

void Column::add(const Column& piece) {
  const auto moved = static_cast<std::uint32_t>(values_.size());
  values_ += piece.values_;
  for (std::size_t node = 0; node < piece.places_.size(); ++node) {
    if (piece.places_[node] != 0) places_[node] = piece.places_[node] + moved;
  }
}

}  // namespace habilitd::scim
