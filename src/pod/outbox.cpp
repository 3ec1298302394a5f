#include "pod/outbox.hpp"

#include "base/fault.hpp"
#include "base/log.hpp"
#include "engine/claim.hpp"
#include "pod/membership.hpp"
#include "storage/sql.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::pod {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
constexpr base::Micros kPoll = 200 * base::kMillisecond;
constexpr base::Micros kFirstBackoff = 100 * base::kMillisecond;
constexpr base::Micros kLongestBackoff = 5 * base::kSecond;
constexpr std::int64_t kAtATime = 16;

// The centre has taken it, or there is nothing left to tell.
bool is_done(const std::string& action, const remote::Answer& answer) {
  if (answer.ok()) return true;
  if (action == kRouting) return answer.is(409);
  return answer.is(404) && action != kReport;
}

// Another try would be refused in the same way.
bool is_refused(const remote::Answer& answer) {
  return answer.answered() && answer.status >= 400 && answer.status < 500 && answer.status != 401 &&
         answer.status != 408 && answer.status != 429;
}

}  // namespace

void put_in_outbox(storage::Connection& db, const std::string& object_id, const std::string& action,
                   const json::object& body, base::Micros due) {
  storage::insert(db, "outbox",
                  {{"object_id", object_id},
                   {"action", action},
                   {"body", json::serialize(body)},
                   {"due_at", due},
                   {"last_error", ""}});
}

void take_from_outbox(storage::Connection& db, const std::string& object_id, const std::string& action) {
  db.execute("DELETE FROM outbox WHERE object_id = ? AND action = ?", {object_id, action});
}

Sender::Sender(base::Runtime& runtime, storage::Database& database, const base::Clock& clock, CentreClient& centre,
               const Membership& membership, std::string region)
    : runtime_(runtime),
      database_(database),
      clock_(clock),
      centre_(centre),
      membership_(membership),
      region_(std::move(region)),
      pause_(runtime.executor()) {}

void Sender::start(std::shared_ptr<void> owner) {
  runtime_.spawn("outbox", send_for_ever(std::move(owner)));
}

void Sender::stop() {
  stopping_ = true;
  pause_.cancel();
}

void Sender::hint() {
  asio::post(runtime_.io(), [this] { pause_.cancel(); });
}

base::Awaitable<void> Sender::send_for_ever(std::shared_ptr<void> owner) {
  while (!stopping_) {
    std::vector<Entry> entries;
    if (!membership_.pod_id().empty()) entries = co_await runtime_.blocking([this] { return next_entries(); });
    for (Entry& entry : entries) {
      if (!busy_.insert(entry.object_id).second) continue;
      runtime_.spawn("outbox_entry", send_one(owner, std::move(entry)));
    }
    boost::system::error_code cancelled;
    pause_.expires_after(std::chrono::microseconds(kPoll));
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

base::Awaitable<void> Sender::send_one(std::shared_ptr<void> owner, Entry entry) {
  const remote::Answer answer = co_await deliver(entry);
  base::fault_point("before outbox record");
  try {
    co_await runtime_.blocking([&] { record(entry, answer); });
  } catch (const std::exception& error) {
    base::log::error("outbox_not_recorded entry={} error=\"{}\"", entry.id, error.what());
  }
  busy_.erase(entry.object_id);
  pause_.cancel();
}

base::Awaitable<remote::Answer> Sender::deliver(const Entry& entry) {
  json::object body = json::parse(entry.body).as_object();
  const std::string by = "?region=" + http::percent_encode(region_);
  if (entry.action == kReport) return centre_.async_send("PUT", "/v2.0/ports/" + entry.object_id, std::move(body));
  if (entry.action == kDeletePort) return centre_.async_send("DELETE", "/v2.0/ports/" + entry.object_id + by, {});
  if (entry.action == kDeleteNetwork) return centre_.async_send("DELETE", "/v2.0/networks/" + entry.object_id + by, {});
  body["pod_id"] = membership_.pod_id();
  json::object routing{{"routing", std::move(body)}};
  return centre_.async_send("POST", "/v1.0/routings", std::move(routing));
}

std::vector<Sender::Entry> Sender::next_entries() {
  std::vector<Entry> entries;
  database_.read([&](storage::Connection& db) {
    entries.clear();
    const auto found = db.execute(
        "SELECT o.id, o.object_id, o.action, o.body, o.attempts FROM outbox o WHERE o.due_at <= ? AND o.id = "
        "(SELECT min(x.id) FROM outbox x WHERE x.object_id = o.object_id) ORDER BY o.id LIMIT ?",
        {clock_.now(), kAtATime});
    for (const storage::Row& row : found.rows())
      entries.push_back(
          {row.integer("id"), row.text("object_id"), row.text("action"), row.text("body"), row.integer("attempts")});
  });
  return entries;
}

void Sender::record(const Entry& entry, const remote::Answer& answer) {
  const bool done = is_done(entry.action, answer);
  const bool refused = !done && is_refused(answer);
  if (refused)
    base::log::warn("report_refused action={} object={} words=\"{}\"", entry.action, entry.object_id, answer.words);
  database_.write([&](storage::Connection& db) {
    if (done || refused) {
      db.execute("DELETE FROM outbox WHERE id = ?", {entry.id});
    } else {
      db.execute(
          "UPDATE outbox SET attempts = attempts + 1, last_error = ?, due_at = ? WHERE id = ?",
          {answer.words, clock_.now() + engine::backoff(entry.attempts, kFirstBackoff, kLongestBackoff), entry.id});
    }
  });
}

}  // namespace tricircle::pod
