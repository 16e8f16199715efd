// The mirror's thread: connects, loads, applies changes, notices silence, starts again.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "ldap/link_doubts.h"
#include "ldap/mirror_state.h"

namespace habilitd::ldap {

class MirrorFeed {
 public:
  explicit MirrorFeed(Mirror::State&);
  // Until the state says stop.
  void run();

 private:
  using Clock = Mirror::State::Clock;
  using Message = ContentSync::Message;

  // One connection's life, and how it ended.
  Error session();
  Status load(ContentSync&);
  Status follow(ContentSync&);
  // The next message, with heartbeats sent meanwhile; an error when the server has been silent for
  // too long.
  Status receive(ContentSync&, Message&);
  // Waits for a change and takes those that came with it. `count` tells how many of batch_ are in
  // use, also when the connection ends behind them.
  Status collect(ContentSync&, std::size_t& count);
  void apply(std::size_t count);
  void apply_small(std::size_t begin, std::size_t end);
  void apply_large(const Message&);
  void change(MirrorContent&, const Message&);
  // Did the mirror know, by Mirror::advance(), before the message came?
  bool is_known(MirrorContent&, const Message&) const;
  // Is what was read again the state the mirror knows, by its entryCSN?
  bool is_current(const Message&);
  Status ask_doubtful(ContentSync&);
  void end_reading(MirrorContent&, const Message&);
  void note_doubtful();
  void replace(std::unique_ptr<MirrorContent>);
  void share(MirrorContent*);
  void announce();
  void mark_fresh();
  void report();
  void tell(const Error&);
  bool stopping() const;
  void pause(std::chrono::milliseconds);

  Mirror::State& state_;
  const std::string csn_name_, member_name_;  // entryCSN and member on this site
  MirrorContent* content_ = nullptr;          // what readers see
  std::vector<Message> batch_;
  MirrorContent::Prepared prepared_;
  LinkDoubts doubts_;
  RecordPtr reading_;  // what reread() asked about, until an entry comes
  std::string last_reason_;
  Clock::time_point last_sign_{}, last_ping_{}, last_report_{}, last_forgotten_{};
};

}  // namespace habilitd::ldap
