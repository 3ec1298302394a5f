// For tests: how SQLite finds the rows that a function asks for.
#pragma once
#include "storage/connection.hpp"

#include <string>

namespace tricircle::engine {

// Notes SQLite's plan of each statement.
class Explaining final : public storage::Connection {
 public:
  explicit Explaining(storage::Connection& db) : db_(db) {}
  storage::Dialect dialect() const override { return db_.dialect(); }
  bool in_transaction() const override { return db_.in_transaction(); }
  storage::Result execute(std::string_view sql, std::span<const storage::Value> parameters) override {
    const auto plan = db_.execute("EXPLAIN QUERY PLAN " + std::string(sql), parameters);
    for (const storage::Row& row : plan.rows()) plans += row.text("detail") + "\n";
    return db_.execute(sql, parameters);
  }
  std::string plans;

 private:
  storage::Connection& db_;
};

}  // namespace tricircle::engine
