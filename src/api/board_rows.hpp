// The board in memory: lists, a row of letters a policy, and at which version each was another one. Knows no store and
// no time. Owned by a Feed, used under its lock.
#pragma once
#include "api/board.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

namespace tricircle::api {

// Whose board: an admin sees all policies, others those of their project.
struct BoardSight {
  bool all = false;
  std::string project_id;
};

class BoardRows {
 public:
  BoardRows();

  bool empty() const { return pods_.empty() && rows_.empty(); }
  std::int64_t version() const { return version_; }
  // Whether what came after that version can be told.
  bool knows(std::int64_t version) const { return version >= lists_version_ && version <= version_; }

  void take(board::Lists lists);
  void take(const board::Policy&, const std::vector<std::pair<std::string, char>>& cells);

  // What is to be read: what was never read, whose wish is another one, what is moving; and, where the store has
  // changed, a few others in turn, as audits change rows too. Those first that were read longest ago.
  std::vector<board::Policy> due(bool store_has_changed);

  boost::json::object shown(const BoardSight&) const;
  // Empty where nothing has changed.
  boost::json::object cells_since(std::int64_t version, const BoardSight&) const;
  boost::json::object pods_since(std::int64_t version) const;
  boost::json::object jobs_since(std::int64_t version) const;

 private:
  struct Row {
    board::Policy policy;
    std::string raw;    // as read; without circuits and drifts
    std::string shown;  // with them
    std::int64_t changed = 0;
    std::int64_t read_at = 0;  // number of a reading
    std::int64_t read_intent = -1;
    bool moving = true;
  };

  boost::json::array shown_pods() const;
  void show(Row&);
  std::string shown_cells(const Row&) const;
  bool same_lists(const board::Lists&) const;
  void take_lists(board::Lists&);

  std::int64_t version_;
  std::int64_t lists_version_;
  std::int64_t pods_version_ = 0;
  std::int64_t jobs_version_ = 0;
  std::int64_t readings_ = 0;
  std::vector<board::Pod> pods_;
  std::unordered_map<std::string, std::size_t> pod_places_;
  std::vector<Row> rows_;  // in the order of the lists
  std::unordered_map<std::string, std::size_t> row_places_;
  std::set<std::pair<std::string, std::string>> drifts_;
  board::Jobs jobs_;
};

}  // namespace tricircle::api
