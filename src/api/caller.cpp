#include "api/caller.hpp"

namespace tricircle::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::set<std::string> split_roles(std::string_view text) {
  std::set<std::string> roles;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view role = trimmed(text.substr(0, comma));
    if (!role.empty()) roles.emplace(role);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return roles;
}

std::string header_or(const http::Request& request, std::string_view name, std::string_view fallback) {
  std::string value = request.header(name);
  return value.empty() ? std::string(fallback) : value;
}

}  // namespace

AccessRules default_rules() {
  static const AccessRules kDefaults = std::make_shared<const access::Policy>();
  return kDefaults;
}

Identify caller_from_headers(AccessRules rules) {
  return [rules = std::move(rules)](const http::Request& request) -> Caller {
    return {{header_or(request, "x-user-id", "admin"), header_or(request, "x-project-id", "admin"),
             split_roles(header_or(request, "x-roles", "admin"))},
            rules};
  };
}

Identify caller_admitted(AccessRules rules) {
  return [rules = std::move(rules)](const http::Request& request) -> Caller {
    return {{request.header("x-user-id"), request.header("x-project-id"), split_roles(request.header("x-roles"))},
            rules};
  };
}

}  // namespace tricircle::api
