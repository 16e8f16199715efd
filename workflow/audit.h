// The audit log: one hash-chained JSON line per event, written before what it tells is done and on
// the disk before that is answered (docs/decisions/0009).
// {"seq":n,"time":...,"event":...,"actor":{...},"...":...,"prev":"<sha256 of the line
// before>","hash":...}
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace habilitd::workflow {

class Audit {
 public:
  // Opens (creates 0600) and takes the chain up where it ended; a last line cut short by a crash is
  // removed and recorded as an event of its own. One writer per file (flock).
  static Result<std::unique_ptr<Audit>> open(const std::string& file, const Clock&);
  ~Audit();
  // Durable when it returns ok. `fields` must be an object without seq, time, prev and hash.
  Status append(std::string_view event, const Json& fields);
  // In the chain when they return ok; the line's number, for settle(). That of start() is on its
  // way to the disk; that of append_soon() goes there with the next one that does, or a moment
  // later: for what a power cut may take.
  Result<std::uint64_t> start(std::string_view event, const Json& fields);
  Result<std::uint64_t> append_soon(std::string_view event, const Json& fields);
  // Waits until that line is durable.
  Status settle(std::uint64_t number);
  const std::string& file() const;

 private:
  struct State;
  explicit Audit(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

// Walks a file: the number of lines, or kInvalid with the line number and what is wrong with it.
Result<std::size_t> verify_audit(const std::string& file);

}  // namespace habilitd::workflow
