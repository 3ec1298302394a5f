// Which connections of a server wait for their clients, and who goes when there are too many of them or too much is
// kept for them: whoever has waited longest, as he is slowest or does nothing. Owned by the server's Shop; io thread
// only; throws nothing.
#pragma once
#include <cstddef>
#include <list>
#include <optional>

namespace tricircle::http {

class Guest {
 public:
  virtual ~Guest() = default;
  virtual void cancel() = 0;  // what it waits for ends
  virtual void leave() = 0;   // its connection ends at once

 private:
  friend class Guests;
  std::optional<std::list<Guest*>::iterator> place_;  // while it waits
  bool idle_ = false;
  bool fresh_ = true;
  std::size_t held_ = 0;
};

class Guests {
 public:
  explicit Guests(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // For as long as this lives the guest waits for its client. idle: for a request's first byte, so that a server that
  // stops may end it, unless it is fresh: then its first request may be on its way, from somebody who cannot tell that
  // it was not read.
  class Wait {
   public:
    Wait(Guests&, Guest&, bool idle);
    ~Wait();
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    Guests& guests_;
    Guest& guest_;
  };

  static void spoke(Guest& guest) { guest.fresh_ = false; }
  // So many bytes of its request or its answer are kept now. Others who wait go until all is within the limit; false:
  // it is not, and this one must go.
  bool hold(Guest&, std::size_t bytes);
  // Who has waited longest goes. False: nobody waits.
  bool send_one_away();
  void cancel_idle(bool fresh_too);

 private:
  void send_away(std::list<Guest*>::iterator);
  bool relieve();

  std::list<Guest*> waiting_;  // the longest first
  std::size_t most_bytes_;
  std::size_t held_ = 0;
};

}  // namespace tricircle::http
