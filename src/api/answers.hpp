// Answers to GET, given again while the store stands: who asks the same, in the same words and as the same caller,
// before anything was committed, gets the same bytes without a statement. Owned by app, one a server. find() is for the
// io thread, keep() for pool threads, both at once. Nothing is remembered of a store without a stamp.
#pragma once
#include "http/message.hpp"
#include "storage/database.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace tricircle::api {

// Who asks, as the headers X-User-Id, X-Project-Id and X-Roles say or would say.
struct Asker {
  std::string user_id;
  std::string project_id;
  std::string roles;
};

class Answers {
 public:
  explicit Answers(storage::Database& db, std::size_t most_bytes = 8U << 20) : db_(db), most_bytes_(most_bytes) {}

  // Only of requests that were let in: who asks is part of the question, and is what the headers say when none is
  // given.
  std::optional<http::Response> find(const http::Request&, const std::optional<Asker>& = std::nullopt);

  // To be asked for before the answer is made, and brought with it.
  std::optional<std::int64_t> stamp() { return db_.stamp(); }
  void keep(const http::Request&, std::int64_t stamp, const http::Response&);

  // Whether its answer comes from the store alone, so that it may be remembered at all.
  static bool may_keep(const http::Request&);

 private:
  storage::Database& db_;
  const std::size_t most_bytes_;
  std::mutex mutex_;                   // of what follows
  std::optional<std::int64_t> stamp_;  // of all that is kept
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, std::shared_ptr<const http::Response>> kept_;
};

}  // namespace tricircle::api
