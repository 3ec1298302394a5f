// What stands in for the pods of a rehearsal: each answers a call as a Neutron does that has just what the store says
// was confirmed there, and that takes what it is sent. Keeps the calls. Owned by one rehearsal, on its thread.
#pragma once
#include "http/client.hpp"
#include "storage/connection.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace tricircle::plan {

// A call to a pod. What will only be known when it is made stands as "<...>" in it: "<mark>", "<new policy>".
struct Call {
  std::string method;
  std::string path;
  boost::json::object body;
  bool operator==(const Call&) const = default;
};

class WillingPods final : public http::Client {
 public:
  // Pods are called at the URL that url_of() gives them.
  explicit WillingPods(storage::Connection& store) : store_(store) {}
  static std::string url_of(const std::string& pod_id) { return "http://" + pod_id; }

  void send(http::OutRequest, std::function<void(http::OutResponse)> done) override;

  std::map<std::string, std::vector<Call>> calls;  // by pod, in their order
  // Networks by pod that were asked for and of which nobody knows yet what they are made on: shown as physical.
  std::map<std::string, std::set<std::string>> guessed;

 private:
  struct Asked;
  http::OutResponse answer(const Asked&);
  http::OutResponse show(const Asked&);
  http::OutResponse show_policy(const Asked&);
  http::OutResponse show_object(const Asked&, const std::string& type);

  storage::Connection& store_;
  std::uint64_t made_ = 0;
};

}  // namespace tricircle::plan
