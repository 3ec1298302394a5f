#include "api/neutron.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "storage/connection.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::ErrorKind;

struct Meaning {
  int status;
  std::string_view type;  // where the error has no Neutron type
};

Meaning meaning_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request:
      return {400, "HTTPBadRequest"};
    case ErrorKind::unauthorized:
      return {401, "Unauthorized"};
    case ErrorKind::forbidden:
      return {403, "HTTPForbidden"};
    case ErrorKind::not_found:
      return {404, "HTTPNotFound"};
    case ErrorKind::method_not_allowed:
      return {405, "HTTPMethodNotAllowed"};
    case ErrorKind::conflict:
      return {409, "HTTPConflict"};
    case ErrorKind::precondition_failed:
      return {412, "HTTPPreconditionFailed"};
    case ErrorKind::too_large:
      return {413, "HTTPRequestEntityTooLarge"};
    case ErrorKind::unsupported_media_type:
      return {415, "HTTPUnsupportedMediaType"};
    case ErrorKind::unprocessable:
      return {422, "HTTPUnprocessableEntity"};
    case ErrorKind::not_implemented:
      return {501, "HTTPNotImplemented"};
    case ErrorKind::unavailable:
      return {503, "HTTPServiceUnavailable"};
    case ErrorKind::internal:
      break;
  }
  return {500, "HTTPInternalServerError"};
}

http::Response answer(int status, const json::object& body) {
  return {status, {{"content-type", "application/json"}}, json::serialize(body)};
}

// Keystone's middleware, not Neutron, answers these.
http::Response unauthorized(const base::Error& error) {
  const json::object inner{{"code", 401}, {"title", "Unauthorized"}, {"message", error.message()}};
  http::Response response = answer(401, {{"error", inner}});
  response.headers["www-authenticate"] = error.detail().empty() ? "Keystone" : "Keystone uri=\"" + error.detail() + '"';
  return response;
}

http::Response rendered(const base::Error& error) {
  if (error.kind() == ErrorKind::unauthorized) return unauthorized(error);
  const Meaning meaning = meaning_of(error.kind());
  const json::object inner{{"type", error.neutron_type().empty() ? meaning.type : error.neutron_type()},
                           {"message", error.message()},
                           {"detail", error.detail()}};
  // Neutron names the one fault that it does not know as its own by its class.
  const bool unknown_to_neutron = error.neutron_type() == "NotImplementedError";
  return answer(meaning.status, {{unknown_to_neutron ? "NotImplementedError" : "NeutronError", inner}});
}

void log_failure(const http::Request& request, std::string_view what) {
  base::log::error("request_failed method={} path={} request={} error=\"{}\"", request.method, request.path, request.id,
                   what);
}

http::Response bare_failure(const http::Request& request, std::string_view what) {
  log_failure(request, what);
  return rendered({ErrorKind::internal, "", "Request Failed: internal server error while processing your request."});
}

}  // namespace

bool store_is_away(const std::exception& error) {
  return dynamic_cast<const storage::ConnectionLost*>(&error) != nullptr ||
         dynamic_cast<const storage::Busy*>(&error) != nullptr;
}

http::Response error_response(const http::Request& request, const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const base::Error& error) {
    if (error.kind() == ErrorKind::internal) return bare_failure(request, error.what());
    return rendered(error);
  } catch (const std::exception& error) {
    if (!store_is_away(error)) return bare_failure(request, error.what());
    log_failure(request, error.what());
    return rendered({ErrorKind::unavailable, "ServiceUnavailable", std::string(kStoreIsAway)});
  } catch (...) {
    return bare_failure(request, "unknown");
  }
}

}  // namespace tricircle::api
