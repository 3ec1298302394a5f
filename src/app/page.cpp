#include "app/page.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace tricircle::app {
namespace {

// Nothing but what comes from here: no other host, no script or style that is not one of the files.
constexpr char kContentPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  return "image/svg+xml";
}

}  // namespace

http::Response serve_page(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD")
    throw base::Error(base::ErrorKind::method_not_allowed, "", "The page can only be read.");
  if (request.path == "/ui") return {302, {{"location", "/ui/"}}, ""};
  const std::string_view asked = std::string_view(request.path).substr(4);
  const std::string_view name = asked.empty() ? "index.html" : asked;
  const auto found = std::ranges::find(web_files(), name, &WebFile::name);
  if (found == web_files().end()) throw base::Error(base::ErrorKind::not_found, "", "The resource could not be found.");
  return {200,
          {{"content-type", std::string(type_of(name))},
           {"content-security-policy", kContentPolicy},
           {"x-content-type-options", "nosniff"},
           {"referrer-policy", "no-referrer"},
           {"cache-control", "no-cache"}},
          std::string(found->text)};
}

}  // namespace tricircle::app
