// What there is to adopt of what pods have shown: networks with their subnets and ports, policies that are alike in
// several pods as one, and for the objects that bear them the association. Reads rows only; nothing is changed but by
// keep_item(). Inside the caller's transaction; throw what the connection throws.
#pragma once
#include "xjob/import_facts.hpp"
#include "xjob/imports.hpp"

#include <map>
#include <string>
#include <vector>

namespace tricircle::xjob {

struct ImportItem {
  std::string action;
  std::string type;
  std::string pod_id;
  std::string central_id;
  std::string local_id;
  std::string policy_id;  // central, of an association
  std::string name;
  std::string found;  // in words
};
bool changes_something(const ImportItem&);
std::string counted(std::size_t count, const std::string& what);  // "1 port", "2 ports"

std::vector<ImportItem> plan_import(Connection&, const std::string& import_id);
void keep_item(Connection&, const std::string& import_id, std::int64_t number, const ImportItem&);

// Its parts, in the order in which they are done. Each adds to `items`.
// Of networks, subnets and ports: what is adopted is noted in the facts, for associations.
void plan_networks(Connection&, ImportFacts&, std::vector<ImportItem>& items);
// Returns (pod, local id) -> central id of each policy that comes to be a copy.
using Coming = std::map<std::pair<std::string, std::string>, std::string>;
Coming plan_policies(Connection&, const ImportFacts&, std::vector<ImportItem>& items);
void plan_associations(Connection&, const ImportFacts&, const Coming&, std::vector<ImportItem>& items);

}  // namespace tricircle::xjob
