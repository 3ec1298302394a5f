// An embedded pod: the same Neutron server as the centre's, over a store of its own, with a local plugin that fetches
// from the centre what is asked for by id and reports to it what happens here. Made by app, one a region.
#pragma once
#include "api/neutron.hpp"
#include "base/runtime.hpp"
#include "http/client.hpp"
#include "storage/database.hpp"

#include <memory>
#include <string>

namespace tricircle::pod {

struct PodOptions {
  std::string region;
  std::string central_url;  // "http://host:port"
  std::string own_url;      // what the centre is told to call
  std::string ca_file;      // vouches for the centre; '' = the system's
};

class Pod {
 public:
  Pod(base::Runtime&, storage::Database&, http::Client&, const base::Clock&, PodOptions);
  ~Pod();                                    // stop()
  http::Reply handle(const http::Request&);  // pool threads
  void start();                              // makes itself known at the centre, sends what the outbox holds
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tricircle::pod
