// The Admin API as the commands call it: one call at a time, waiting for its end. Main thread.
#pragma once
#include "http/client.hpp"

#include <stdexcept>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace tricircle::app {

// A command's end in words for standard error and an exit code.
struct CommandFailed : std::runtime_error {
  CommandFailed(int exit_code_, const std::string& words) : std::runtime_error(words), exit_code(exit_code_) {}
  int exit_code;
};

class AdminClient {
 public:
  explicit AdminClient(std::string url) : url_(std::move(url)) {}

  // Throws CommandFailed: 3 when nobody answers, 1 with the server's words when it refuses.
  boost::json::value call(const std::string& method, const std::string& path, const boost::json::value& body = nullptr);

  // All rows of a list, page by page. `path` may have a query.
  boost::json::array all(const std::string& path, const std::string& key);

  std::string pod_id(const std::string& id_or_region);  // throws CommandFailed when there is no such pod

 private:
  std::string url_;
  http::CurlClient client_;
};

}  // namespace tricircle::app
