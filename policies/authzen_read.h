// Reading of AuthZEN entities, shared by evaluations and searches. Used by authzen*.cc only.
#pragma once

#include <optional>
#include <string>

#include "policies/authzen.h"

namespace habilitd::policies {

Error authzen_invalid(std::string detail);

// Remembers the first problem; what is read after it is of no use.
class EntityReader {
 public:
  // A null pointer is a missing member. With `identified` the id is required, without it ignored
  // along with the properties, whose type is checked all the same.
  void entity(const Json*, const std::string& name, bool identified, AuthzenEntity& out);
  void action(const Json*, AuthzenQuery& out);
  void context(const Json*, Json& out);  // may be missing

  bool ok() const { return !problem_; }
  Error error() const { return *problem_; }

 private:
  bool is_object(const Json*, const std::string& name);
  std::string text(const Json& object, const std::string& name, const char* key);
  void object_member(const Json& object, const std::string& name, Json& out);
  void fail(std::string detail);

  std::optional<Error> problem_;
};

}  // namespace habilitd::policies
