#include "api/board_rows.hpp"

#include <algorithm>
#include <random>

namespace tricircle::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kInTurn = 10;

// Versions of one process cannot be taken for those of another, or of another life: their high bits differ. Small
// enough for JavaScript's whole numbers.
std::int64_t first_version() {
  std::random_device random;
  return static_cast<std::int64_t>(random() & 0xfffffU) << 32;
}

bool sees(const BoardSight& sight, const board::Policy& policy) {
  return sight.all || policy.project_id == sight.project_id;
}

}  // namespace

BoardRows::BoardRows() : version_(first_version()), lists_version_(version_) {}

bool BoardRows::same_lists(const board::Lists& lists) const {
  const bool same_pods = std::ranges::equal(pods_, lists.pods, [](const auto& one, const auto& other) {
    return one.pod_id == other.pod_id && one.region_name == other.region_name && one.az_name == other.az_name;
  });
  return same_pods && std::ranges::equal(rows_, lists.policies, [](const Row& row, const board::Policy& policy) {
           return row.policy.id == policy.id && row.policy.name == policy.name &&
                  row.policy.project_id == policy.project_id;
         });
}

// Rows that stay keep what was read, unless the columns are others.
void BoardRows::take_lists(board::Lists& lists) {
  const bool same_columns = std::ranges::equal(pods_, lists.pods, {}, &board::Pod::pod_id, &board::Pod::pod_id);
  std::vector<Row> rows;
  rows.reserve(lists.policies.size());
  std::unordered_map<std::string, std::size_t> places;
  for (board::Policy& policy : lists.policies) {
    const auto known = same_columns ? row_places_.find(policy.id) : row_places_.end();
    Row& row = rows.emplace_back(known == row_places_.end() ? Row{} : std::move(rows_[known->second]));
    places[policy.id] = rows.size() - 1;
    row.policy = std::move(policy);
  }
  rows_ = std::move(rows);
  row_places_ = std::move(places);
  pod_places_.clear();
  for (std::size_t i = 0; i < lists.pods.size(); ++i) pod_places_[lists.pods[i].pod_id] = i;
  lists_version_ = ++version_;
}

void BoardRows::take(board::Lists lists) {
  if (!same_lists(lists)) {
    take_lists(lists);
  } else {
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].policy.intent = lists.policies[i].intent;
  }
  std::set<std::pair<std::string, std::string>> drifts(lists.drifts.begin(), lists.drifts.end());
  const bool other_cells = pods_ != lists.pods || drifts_ != drifts;
  if (pods_ != lists.pods) pods_version_ = ++version_;
  if (jobs_ != lists.jobs) jobs_version_ = ++version_;
  pods_ = std::move(lists.pods);
  drifts_ = std::move(drifts);
  jobs_ = lists.jobs;
  if (!other_cells) return;
  for (Row& row : rows_) show(row);
}

void BoardRows::take(const board::Policy& policy, const std::vector<std::pair<std::string, char>>& cells) {
  const auto place = row_places_.find(policy.id);
  if (place == row_places_.end()) return;
  Row& row = rows_[place->second];
  row.raw.assign(pods_.size(), board::kNone);
  for (const auto& [pod, cell] : cells) {
    const auto at = pod_places_.find(pod);
    if (at != pod_places_.end()) row.raw[at->second] = board::worse(row.raw[at->second], cell);
  }
  row.moving = std::ranges::any_of(row.raw, board::is_moving);
  row.read_at = ++readings_;
  row.read_intent = policy.intent;
  show(row);
}

void BoardRows::show(Row& row) {
  if (row.raw.empty()) return;
  std::string cells = shown_cells(row);
  if (cells == row.shown) return;
  row.shown = std::move(cells);
  row.changed = ++version_;
}

std::string BoardRows::shown_cells(const Row& row) const {
  std::string cells = row.raw;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (board::is_moving(cells[i]) && pods_[i].open) cells[i] = board::kPodDown;
  }
  for (auto drift = drifts_.lower_bound({row.policy.id, ""}); drift != drifts_.end() && drift->first == row.policy.id;
       ++drift) {
    const auto at = pod_places_.find(drift->second);
    if (at != pod_places_.end()) cells[at->second] = board::worse(cells[at->second], board::kDrift);
  }
  return cells;
}

std::vector<board::Policy> BoardRows::due(bool store_has_changed) {
  std::vector<const Row*> due;
  std::vector<const Row*> others;
  for (const Row& row : rows_) {
    const bool now = row.raw.empty() || row.read_intent != row.policy.intent || (row.moving && store_has_changed);
    (now ? due : others).push_back(&row);
  }
  std::ranges::sort(due, {}, &Row::read_at);
  if (store_has_changed) {
    const auto few = others.begin() + static_cast<std::ptrdiff_t>(std::min(kInTurn, others.size()));
    std::ranges::partial_sort(others, few, {}, &Row::read_at);
    due.insert(due.end(), others.begin(), few);
  }
  std::vector<board::Policy> policies;
  policies.reserve(due.size());
  for (const Row* row : due) policies.push_back(row->policy);
  return policies;
}

json::array BoardRows::shown_pods() const {
  json::array pods;
  for (const board::Pod& pod : pods_)
    pods.push_back(json::object{{"pod_id", pod.pod_id},
                                {"region_name", pod.region_name},
                                {"az_name", pod.az_name},
                                {"circuit", pod.open ? "open" : "closed"},
                                {"paused", pod.paused}});
  return pods;
}

json::object BoardRows::shown(const BoardSight& sight) const {
  json::array policies;
  json::array cells;
  for (const Row& row : rows_) {
    if (!sees(sight, row.policy)) continue;
    policies.push_back(
        json::object{{"id", row.policy.id}, {"name", row.policy.name}, {"project_id", row.policy.project_id}});
    cells.push_back(json::value(row.raw.empty() ? std::string(pods_.size(), board::kUnread) : row.shown));
  }
  return {
      {"version", version_}, {"pods", shown_pods()}, {"policies", std::move(policies)}, {"cells", std::move(cells)}};
}

json::object BoardRows::cells_since(std::int64_t version, const BoardSight& sight) const {
  json::array rows;
  for (const Row& row : rows_) {
    if (row.changed > version && sees(sight, row.policy))
      rows.push_back(json::array{json::value(row.policy.id), json::value(row.shown)});
  }
  if (rows.empty()) return {};
  return {{"version", version_}, {"rows", std::move(rows)}};
}

json::object BoardRows::pods_since(std::int64_t version) const {
  if (pods_version_ <= version) return {};
  return {{"version", version_}, {"pods", shown_pods()}};
}

json::object BoardRows::jobs_since(std::int64_t version) const {
  if (jobs_version_ <= version) return {};
  return {{"version", version_}, {"open", jobs_.open}, {"failed", jobs_.failed}};
}

}  // namespace tricircle::api
