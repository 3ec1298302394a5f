// What an import's pods have shown, beside what the centre knows of it: read in one go for the plan. Inside the
// caller's transaction.
#pragma once
#include "xjob/copies.hpp"

#include <map>
#include <string>
#include <vector>

namespace tricircle::xjob {

// A network, subnet or port of a pod.
struct FoundObject {
  std::string type;
  std::string local_id;
  std::string name;
  std::string network_id;
  std::string policy_id;  // local; '' = none
  std::string detail;     // see table import_objects
  std::string fault;
  std::string known_as;  // central id; '' = it has no routing
  bool taken = false;    // something else of the centre has its id
  std::string wish;      // the policy that the centre wishes for it
  bool has_binding = false;
  bool adopted = false;  // by this plan
};
struct FoundPolicy {
  std::string local_id;
  std::string name;
  std::string content;
  std::string fault;
  std::string known_as;                   // central id; '' = it is no copy of ours
  std::vector<std::string> for_projects;  // by RBAC entries
};
struct FoundPod {
  std::string pod_id;
  std::string region;
  std::vector<FoundObject> networks, subnets, ports;
  std::vector<FoundPolicy> policies;
};
struct ImportFacts {
  std::string import_id;
  bool networks = false;
  bool policies = false;
  std::vector<std::string> chosen;
  std::vector<FoundPod> pods;
};

ImportFacts read_import_facts(Connection&, const std::string& import_id);

}  // namespace tricircle::xjob
