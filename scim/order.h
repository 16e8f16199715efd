// The order of a list: by an attribute's value, then by id, so that every resource has one place of
// its own. Missing values come last, and first in descending order (RFC 7644 section 3.4.2.3).
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

// What is sorted by: text, or a number (also for instants and booleans). Only the first 256 bytes
// of a text count, so that a place always fits into a cursor.
struct SortKey {
  bool missing = true;
  double number = 0;
  std::string text;
};

struct Place {
  SortKey key;
  EntryUuid id;
  std::size_t part = 0;  // which of a query's resource types
};
// The same where its parts lie apart.
struct PlaceView {
  PlaceView(const SortKey& k, const EntryUuid& i, std::size_t p) : key(k), id(i), part(p) {}
  PlaceView(const Place& place)  // NOLINT(google-explicit-constructor)
      : PlaceView(place.key, place.id, place.part) {}

  const SortKey& key;
  const EntryUuid& id;
  std::size_t part;
};

// Does `a` come before `b`?
bool comes_before(const PlaceView& a, const PlaceView& b, bool descending);

// The key of the resource the reader stands on; of several values the primary one, else the first.
SortKey sort_key(const ResourceReader&, const Path&);
// How lists are ordered when nobody asks: oldest first. It never changes, whoever is renamed.
Path order_of_creation(const ResourceType&);

// Can the attribute's values be told from the resource's own record? Otherwise they follow links,
// and change with other records.
bool stands_in_own_record(const ResourceType&, const Path&);

}  // namespace habilitd::scim
