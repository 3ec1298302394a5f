#include "api/admin.hpp"

#include "api/admin_support.hpp"
#include "api/feed.hpp"
#include "api/neutron.hpp"
#include "api/plans.hpp"
#include "api/sign_in.hpp"
#include "base/log.hpp"

#include <charconv>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
constexpr std::int64_t kMostRows = 2000;
constexpr std::size_t kLongestText = 255;

struct Part {
  const char* name;
  http::Response (*handle)(AdminCall&);
};
constexpr Part kParts[] = {
    {"pods", handle_pods},       {"routings", handle_routings},     {"jobs", handle_jobs},
    {"pauses", handle_pauses},   {"copies", handle_copies},         {"bindings", handle_bindings},
    {"drifts", handle_drifts},   {"audits", handle_audits},         {"policies", handle_policies},
    {"explain", handle_explain}, {"status", handle_status},         {"resyncs", handle_resyncs},
    {"imports", handle_imports}, {"duplicates", handle_duplicates}, {"placements", handle_placements}};

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

struct Shape {
  int status;
  const char* key;
};

Shape shape_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::unauthorized:
      return {401, "unauthorized"};
    case ErrorKind::forbidden:
      return {403, "forbidden"};
    case ErrorKind::not_found:
      return {404, "itemNotFound"};
    case ErrorKind::method_not_allowed:
      return {405, "badMethod"};
    case ErrorKind::conflict:
      return {409, "conflictingRequest"};
    case ErrorKind::unprocessable:
      return {422, "unprocessableEntity"};
    case ErrorKind::unavailable:
      return {503, "serviceUnavailable"};
    case ErrorKind::bad_request:
      return {400, "badRequest"};
    default:
      return {500, "internalServerError"};
  }
}

http::Response error_answer(bool plain, const Error& error) {
  const Shape shape = shape_of(error.kind());
  if (plain) return {shape.status, {{"content-type", "text/plain; charset=utf-8"}}, error.message()};
  json::object body;
  body[shape.key] = json::object{{"message", error.message()}, {"code", shape.status}};
  return json_response(shape.status, body);
}

http::Response version(const http::Request& request) {
  if (request.method != "GET") throw Error(ErrorKind::method_not_allowed, "", "Only GET is known here.");
  json::array links;
  for (const char* what : {"", "/jobs", "/pods", "/routings"}) {
    const std::string rel = *what == '\0' ? "self" : what + 1;
    links.push_back(json::object{{"rel", rel}, {"href", std::string("/v1.0") + what}});
  }
  return json_response(200, json::object{{"version", "1.0"}, {"links", std::move(links)}});
}

}  // namespace

std::string AdminCall::query(std::string_view name) const {
  std::string found;
  for (const auto& [key, value] : request.query) {
    if (key == name) found = value;
  }
  return found;
}

json::object admin_body(const http::Request& request, std::string_view key) {
  json::error_code unreadable;
  const json::value body = json::parse(request.body, unreadable);
  if (unreadable || !body.is_object()) throw admin_error(ErrorKind::bad_request, "The request body is no JSON object.");
  const json::value* inner = body.get_object().if_contains(key);
  if (inner == nullptr || !inner->is_object())
    throw admin_error(ErrorKind::bad_request, "Request body has no object " + std::string(key) + ".");
  return inner->get_object();
}

Error nothing_at(const AdminCall& call) {
  return admin_error(ErrorKind::not_found, "There is nothing at " + call.request.path + ".");
}

Error unknown_method(const AdminCall& call) {
  return admin_error(ErrorKind::method_not_allowed, "Method " + call.request.method + " is not known here.");
}

Error admin_error(ErrorKind kind, const std::string& message) {
  return {kind, "", message};
}

void admins_only(const AdminCall& call, const std::string& what) {
  if (!call.caller.admin())
    throw admin_error(ErrorKind::forbidden, "Admin rights are required to work with " + what + ".");
}

std::string text_field(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return "";
  if (!value->is_string()) throw admin_error(ErrorKind::bad_request, "Field " + std::string(name) + " must be text.");
  const std::string_view text = value->get_string();
  if (text.size() > kLongestText)
    throw admin_error(ErrorKind::bad_request, "Field " + std::string(name) + " is longer than 255.");
  // Databases and the C libraries of pods cut text there.
  if (text.find('\0') != std::string_view::npos)
    throw admin_error(ErrorKind::bad_request, "Field " + std::string(name) + " holds a NUL character.");
  return std::string(text);
}

std::int64_t page_limit(const AdminCall& call) {
  const std::string text = call.query("limit");
  if (text.empty()) return kMostRows;
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    throw admin_error(ErrorKind::bad_request, "limit must be a whole number.");
  if (error == std::errc::result_out_of_range) return kMostRows;
  return limit <= 0 || limit > kMostRows ? kMostRows : limit;
}

json::array next_links(const AdminCall& call, const std::string& marker) {
  std::string href = call.request.path;
  char separator = '?';
  const auto add = [&](const std::string& name, const std::string& value) {
    href += separator + http::percent_encode(name) + "=" + http::percent_encode(value);
    separator = '&';
  };
  for (const auto& [name, value] : call.request.query) {
    if (name != "marker") add(name, value);
  }
  add("marker", marker);
  return {json::object{{"rel", "next"}, {"href", href}}};
}

