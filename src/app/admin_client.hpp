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

// One call, waited for.
http::OutResponse answer_to(http::Client&, http::OutRequest);
// The server's words, out of whichever shape its error has; they may be a pod's, and cannot steer the terminal.
std::string words_of(const http::OutResponse&);

// Where the centre is and who calls it. Empty = what the cloud, or the environment, says.
struct ClientOptions {
  std::string url;
  std::string cloud;
};

class AdminClient {
 public:
  // Signs in where a cloud is named or the environment tells of a Keystone. Throws CommandFailed.
  explicit AdminClient(const ClientOptions&);

  // Throws CommandFailed: 3 when nobody answers, 1 with the server's words when it refuses.
  boost::json::value call(const std::string& method, const std::string& path, const boost::json::value& body = nullptr);

  // The same of Neutron's API: `path` from /v2.0 on.
  boost::json::value neutron(const std::string& method, const std::string& path);

  // All rows of a list, page by page. `path` may have a query.
  boost::json::array all(const std::string& path, const std::string& key);

  std::string pod_id(const std::string& id_or_region);   // throws CommandFailed when there is no such pod
  std::string policy_id(const std::string& id_or_name);  // likewise, and when several are called so

 private:
  boost::json::value send(const std::string& method, const std::string& target, const boost::json::value& body);

  http::CurlClient client_;
  std::string url_;
  std::string token_;
  std::string ca_file_;
};

}  // namespace tricircle::app
