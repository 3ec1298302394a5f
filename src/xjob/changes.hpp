// A change: what one call at the centre has changed, and how far the pods have followed. Rows of table changes and of
// the jobs that bear its id. Inside the caller's transaction; throw what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::xjob {

struct Change {
  std::string id;
  std::string project_id;
  std::string resource_type;  // policy, network, port, or a rule's type with _rule
  std::string resource_id;
  std::string action;  // created, updated, deleted
  base::Micros created_at = 0;
  std::string user_id = {};
  std::string traceparent = {};  // of the call; '' = it had none
};

// May be called again for the same call: its first object names it.
void keep_change(storage::Connection&, const Change&);
std::optional<Change> find_change(storage::Connection&, const std::string& id);
// `where`: a condition of the caller's over the table's columns, from " WHERE" on, and what its ? stand for.
std::vector<Change> newest_changes(storage::Connection&, const std::string& where, std::vector<storage::Value> values,
                                   std::int64_t limit);

// What one pod has of a change.
struct Followed {
  enum class State { waiting, applied, refused };
  std::string pod_id;
  std::string region_name;
  State state = State::waiting;
  std::string why;              // it waits, or is refused, in the words of its jobs
  base::Micros applied_at = 0;  // the last of its jobs ended
};
struct Progress {
  bool spreading = false;  // not all of the pods are known yet
  std::vector<Followed> pods;
  std::size_t count(Followed::State) const;
};
Progress progress_of(storage::Connection&, const std::string& change_id);

// Of changes that somebody waits for: how many of their jobs there are, and how many of them are open. Unequal = the
// change has gone on.
struct Step {
  std::int64_t jobs = 0;
  std::int64_t open = 0;
  bool operator==(const Step&) const = default;
};
std::vector<std::pair<std::string, Step>> steps_of(storage::Connection&, const std::vector<std::string>& change_ids);

}  // namespace tricircle::xjob
