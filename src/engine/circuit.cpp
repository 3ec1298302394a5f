#include "engine/circuit.hpp"

#include "storage/sql.hpp"

#include <algorithm>

namespace tricircle::engine {

using storage::Connection;

namespace {

void make_row(Connection& db, const std::string& pod_id, base::Micros now) {
  storage::insert_if_absent(db, "circuits",
                            {{"pod_id", pod_id},
                             {"open", std::int64_t{0}},
                             {"failures", std::int64_t{0}},
                             {"probe_at", now},
                             {"last_error", ""},
                             {"since", now}});
}

}  // namespace

void open_circuit(Connection& db, const std::string& pod_id, const std::string& error, base::Micros now,
                  const Options& options) {
  const base::Micros probe_at = now + options.first_probe;
  make_row(db, pod_id, now);
  db.execute(
      "UPDATE circuits SET open = 1, failures = 1, probe_at = ?, last_error = ?, since = ? WHERE pod_id = ? AND "
      "NOT open",
      {probe_at, error, now, pod_id});
}

bool circuit_open(Connection& db, const std::string& pod_id) {
  return !db.execute("SELECT pod_id FROM circuits WHERE pod_id = ? AND open", {pod_id}).empty();
}

std::vector<DueProbe> due_probes(Connection& db, base::Micros now) {
  const auto found = db.execute("SELECT pod_id, probe_at, failures FROM circuits WHERE open AND probe_at <= ?", {now});
  std::vector<DueProbe> probes;
  for (const storage::Row& row : found.rows())
    probes.push_back({row.text("pod_id"), row.integer("probe_at"), row.integer("failures")});
  return probes;
}

bool take_probe(Connection& db, const DueProbe& probe, base::Micros now, const Options& options) {
  const base::Micros next = now + std::min(options.longest_probe, options.first_probe * (probe.failures + 1));
  return db.execute(
               "UPDATE circuits SET probe_at = ?, failures = failures + 1 WHERE pod_id = ? AND open AND probe_at = ?",
               {next, probe.pod_id, probe.probe_at})
             .affected() == 1;
}

void close_circuit(Connection& db, const std::string& pod_id, base::Micros now) {
  db.execute("UPDATE circuits SET open = 0, failures = 0, since = ? WHERE pod_id = ? AND open", {now, pod_id});
}

void leave_alone(Connection& db, const std::string& pod_id, base::Micros until, const std::string& words,
                 base::Micros now) {
  make_row(db, pod_id, now);
  db.execute("UPDATE circuits SET not_before = ?, asked = ? WHERE pod_id = ? AND not_before < ?",
             {until, words, pod_id, until});
}

}  // namespace tricircle::engine
