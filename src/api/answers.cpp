#include "api/answers.hpp"

namespace tricircle::api {
namespace {

void append(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

// All that an answer may depend on: every header counts, as links name the host that was asked, and who asks is a
// header too. Lengths keep one question from reading as another.
std::string question(const http::Request& request) {
  std::string key;
  key.reserve(512);
  append(key, request.path);
  for (const auto& [name, value] : request.query) {
    append(key, name);
    append(key, value);
  }
  key += '\n';
  for (const auto& [name, value] : request.headers) {
    append(key, name);
    append(key, value);
  }
  return key;
}

}  // namespace

bool Answers::may_keep(const http::Request& request) {
  return request.method == "GET" && request.path.starts_with("/v2.0/") && request.body.empty();
}

std::optional<http::Response> Answers::find(const http::Request& request) {
  const std::optional<std::int64_t> now = db_.stamp();
  if (!now) return std::nullopt;
  std::shared_ptr<const http::Response> answer;
  {
    const std::lock_guard guard(mutex_);
    if (stamp_ != now) return std::nullopt;
    const auto found = kept_.find(question(request));
    if (found == kept_.end()) return std::nullopt;
    answer = found->second;
  }
  return *answer;
}

void Answers::keep(const http::Request& request, std::int64_t stamp, const http::Response& response) {
  if (response.status != 200) return;
  std::string key = question(request);
  const std::size_t size = key.size() + response.body.size() + 512;
  auto answer = std::make_shared<const http::Response>(response);
  const std::lock_guard guard(mutex_);
  if (stamp_ != stamp || bytes_ + size > most_bytes_) {
    // What was kept of an older store is of no more use; of two that bring different ones either will do.
    kept_.clear();
    bytes_ = 0;
    stamp_ = stamp;
  }
  if (size <= most_bytes_ && kept_.emplace(std::move(key), std::move(answer)).second) bytes_ += size;
}

}  // namespace tricircle::api
