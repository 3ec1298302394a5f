// The board as it is, and what turns on it, for pages that are left open: /v1.0/board and /v1.0/events. While somebody
// watches, one thread at a time looks at the store a few times a second, however many watch; when nobody does, nothing
// is kept and nothing read. Made by app, one a centre; any thread, stop() before the server's.
#pragma once
#include "api/caller.hpp"
#include "base/clock.hpp"
#include "base/runtime.hpp"
#include "storage/database.hpp"

#include <cstdint>
#include <memory>

#include <boost/json/object.hpp>

namespace tricircle::api {

class Feed {
 public:
  Feed(base::Runtime&, storage::Database&, const base::Clock&);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // What the caller may see: an admin all, others the policies of their project. Cells that were not read yet are '?';
  // they come with the events.
  boost::json::object board(const Caller&);

  // Server-sent events from `version` of a board on; of a board that is not ours or too old: that it must be read
  // again. For five minutes: a right that was taken away does not outlive that.
  http::Stream events(const Caller&, std::int64_t version);

  void stop();  // ends all streams

 private:
  struct State;
  static void begin(const std::shared_ptr<State>&);
  std::shared_ptr<State> state_;
};

}  // namespace tricircle::api
