#include "app/front.hpp"

#include "api/neutron.hpp"
#include "app/page.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/metric_names.hpp"
#include "http/url.hpp"

namespace tricircle::app {
namespace {

http::Response plain(int status, std::string text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "/v2.0/ports/<uuid>" -> "/v2.0/ports/{id}".
std::string route_of(const std::string& path) {
  std::string route;
  std::size_t from = 0;
  while (from < path.size() && route.size() < 100) {
    const std::size_t slash = path.find('/', from);
    const std::string part = path.substr(from, slash == std::string::npos ? std::string::npos : slash - from);
    const bool tag = route.ends_with("tags/");
    route += base::is_uuid(part) || is_number(part) ? "{id}" : tag ? "{tag}" : part;
    if (slash == std::string::npos) break;
    route += '/';
    from = slash + 1;
  }
  return route;
}

bool is_known(std::string_view method) {
  for (const std::string_view known : {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"}) {
    if (method == known) return true;
  }
  return false;
}

std::string client_of(const http::Request& request) {
  const std::string agent = request.header("user-agent");
  for (const char* ours : {"tricircle-xjob", "tricircle-pod", "tricircle-agent", "tricircle-command"}) {
    if (agent.starts_with(ours)) return ours;
  }
  return "other";
}

}  // namespace

http::Reply Front::handle(const http::Request& request) {
  if (request.path == "/healthz") return plain(200, "ok\n");
  if (request.path == "/readyz") return ready() ? plain(200, "ready\n") : plain(503, "not ready\n");
  if (request.path == "/metrics") {
    http::Response response = plain(200, metrics_.text() + (more_metrics ? more_metrics() : std::string()));
    response.headers["content-type"] = "text/plain; version=0.0.4";
    return response;
  }
  if (admin && (request.path == "/ui" || request.path.starts_with("/ui/"))) return serve_page(request);
  if (sign_in && request.path == "/v1.0/tokens") return sign_in(request);
  const bool about_itself = (request.path == "/" || request.path == "/openapi.json") && request.method == "GET";
  if (!door || about_itself) return serve_api(request);
  return door->admit(request, [this](const http::Request& admitted) { return serve_api(admitted); });
}

http::Reply Front::serve_api(const http::Request& request) {
  if (admin && (request.path == "/v1.0" || request.path.starts_with("/v1.0/"))) return admin(request);
  if (answers == nullptr || !api::Answers::may_keep(request)) return neutron(request);
  const std::optional<std::int64_t> stamp = answers->stamp();
  http::Reply reply = neutron(request);
  const auto* response = std::get_if<http::Response>(&reply);
  if (stamp && response != nullptr) answers->keep(request, *stamp, *response);
  return reply;
}

std::optional<http::Response> Front::at_hand(const http::Request& request) {
  if (answers == nullptr || !api::Answers::may_keep(request)) return std::nullopt;
  const std::optional<api::Asker> asker = door == nullptr ? std::nullopt : door->remembered(request);
  if (door != nullptr && !asker) return std::nullopt;
  std::optional<http::Response> answer = answers->find(request, asker);
  if (answer) metrics_.add(base::metric::kRemembered, {});
  return answer;
}

// Callers must not be able to make labels: a route is one once somebody was served there.
std::string Front::counted_route(const std::string& path, int status) {
  std::string route = route_of(path);
  const std::lock_guard guard(mutex_);
  if (status < 400 && !routes_.contains(route)) routes_.insert(route);
  return status != 404 && routes_.contains(route) ? route : "unknown or missing";
}

void Front::count(const http::Request& request, const http::Response& response, std::int64_t micros) {
  base::log::debug("answered method={} path={} status={} micros={} request={}", request.method, request.path,
                   response.status, micros, request.id);
  const std::string method = is_known(request.method) ? request.method : "other";
  metrics_.add(base::metric::kHttpRequests, {method, counted_route(request.path, response.status),
                                             std::to_string(response.status), client_of(request)});
  metrics_.observe(base::metric::kHttpDuration, {method}, static_cast<double>(micros) / 1e6);
}

Listening Listening::also_at(std::string other) const {
  Listening copy = *this;
  copy.at = std::move(other);
  return copy;
}

std::string Listening::url(std::uint16_t port) const {
  return http::base_url({http::parse_listen(at).host, port}, cert_file.empty() ? "http" : "https");
}

std::unique_ptr<http::Server> Front::serve(base::Runtime& runtime, const Listening& listening) {
  const http::Endpoint endpoint = http::parse_listen(listening.at);
  http::ServerOptions options;
  options.address = endpoint.host;
  options.port = endpoint.port;
  options.most_connections = listening.most_connections;
  options.idle_timeout = listening.idle_timeout;
  options.request_timeout = listening.request_timeout;
  options.cert_file = listening.cert_file;
  options.key_file = listening.key_file;
  options.at_hand = [this](const http::Request& request) { return at_hand(request); };
  options.on_error = [](const http::Request& request, const std::exception_ptr& error) {
    return api::error_response(request, error);
  };
  options.on_answered = [this](const http::Request& request, const http::Response& response, std::int64_t micros) {
    count(request, response, micros);
  };
  return std::make_unique<http::Server>(runtime, std::move(options),
                                        [this](const http::Request& request) { return handle(request); });
}

}  // namespace tricircle::app
