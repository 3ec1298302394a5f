#include "engine/pause.hpp"

#include "storage/sql.hpp"

namespace tricircle::engine {

using storage::Connection;

void pause(Connection& db, const std::string& kind, const std::string& id, base::Micros now) {
  storage::insert_if_absent(db, "pauses", {{"kind", kind}, {"id", id}, {"since", now}});
}

bool resume(Connection& db, const std::string& kind, const std::string& id) {
  return db.execute("DELETE FROM pauses WHERE kind = ? AND id = ?", {kind, id}).affected() != 0;
}

bool is_paused(Connection& db, const std::string& kind, const std::string& id) {
  return !db.execute("SELECT id FROM pauses WHERE kind = ? AND id = ?", {kind, id}).empty();
}

std::vector<Pause> pauses(Connection& db) {
  const auto found = db.execute("SELECT kind, id, since FROM pauses ORDER BY kind, since, id");
  std::vector<Pause> list;
  for (const storage::Row& row : found.rows()) list.push_back({row.text("kind"), row.text("id"), row.integer("since")});
  return list;
}

std::optional<std::string> why_left_alone(Connection& db, const std::string& pod_id, base::Micros now) {
  if (is_paused(db, kPodPause, pod_id)) return std::string("it is ") + kPausedWords;
  const auto found = db.execute("SELECT open, not_before FROM circuits WHERE pod_id = ?", {pod_id});
  if (found.empty()) return std::nullopt;
  if (found.front().boolean("open")) return "the pod does not answer";
  const base::Micros until = found.front().integer("not_before");
  if (until > now) return "it asks to be left alone until " + base::iso_time(until);
  return std::nullopt;
}

}  // namespace tricircle::engine