class Admin::Impl {
 public:
  Impl(storage::Database& database, const base::Clock& clock, Identify identify, std::function<void()> committed,
       AdminParts parts)
      : database_(database),
        clock_(clock),
        identify_(std::move(identify)),
        committed_(std::move(committed)),
        parts_(parts) {}

  http::Reply sign_in(const http::Request& request) {
    return guarded(false, request.id, [&]() -> http::Reply {
      if (parts_.sign_in == nullptr)
        throw admin_error(ErrorKind::not_found, "There is no Keystone here; none is needed.");
      return parts_.sign_in->handle(request);
    });
  }

  http::Reply handle(const http::Request& request) {
    const std::vector<std::string> path = segments(std::string_view(request.path).substr(5));
    const bool plain = !path.empty() && path[0] == "pods";
    return guarded(plain, request.id, [&] { return dispatch(request, path); });
  }

 private:
  // What comes after a wait may fail as well.
  static http::Reply guarded(bool plain, const std::string& request_id, const std::function<http::Reply()>& next) {
    try {
      http::Reply reply = next();
      auto* pending = std::get_if<http::Pending>(&reply);
      if (pending == nullptr) return reply;
      return http::Pending{std::move(pending->start), [plain, request_id, then = std::move(pending->then)] {
                             return guarded(plain, request_id, then);
                           }};
    } catch (const Error& error) {
      return error_answer(plain, error);
    } catch (const std::exception& error) {
      base::log::error("admin_failed request={} error=\"{}\"", request_id, error.what());
      if (store_is_away(error))
        return error_answer(plain, Error(ErrorKind::unavailable, "", std::string(kStoreIsAway)));
      return error_answer(plain, Error(ErrorKind::internal, "", "The server could not carry out the request."));
    }
  }

  http::Reply dispatch(const http::Request& request, const std::vector<std::string>& path) {
    AdminCall call{request, identify_(request), path, database_, clock_.now(), clock_, parts_.waits, committed_};
    http::Reply reply = carry_out(call);
    tell(call, reply);
    return reply;
  }

  // Who has had a hand in it, as `changed` tells it of Neutron's objects. A plan that is applied is told as its change.
  static void tell(const AdminCall& call, const http::Reply& reply) {
    const auto* response = std::get_if<http::Response>(&reply);
    const bool writes = call.request.method != "GET" && !call.path.empty() && call.path[0] != "plans";
    if (!writes || response == nullptr || response->status >= 300) return;
    base::log::info("administered user={} project={} method={} path={} request={}", call.caller.credentials.user_id,
                    call.caller.project_id(), call.request.method, call.request.path, call.request.id);
  }

  http::Reply carry_out(AdminCall& call) {
    const http::Request& request = call.request;
    const std::vector<std::string>& path = call.path;
    if (path.empty()) return version(request);
    if (path[0] == "changes") return handle_changes(call);
    if (path[0] == "whoami") return who_am_i(call);
    if (path[0] == "plans" && parts_.plans != nullptr) return parts_.plans->handle(call);
    if (path[0] == "board" || path[0] == "events") return watch(call);
    for (const auto& [name, handle] : kParts) {
      if (path[0] == name) return handle(call);
    }
    throw admin_error(ErrorKind::not_found, "There is nothing at " + request.path + ".");
  }

  http::Response who_am_i(const AdminCall& call) const {
    if (call.request.method != "GET") throw unknown_method(call);
    json::array roles;
    for (const std::string& role : call.caller.credentials.roles) roles.push_back(json::value(role));
    return json_response(200, json::object{{"whoami",
                                            {{"auth", parts_.sign_in == nullptr ? "none" : "keystone"},
                                             {"user_id", call.caller.credentials.user_id},
                                             {"project_id", call.caller.project_id()},
                                             {"roles", std::move(roles)},
                                             {"admin", call.caller.admin()}}}});
  }

  http::Reply watch(const AdminCall& call) const {
    if (call.request.method != "GET") throw unknown_method(call);
    if (parts_.feed == nullptr || call.path.size() > 1) throw nothing_at(call);
    if (call.path[0] == "board") return json_response(200, parts_.feed->board(call.caller));
    std::int64_t version = 0;
    const std::string text = call.query("version");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size())
      throw admin_error(ErrorKind::bad_request, "version must be the number of a board.");
    return parts_.feed->events(call.caller, version);
  }

  storage::Database& database_;
  const base::Clock& clock_;
  Identify identify_;
  std::function<void()> committed_;
  AdminParts parts_;
};

Admin::Admin(storage::Database& database, const base::Clock& clock, Identify identify, std::function<void()> committed,
             AdminParts parts)
    : impl_(std::make_unique<Impl>(database, clock, std::move(identify), std::move(committed), parts)) {}
Admin::~Admin() = default;
http::Reply Admin::handle(const http::Request& request) {
  return impl_->handle(request);
}
http::Reply Admin::sign_in(const http::Request& request) {
  return impl_->sign_in(request);
}

}  // namespace tricircle::api
