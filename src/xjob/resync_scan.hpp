// All that a pod has of policies, networks and ports, page by page: what a resync holds against our rows. Coroutines of
// a run of the pod's resync lane, on the io thread.
#pragma once
#include "xjob/context.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace tricircle::xjob {

// A policy that bears our tag, or still the name with which we make copies.
struct SeenPolicy {
  std::string id;
  std::string central_id;  // that the tag or name tells; '' = neither is there
  std::string created_at;
  bool tagged = false;
  boost::json::object shown;
};
struct SeenObject {
  std::string type;  // network, port
  std::string id;
  std::string policy_id;  // local; '' = none
};
struct Scan {
  std::vector<SeenPolicy> policies;  // those that are ours by tag, name or row; the oldest first
  std::vector<SeenObject> objects;   // all of the pod
  std::set<std::string> gone;        // copies of our rows of which the pod said that they are not there
  std::int64_t calls = 0;
};

// `progress` is awaited after each page, with the calls and objects so far. Throws engine::RunFailed when the pod does
// not list one of the three in full: of half a view nothing is concluded.
using Progress = std::function<base::Awaitable<void>(std::int64_t calls, std::int64_t looked)>;
base::Awaitable<Scan> scan_pod(Context&, remote::PodNeutron&, std::set<std::string> recorded, Progress progress);

// The central policy that a tag or a name of ours tells of; '' = none. Pure.
std::string central_of_tag(std::string_view tag);
std::string central_of_name(std::string_view name);

}  // namespace tricircle::xjob
