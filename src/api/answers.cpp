#include "api/answers.hpp"

#include <algorithm>
#include <iterator>

namespace tricircle::api {
namespace {

void append(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

constexpr std::string_view kOfTheAsker[] = {"x-auth-token", "x-project-id", "x-roles", "x-user-id"};

// All that an answer may depend on: every header counts, as links name the host that was asked. Of whose question it is
// the token tells nothing more. Lengths keep one question from reading as another.
std::string question(const http::Request& request, const std::optional<Asker>& asker) {
  std::string key;
  key.reserve(512);
  append(key, request.path);
  for (const auto& [name, value] : request.query) {
    append(key, name);
    append(key, value);
  }
  key += '\n';
  for (const auto& [name, value] : request.headers) {
    if (std::ranges::find(kOfTheAsker, std::string_view(name)) != std::end(kOfTheAsker)) continue;
    append(key, name);
    append(key, value);
  }
  append(key, asker ? asker->user_id : request.header("x-user-id"));
  append(key, asker ? asker->project_id : request.header("x-project-id"));
  append(key, asker ? asker->roles : request.header("x-roles"));
  return key;
}

}  // namespace

bool Answers::may_keep(const http::Request& request) {
  return request.method == "GET" && request.path.starts_with("/v2.0/") && request.body.empty();
}

std::optional<http::Response> Answers::find(const http::Request& request, const std::optional<Asker>& asker) {
  const std::optional<std::int64_t> now = db_.stamp();
  if (!now) return std::nullopt;
  std::shared_ptr<const http::Response> answer;
  {
    const std::lock_guard guard(mutex_);
    if (stamp_ != now) return std::nullopt;
    const auto found = kept_.find(question(request, asker));
    if (found == kept_.end()) return std::nullopt;
    answer = found->second;
  }
  return *answer;
}

void Answers::keep(const http::Request& request, std::int64_t stamp, const http::Response& response) {
  if (response.status != 200) return;
  std::string key = question(request, std::nullopt);
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
