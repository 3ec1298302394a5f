// Which networks and ports of the centre get the policy that they bear in their pods. A central object may be in
// several pods, and an association holds for all of them: where they do not bear the same policy it would change what
// one of them has, and is left to the operator.
#include "domain/port.hpp"
#include "xjob/import_plan.hpp"

#include <set>

namespace tricircle::xjob {
namespace {

// A central id and what it bears in the pods that were looked at.
struct Bearer {
  const FoundObject* object = nullptr;
  const FoundPod* pod = nullptr;
  std::string central_id;
  std::string policy_id;  // central; '' = none that the centre has or gets
  bool comes = false;     // the policy does, by this plan
};

class AssociationPlanner {
 public:
  AssociationPlanner(Connection& db, const ImportFacts& facts, const Coming& coming, std::vector<ImportItem>& items)
      : db_(db), facts_(facts), coming_(coming), items_(items) {}

  void plan() {
    for (const FoundPod& pod : facts_.pods) {
      const std::map<std::string, std::string> copies = ready_copies(pod.pod_id);
      for (const auto* objects : {&pod.networks, &pod.ports}) {
        for (const FoundObject& object : *objects) note(pod, object, copies);
      }
    }
    for (const auto& [key, bearers] : bearers_) {
      if (concerns(bearers)) decide(bearers);
    }
  }

 private:
  std::map<std::string, std::string> ready_copies(const std::string& pod_id) const {
    const auto found = db_.execute(
        "SELECT r.local_id, c.policy_id FROM copies c JOIN resource_routings r ON r.central_id = c.policy_id AND "
        "r.pod_id = c.pod_id AND r.resource_type = 'qos_policy' WHERE c.pod_id = ? AND c.ready",
        {pod_id});
    std::map<std::string, std::string> copies;
    for (const storage::Row& row : found.rows()) copies[row.text("local_id")] = row.text("policy_id");
    return copies;
  }

  void note(const FoundPod& pod, const FoundObject& object, const std::map<std::string, std::string>& copies) {
    const std::string central = object.adopted ? object.local_id : object.known_as;
    if (central.empty()) return;
    Bearer bearer{&object, &pod, central, "", false};
    if (const auto comes = coming_.find({pod.pod_id, object.policy_id}); comes != coming_.end()) {
      bearer.policy_id = comes->second;
      bearer.comes = true;
    } else if (const auto copy = copies.find(object.policy_id); copy != copies.end()) {
      bearer.policy_id = copy->second;
    }
    bearers_[{object.type, central}].push_back(std::move(bearer));
  }

  // Something of it is news: a policy that comes, or an object of which XJob has never had a binding.
  static bool concerns(const std::vector<Bearer>& bearers) {
    for (const Bearer& one : bearers) {
      if (one.policy_id.empty() || one.object->wish == one.policy_id) continue;
      if (one.comes || one.object->adopted || (!one.object->has_binding && one.object->wish.empty())) return true;
    }
    return false;
  }

  void decide(const std::vector<Bearer>& bearers) {
    const Bearer* first = nullptr;
    for (const Bearer& one : bearers) {
      if (first == nullptr && !one.policy_id.empty()) first = &one;
    }
    const std::string why = objection(bearers, *first);
    const FoundObject& object = *first->object;
    items_.push_back({why.empty() ? kAssociate : kLeft, object.type, first->pod->pod_id, first->central_id,
                      object.local_id, first->policy_id, object.name, why.empty() ? where(bearers) : why});
  }

  std::string objection(const std::vector<Bearer>& bearers, const Bearer& first) const {
    const FoundObject& object = *first.object;
    if (!object.wish.empty()) return "the centre wishes policy " + object.wish + " for it";
    if (object.type == kPort && domain::is_trusted(object.detail))
      return "a port of the region's own: " + object.detail;
    std::set<std::string> looked_at;
    for (const Bearer& one : bearers) {
      looked_at.insert(one.pod->pod_id);
      if (one.policy_id != first.policy_id)
        return "it bears " + borne(first) + " in " + first.pod->region + ", and " + borne(one) + " in " +
               one.pod->region;
    }
    const auto routings = db_.execute(
        "SELECT r.pod_id, p.region_name FROM resource_routings r JOIN pods p ON p.pod_id = r.pod_id WHERE r.central_id "
        "= ? AND r.resource_type = ?",
        {first.central_id, object.type});
    for (const storage::Row& row : routings.rows()) {
      if (!looked_at.contains(row.text("pod_id")))
        return "it is in " + row.text("region_name") + " as well, which this import does not look at";
    }
    return {};
  }

  static std::string borne(const Bearer& one) {
    return one.object->policy_id.empty() ? "no policy" : "policy " + one.object->policy_id;
  }

  static std::string where(const std::vector<Bearer>& bearers) {
    std::string words = "as in";
    for (const Bearer& one : bearers) words += (&one == &bearers.front() ? " " : ", ") + one.pod->region;
    return words;
  }

  Connection& db_;
  const ImportFacts& facts_;
  const Coming& coming_;
  std::vector<ImportItem>& items_;
  std::map<std::pair<std::string, std::string>, std::vector<Bearer>> bearers_;  // by type and central id
};

}  // namespace

void plan_associations(Connection& db, const ImportFacts& facts, const Coming& coming, std::vector<ImportItem>& items) {
  AssociationPlanner(db, facts, coming, items).plan();
}

}  // namespace tricircle::xjob
