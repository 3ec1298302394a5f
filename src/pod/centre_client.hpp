// The centre as an embedded pod calls it: Neutron's and the Admin API, in the service role. Any thread.
#pragma once
#include "base/error.hpp"
#include "remote/answer.hpp"

#include <functional>
#include <string>

#include <boost/json/object.hpp>

namespace tricircle::pod {

class CentreClient {
 public:
  // `ca_file` vouches for the centre; '' = the system's.
  CentreClient(http::Client& client, std::string url, std::string ca_file)
      : client_(client), url_(std::move(url)), ca_file_(std::move(ca_file)) {}

  // `done` is called once, on the http client's thread. An empty `body` sends none.
  void send(const std::string& method, const std::string& path, const boost::json::object& body,
            std::function<void(remote::Answer)> done);
  base::Awaitable<remote::Answer> async_send(std::string method, std::string path, boost::json::object body);

 private:
  http::OutRequest request(const std::string& method, const std::string& path, const boost::json::object& body) const;
  http::Client& client_;
  std::string url_;
  std::string ca_file_;
};

// The centre's refusal as our own caller must see it: its status, type and words; no answer becomes unavailable.
base::Error refusal_of(const remote::Answer&);

}  // namespace tricircle::pod
