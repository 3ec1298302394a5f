// Applying the plan of an import: rows of the centre alone, in the order of the plan. Each item is looked at again in
// the transaction that does it, for the centre may have changed since: what does not hold any more is skipped, with
// words. Inside the caller's writing transaction; throws what the connection throws.
#pragma once
#include "base/clock.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <cstdint>
#include <string>

namespace tricircle::api {

// One thing to do, with what the pod has shown.
struct ImportStep {
  std::string import_id;
  std::string action;
  std::string type;
  std::string pod_id;
  std::string central_id;
  std::string local_id;
  std::string policy_id;
  std::string content;  // see xjob/import_seen.hpp; '' = nothing was kept
};

// Does the next items; at the end of the plan what the pods have shown goes, some at a time. False: all is done.
bool apply_some(storage::Connection&, const std::string& import_id, base::Micros now);

// Each does one item and says why not, '' = it is done.
std::string import_network(storage::Connection&, const ImportStep&, base::Micros now);
std::string import_subnet(storage::Connection&, const ImportStep&, base::Micros now);
std::string import_port(storage::Connection&, const ImportStep&, base::Micros now);
std::string import_policy(storage::Connection&, const ImportStep&, base::Micros now);
std::string import_association(storage::Connection&, const ImportStep&, base::Micros now);

}  // namespace tricircle::api
