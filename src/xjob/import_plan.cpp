#include "xjob/import_plan.hpp"

#include "storage/sql.hpp"

#include <algorithm>
#include <set>

namespace tricircle::xjob {
namespace {

class NetworkPlanner {
 public:
  NetworkPlanner(Connection& db, const ImportFacts& facts, FoundPod& pod, std::vector<ImportItem>& items)
      : facts_(facts), pod_(pod), items_(items) {
    // Of a network that is tied to a central one of another id the subnets are known by what they span.
    const auto found = db.execute(
        "SELECT s.network_id, s.cidr FROM subnets s JOIN resource_routings r ON r.central_id = s.network_id AND "
        "r.resource_type = 'network' WHERE r.pod_id = ?",
        {pod.pod_id});
    for (const storage::Row& row : found.rows()) spans_.emplace(row.text("network_id"), row.text("cidr"));
  }

  void plan() {
    for (FoundObject& network : pod_.networks) take(network);
    for (FoundObject& subnet : pod_.subnets) take_subnet(subnet);
    for (FoundObject& port : pod_.ports) take_port(port);
    for (ImportItem& item : own_) {
      if (item.type == kNetwork) tell_contents(item);
    }
    tell_missing();
    items_.insert(items_.end(), own_.begin(), own_.end());
  }

 private:
  void add(const char* action, const FoundObject& object, const std::string& central, std::string found = {}) {
    own_.push_back({action, object.type, pod_.pod_id, central, object.local_id, "", object.name, std::move(found)});
  }

  void adopt(FoundObject& object) {
    object.adopted = true;
    add(kTakeOver, object, object.local_id);
  }

  void take(FoundObject& network) {
    if (!network.known_as.empty()) {
      central_of_[network.local_id] = network.known_as;
      add(kKnown, network, network.known_as);
    } else if (!network.fault.empty()) {
      add(kLeft, network, "", network.fault);
    } else if (network.taken) {
      add(kLeft, network, "", "the centre has a network of this id, which is not tied to this region");
    } else {
      central_of_[network.local_id] = network.local_id;
      adopt(network);
    }
  }

  void take_subnet(FoundObject& subnet) {
    const auto central = central_of_.find(subnet.network_id);
    if (central == central_of_.end() || subnet.taken || spans_.contains({central->second, subnet.detail})) return;
    if (!subnet.fault.empty()) return add(kLeft, subnet, "", subnet.fault);
    ++subnets_[subnet.network_id];
    adopt(subnet);
  }

  void take_port(FoundObject& port) {
    if (!central_of_.contains(port.network_id) || !port.known_as.empty()) return;
    if (!port.fault.empty()) return add(kLeft, port, "", port.fault);
    if (port.taken) return add(kLeft, port, "", "the centre has a port of this id, which is not tied to this region");
    ++ports_[port.network_id];
    adopt(port);
  }

  void tell_contents(ImportItem& network) const {
    const auto of = [&](const std::map<std::string, std::size_t>& counts) {
      const auto found = counts.find(network.local_id);
      return found == counts.end() ? std::size_t{0} : found->second;
    };
    if (network.action == kLeft || of(subnets_) + of(ports_) == 0) return;
    network.found = (network.action == kKnown ? "new here: " : "with ") + counted(of(subnets_), "subnet") + " and " +
                    counted(of(ports_), "port");
  }

  // Nothing is concluded from that.
  void tell_missing() {
    std::set<std::string> seen;
    for (const FoundObject& network : pod_.networks) seen.insert(network.local_id);
    for (const std::string& id : facts_.chosen) {
      if (seen.contains(id)) continue;
      own_.push_back({kLeft, kNetwork, pod_.pod_id, "", id, "", "", "the region did not show it"});
    }
  }

  const ImportFacts& facts_;
  FoundPod& pod_;
  std::vector<ImportItem>& items_;
  std::vector<ImportItem> own_;
  std::set<std::pair<std::string, std::string>> spans_;  // central network, cidr
  std::map<std::string, std::string> central_of_;        // local network -> central
  std::map<std::string, std::size_t> subnets_, ports_;   // that are adopted, by local network
};

}  // namespace

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

bool changes_something(const ImportItem& item) {
  return item.action == kTakeOver || item.action == kLink || item.action == kAssociate;
}

void plan_networks(Connection& db, ImportFacts& facts, std::vector<ImportItem>& items) {
  for (FoundPod& pod : facts.pods) NetworkPlanner(db, facts, pod, items).plan();
}

std::vector<ImportItem> plan_import(Connection& db, const std::string& import_id) {
  ImportFacts facts = read_import_facts(db, import_id);
  std::vector<ImportItem> items;
  if (facts.networks) plan_networks(db, facts, items);
  Coming coming;
  if (facts.policies) coming = plan_policies(db, facts, items);
  plan_associations(db, facts, coming, items);
  return items;
}

void keep_item(Connection& db, const std::string& import_id, std::int64_t number, const ImportItem& item) {
  storage::insert(db, "import_items",
                  {{"import_id", import_id},
                   {"number", number},
                   {"action", item.action},
                   {"resource_type", item.type},
                   {"pod_id", item.pod_id},
                   {"central_id", item.central_id},
                   {"local_id", item.local_id},
                   {"policy_id", item.policy_id},
                   {"name", item.name},
                   {"found", item.found},
                   {"state", changes_something(item) ? kToDo : ""}});
}

}  // namespace tricircle::xjob
