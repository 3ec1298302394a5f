#include "api/neutron.hpp"

#include "api/crud.hpp"
#include "api/openapi.hpp"
#include "api/quotas.hpp"
#include "api/render.hpp"
#include "api/router.hpp"
#include "api/rule_types.hpp"
#include "api/rules.hpp"
#include "api/services.hpp"
#include "api/tags.hpp"
#include "api/versions.hpp"
#include "api/zones.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <mutex>
#include <optional>

namespace tricircle::api {
namespace {

bool writes(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "DELETE";
}

http::Response method_not_allowed(const http::Request& request, const std::string& allowed) {
  const base::Error error(
      base::ErrorKind::method_not_allowed, "",
      "The server could not comply with the request since it is either malformed or otherwise incorrect.");
  http::Response response = error_response(request, std::make_exception_ptr(error));
  response.headers["allow"] = allowed;
  return response;
}

// A call with all that it needs until its answer, however often it waits for other servers.
struct Pass {
  Pass(const http::Request& given, Caller caller) : request(given), call{request, std::move(caller), {}, {}} {}

  http::Request request;
  Call call;
  const Handler* handler = nullptr;
  Parameters parameters;
  bool waited = false;  // was Deferred
  bool ended = false;   // the plugin knows how it went
};
using SharedPass = std::shared_ptr<Pass>;

}  // namespace

class Neutron::Impl {
 public:
  Impl(storage::Database& db, const base::Clock& clock, Plugin& plugin, Identify identify, QuotaDefaults quotas)
      : services_{db, clock, plugin, quotas}, identify_(std::move(identify)) {
    add_discovery_routes(router_);
    add_resource_routes(router_, services_, domain::network_resource(), network_steps(services_));
    add_resource_routes(router_, services_, domain::subnet_resource(), subnet_steps(services_));
    add_resource_routes(router_, services_, domain::port_resource(), port_steps(services_));
    add_resource_routes(router_, services_, domain::policy_resource(), policy_steps(services_));
    add_resource_routes(router_, services_, domain::rbac_policy_resource(), rbac_policy_steps(services_));
    add_rule_routes(router_, services_);
    add_rule_type_routes(router_);
    add_tag_routes(router_, services_);
    add_zone_routes(router_, services_);
    add_quota_routes(router_, services_);
  }

  http::Reply handle(const http::Request& request) {
    if (request.path == "/" && request.method == "GET") return version_document(request);
    if (request.path == "/openapi.json" && request.method == "GET") return document();
    Router::Match match = router_.find(request.method, request.path);
    if (match.handler == nullptr && match.allowed.empty())
      throw base::Error(base::ErrorKind::not_found, "", "The resource could not be found.");
    const SharedPass pass = std::make_shared<Pass>(request, identify_(request));
    if (match.handler == nullptr) return method_not_allowed(request, match.allowed);
    pass->handler = match.handler;
    pass->parameters = std::move(match.parameters);
    return run(pass);
  }

 private:
  // Made when it is first asked for: few ever do.
  http::Response document() {
    std::call_once(document_made_, [this] { document_ = json_response(200, openapi_document(router_)); });
    return document_;
  }

  http::Reply run(const SharedPass& pass) {
    std::optional<Deferred> deferred;
    try {
      http::Response response = (*pass->handler)(pass->call, pass->parameters);
      tell_committed(*pass, response);
      return response;
    } catch (Deferred& thrown) {
      deferred = std::move(thrown);
    } catch (...) {
      tell_failed(*pass);
      throw;
    }
    pass->waited = true;
    return guarded(pass, [this, pass, go = std::move(deferred->go)] { return go([this, pass] { return run(pass); }); });
  }

  // What the plugin does between two runs may fail too, or wait again.
  http::Reply guarded(const SharedPass& pass, const std::function<http::Reply()>& next) {
    try {
      http::Reply reply = next();
      auto* pending = std::get_if<http::Pending>(&reply);
      if (pending == nullptr) return reply;
      return http::Pending{
          [pass, start = std::move(pending->start)](std::function<void()> done) { start(std::move(done)); },
          [this, pass, then = std::move(pending->then)] { return guarded(pass, then); }};
    } catch (...) {
      tell_failed(*pass);
      throw;
    }
  }

  void tell_committed(Pass& pass, http::Response& response) {
    if (!writes(pass.request.method) && !pass.waited) return;
    pass.ended = true;
    try {
      services_.plugin.answered(pass.call, response);
      services_.plugin.committed(pass.call);
    } catch (const std::exception& error) {
      // What is committed is answered as such.
      base::log::error("after_commit_failed method={} path={} request={} error=\"{}\"", pass.request.method,
                       pass.request.path, pass.request.id, error.what());
    }
  }

  void tell_failed(Pass& pass) {
    if (!pass.waited || pass.ended) return;
    pass.ended = true;
    services_.plugin.failed(pass.call);
  }

  Services services_;
  Identify identify_;
  Router router_;
  std::once_flag document_made_;
  http::Response document_;
};

Neutron::Neutron(storage::Database& db, const base::Clock& clock, Plugin& plugin, Identify identify,
                 QuotaDefaults quotas)
    : impl_(std::make_unique<Impl>(db, clock, plugin, std::move(identify), quotas)) {}

Neutron::~Neutron() = default;

http::Reply Neutron::handle(const http::Request& request) {
  return impl_->handle(request);
}

}  // namespace tricircle::api
