#include "http/guests.hpp"

#include <algorithm>

namespace tricircle::http {

Guests::Wait::Wait(Guests& guests, Guest& guest, bool idle) : guests_(guests), guest_(guest) {
  guest.idle_ = idle;
  guest.place_ = guests.waiting_.insert(guests.waiting_.end(), &guest);
}

Guests::Wait::~Wait() {
  if (guest_.place_) guests_.waiting_.erase(*guest_.place_);
  guest_.place_.reset();
}

bool Guests::hold(Guest& guest, std::size_t bytes) {
  held_ += bytes - guest.held_;
  guest.held_ = bytes;
  return held_ <= most_bytes_ || bytes == 0 || relieve();
}

bool Guests::relieve() {
  while (held_ > most_bytes_) {
    const auto longest = std::ranges::find_if(waiting_, [](const Guest* guest) { return guest->held_ > 0; });
    if (longest == waiting_.end()) return false;
    send_away(longest);
  }
  return true;
}

bool Guests::send_one_away() {
  if (waiting_.empty()) return false;
  send_away(waiting_.begin());
  return true;
}

void Guests::send_away(std::list<Guest*>::iterator place) {
  Guest& guest = **place;
  waiting_.erase(place);
  guest.place_.reset();
  held_ -= guest.held_;
  guest.held_ = 0;
  guest.leave();
}

void Guests::cancel_idle(bool fresh_too) {
  for (Guest* guest : waiting_) {
    if (guest->idle_ && (fresh_too || !guest->fresh_)) guest->cancel();
  }
}

}  // namespace tricircle::http
