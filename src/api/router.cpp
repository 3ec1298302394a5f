#include "api/router.hpp"

#include <optional>

namespace tricircle::api {
namespace {

// Neutron takes "/networks/", "/networks.json", "//networks" and "/networks" for one.
std::string_view plain_path(std::string_view path) {
  if (path.ends_with(".json")) path.remove_suffix(5);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  path = plain_path(path);
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

std::optional<Parameters> taken(const std::vector<std::string>& pattern, const std::vector<std::string>& parts) {
  if (pattern.size() != parts.size()) return std::nullopt;
  Parameters parameters;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    if (pattern[at].starts_with('{')) {
      parameters.push_back(parts[at]);
    } else if (pattern[at] != parts[at]) {
      return std::nullopt;
    }
  }
  return parameters;
}

}  // namespace

void Router::add(std::string method, std::string_view path_template, Handler handler) {
  routes_.push_back({std::move(method), std::string(path_template), split(path_template), std::move(handler)});
}

std::vector<std::pair<std::string, std::string>> Router::routes() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Route& route : routes_) all.emplace_back(route.method, route.path_template);
  return all;
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  const std::vector<std::string> parts = split(path);
  for (const Route& route : routes_) {
    std::optional<Parameters> parameters = taken(route.parts, parts);
    if (!parameters) continue;
    if (route.method == method) return {&route.handler, std::move(*parameters), {}};
    if (match.allowed.find(route.method) == std::string::npos)
      match.allowed += (match.allowed.empty() ? "" : ", ") + route.method;
  }
  return match;
}

}  // namespace tricircle::api
