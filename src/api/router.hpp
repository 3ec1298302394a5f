// Which handler a method and path lead to. Filled once by a Neutron's constructor, then read by any thread.
#pragma once
#include "api/plugin.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tricircle::api {

using Parameters = std::vector<std::string>;  // what stood for the {...} of the template, in order
using Handler = std::function<http::Response(Call&, const Parameters&)>;

class Router {
 public:
  // "/v2.0/networks/{id}": each {...} takes one part of the path.
  void add(std::string method, std::string_view path_template, Handler handler);

  struct Match {
    const Handler* handler = nullptr;  // null: no such path, or (`allowed` not empty) not with this method
    Parameters parameters;
    std::string allowed;  // "GET, PUT"
  };
  Match find(std::string_view method, std::string_view path) const;

  std::vector<std::pair<std::string, std::string>> routes() const;  // (method, template), as they were added

 private:
  struct Route {
    std::string method;
    std::string path_template;
    std::vector<std::string> parts;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace tricircle::api
