#include "api/feed.hpp"

#include "api/board.hpp"
#include "api/board_rows.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/repeat.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;

constexpr base::Micros kEvery = 100 * base::kMillisecond;
constexpr base::Micros kKeepAlive = 15 * base::kSecond;
constexpr base::Micros kKeptFor = 30 * base::kSecond;  // after the last who asked
constexpr base::Micros kLongestLook = 200 * base::kMillisecond;
constexpr base::Micros kLongestStream = 300 * base::kSecond;  // who watches on asks again, and is asked who he is
constexpr std::size_t kMostStreams = 200;

// One who waits for the next piece of his stream.
struct Watcher {
  BoardSight sight;
  std::shared_ptr<std::int64_t> seen;  // the version that he has
  base::Micros until = 0;
  http::Stream::Give give;
};

std::string event(std::string_view name, const json::object& data) {
  return "event: " + std::string(name) + "\ndata: " + json::serialize(data) + "\n\n";
}

}  // namespace

struct Feed::State {
  State(base::Runtime& runtime_, storage::Database& database_, const base::Clock& clock_)
      : runtime(runtime_), database(database_), clock(clock_) {}
  base::Runtime& runtime;
  storage::Database& database;
  const base::Clock& clock;

  std::mutex mutex;  // of what follows
  BoardRows rows;
  std::vector<Watcher> watchers;
  std::size_t streams = 0;  // open ones, whether they wait or write
  base::Micros kept_until = 0;
  bool looking = false;
  bool stopped = false;

  // By the looks alone.
  std::optional<std::int64_t> stamp;

  void read_lists() {
    board::Lists lists;
    database.read([&](storage::Connection& db) { lists = board::read_lists(db); });
    const std::lock_guard guard(mutex);
    rows.take(std::move(lists));
  }

  // Some policies' rows, those first that were read longest ago, for as long as one look may take.
  void read_rows(bool stands) {
    const base::Micros until = clock.monotonic() + kLongestLook;
    std::vector<board::Policy> due;
    {
      const std::lock_guard guard(mutex);
      due = rows.due(!stands);
    }
    for (const board::Policy& policy : due) {
      std::vector<std::pair<std::string, char>> cells;
      database.read([&](storage::Connection& db) { cells = board::read_cells(db, policy); });
      {
        const std::lock_guard guard(mutex);
        rows.take(policy, cells);
      }
      if (clock.monotonic() > until) return;
    }
  }

  void refresh() {
    const std::optional<std::int64_t> now = database.stamp();
    const bool stands = now && now == stamp;
    if (!stands) read_lists();
    read_rows(stands);
    stamp = now;
  }

  std::string piece_for(const Watcher& watcher) {
    const std::int64_t seen = std::exchange(*watcher.seen, rows.version());
    if (!rows.knows(seen)) return event("board", {});
    std::string text;
    const json::object pods = rows.pods_since(seen);
    if (!pods.empty()) text += event("pods", pods);
    const json::object cells = rows.cells_since(seen, watcher.sight);
    if (!cells.empty()) text += event("cells", cells);
    const json::object jobs = rows.jobs_since(seen);
    if (!jobs.empty() && watcher.sight.all) text += event("jobs", jobs);
    return text;
  }

  // Who has something to be told, or must hear that we are still there.
  void serve() {
    std::vector<std::pair<http::Stream::Give, std::optional<std::string>>> told;
    {
      const std::lock_guard guard(mutex);
      std::erase_if(watchers, [&](Watcher& watcher) {
        std::string piece = stopped ? std::string() : piece_for(watcher);
        if (piece.empty() && !stopped && clock.monotonic() < watcher.until) return false;
        if (piece.empty()) piece = ": still here\n\n";
        told.emplace_back(std::move(watcher.give), stopped ? std::nullopt : std::optional(std::move(piece)));
        return true;
      });
    }
    for (auto& [give, piece] : told) give(std::move(piece));
  }

  // One look, and the pause to the next; none when nobody watches any more: what is kept would soon be old.
  std::optional<base::Micros> look() {
    const base::Micros begun = clock.monotonic();
    try {
      refresh();
      serve();
    } catch (const std::exception& error) {
      base::log::warn("board_not_read error=\"{}\"", error.what());
    }
    const base::Micros now = clock.monotonic();
    const std::lock_guard guard(mutex);
    looking = !stopped && (!watchers.empty() || now < kept_until);
    if (!looking) rows = BoardRows();
    // A board that is dear to read is read less often: a quarter of one thread at most.
    return looking ? std::optional(std::max(kEvery, 3 * (now - begun))) : std::nullopt;
  }
};

Feed::Feed(base::Runtime& runtime, storage::Database& database, const base::Clock& clock)
    : state_(std::make_shared<State>(runtime, database, clock)) {}
Feed::~Feed() {
  stop();
}

void Feed::stop() {
  {
    const std::lock_guard guard(state_->mutex);
    state_->stopped = true;
  }
  state_->serve();
}

void Feed::begin(const std::shared_ptr<State>& state) {
  {
    const std::lock_guard guard(state->mutex);
    state->kept_until = state->clock.monotonic() + kKeptFor;
    if (state->stopped || std::exchange(state->looking, true)) return;
  }
  state->stamp.reset();
  state->runtime.spawn("feed", base::repeat(state->runtime, [state] { return state->look(); }));
}

json::object Feed::board(const Caller& caller) {
  bool empty = false;
  {
    const std::lock_guard guard(state_->mutex);
    empty = state_->rows.empty();
  }
  if (empty) state_->read_lists();
  begin(state_);
  const std::lock_guard guard(state_->mutex);
  return {{"board", state_->rows.shown({caller.admin(), caller.project_id()})}};
}

http::Stream Feed::events(const Caller& caller, std::int64_t version) {
  const std::shared_ptr<State> state = state_;
  {
    const std::lock_guard guard(state->mutex);
    if (state->streams >= kMostStreams)
      throw base::Error(base::ErrorKind::unavailable, "", "Too many watch already; ask for the board now and then.");
    ++state->streams;
  }
  // Ends with the stream, however that ends.
  const std::shared_ptr<void> counted(nullptr, [state](void*) {
    const std::lock_guard guard(state->mutex);
    --state->streams;
  });
  http::Stream stream;
  stream.headers = {{"content-type", "text/event-stream"}, {"cache-control", "no-store"}};
  stream.next = [state, counted, seen = std::make_shared<std::int64_t>(version),
                 ends = state->clock.monotonic() + kLongestStream,
                 sight = BoardSight{caller.admin(), caller.project_id()}](http::Stream::Give give) {
    const base::Micros now = state->clock.monotonic();
    bool over = now >= ends;
    {
      const std::lock_guard guard(state->mutex);
      over |= state->stopped;
      if (!over) state->watchers.push_back({sight, seen, std::min(now + kKeepAlive, ends), give});
    }
    if (over) return give(std::nullopt);
    begin(state);
  };
  return stream;
}

}  // namespace tricircle::api
