// Which policies of pods are one and the same. Those of one project and one name belong together: where they are alike
// in all pods that have them they become one central policy, or the copies of the one that is there already; where they
// are not, nobody but the operator can say which of them is right.
#include "base/ids.hpp"
#include "xjob/central_policy.hpp"
#include "xjob/drift.hpp"
#include "xjob/harmless.hpp"
#include "xjob/import_plan.hpp"
#include "xjob/import_seen.hpp"

#include <algorithm>
#include <set>

#include <boost/json/parse.hpp>

namespace tricircle::xjob {
namespace {

struct Candidate {
  const FoundPod* pod = nullptr;
  const FoundPolicy* policy = nullptr;
  PolicyContent content;
  std::string key;
};

// A policy of the centre, of the same project and name.
struct Central {
  std::string id;
  std::string key;
  Copy as_copy;  // its content as drift_of() takes it
};

// Policies of one project and name.
struct Bucket {
  std::string project_id;
  std::vector<Candidate> candidates;
};

struct Bearers {
  std::size_t networks = 0, ports = 0, unknown = 0;
  std::string tunnelled;  // one of the networks
};

Bearers bearers_of(const FoundPod& pod, const std::string& local_id) {
  Bearers bearers;
  for (const auto* objects : {&pod.networks, &pod.ports}) {
    for (const FoundObject& object : *objects) {
      if (object.policy_id != local_id) continue;
      ++(object.type == kNetwork ? bearers.networks : bearers.ports);
      if (object.known_as.empty() && !object.adopted) ++bearers.unknown;
      if (object.type == kNetwork && object.detail == "none") bearers.tunnelled = object.local_id;
    }
  }
  return bearers;
}

bool guarantees(const PolicyContent& content) {
  return std::ranges::any_of(content.rules,
                             [](const domain::CopyRule& rule) { return needs_physical_network(rule.type); });
}

// Rules that drift_of() takes for there.
Copy as_copy(domain::Record attributes, std::vector<domain::CopyRule> rules) {
  Copy copy;
  copy.attributes = std::move(attributes);
  copy.rules = std::move(rules);
  for (domain::CopyRule& rule : copy.rules) rule.id = "there";
  return copy;
}

std::vector<domain::CopyRule> rules_of(const domain::PolicyWish& wish) {
  std::vector<domain::CopyRule> rules;
  for (const domain::Record& rule : wish.rules)
    rules.push_back({domain::rule_type(rule), domain::rule_direction(rule), "", domain::rule_body(rule), false, ""});
  return rules;
}

class PolicyPlanner {
 public:
  PolicyPlanner(Connection& db, const ImportFacts& facts, std::vector<ImportItem>& items)
      : db_(db), facts_(facts), items_(items) {}

  Coming plan() {
    for (const FoundPod& pod : facts_.pods) {
      for (const FoundPolicy& policy : pod.policies) sort_in(pod, policy);
    }
    for (auto& [key, bucket] : buckets_) plan(bucket);
    return std::move(coming_);
  }

 private:
  void add(const char* action, const FoundPod& pod, const FoundPolicy& policy, const std::string& central,
           std::string found) {
    items_.push_back({action, kPolicy, pod.pod_id, central, policy.local_id, "", policy.name, std::move(found)});
  }

  void sort_in(const FoundPod& pod, const FoundPolicy& policy) {
    if (!policy.known_as.empty()) return add(kKnown, pod, policy, policy.known_as, "");
    if (!policy.fault.empty()) return add(kLeft, pod, policy, "", policy.fault);
    Candidate one{&pod, &policy, policy_content_of(policy.content), ""};
    if (!one.content.tag_of.empty())
      return add(kLeft, pod, policy, "",
                 "it is a copy of central policy " + one.content.tag_of + " by its tag; see pod resync");
    const std::string tunnelled = bearers_of(pod, policy.local_id).tunnelled;
    if (guarantees(one.content) && !tunnelled.empty())
      return add(kLeft, pod, policy, "",
                 "its minimum bandwidth is on network " + tunnelled +
                     ", which has no physical network: every new port there is refused");
    one.key = key_of(one.content.attributes, one.content.rules);
    // What has no name is like another by its content alone.
    const std::string name = policy.name.empty() ? "\n" + one.key : policy.name;
    Bucket& bucket = buckets_[{one.content.project_id, name}];
    bucket.project_id = one.content.project_id;
    bucket.candidates.push_back(std::move(one));
  }

  void plan(Bucket& bucket) {
    std::ranges::sort(bucket.candidates, {}, [](const Candidate& one) {
      return std::tie(one.pod->region, one.content.created_at, one.policy->local_id);
    });
    const std::vector<Central> central = centrals(bucket);
    std::set<std::string> keys;
    for (const Candidate& one : bucket.candidates) keys.insert(one.key);
    for (const std::string& key : keys) {
      const bool is_central = std::ranges::find(central, key, &Central::key) != central.end();
      if (is_central) {
        link(bucket, central, key);
      } else if (central.empty() && in_all_pods(bucket, key)) {
        adopt(bucket, key);
      } else {
        tell_difference(bucket, central, key);
      }
    }
  }

  std::vector<Central> centrals(const Bucket& bucket) const {
    const auto found =
        db_.execute("SELECT id FROM qos_policies WHERE project_id = ? AND name = ? ORDER BY created_at, id",
                    {bucket.project_id, bucket.candidates.front().policy->name});
    std::vector<Central> all;
    for (const storage::Row& row : found.rows()) {
      const CentralPolicy policy = find_central_policy(db_, row.text("id")).value();
      const std::vector<domain::CopyRule> rules = rules_of(policy.wish);
      const std::string key = key_of(policy.wish.attributes, rules);
      all.push_back({row.text("id"), key, as_copy(policy.wish.attributes, rules)});
    }
    // What has no name is none of another's concern.
    if (bucket.candidates.front().policy->name.empty())
      std::erase_if(all, [&](const Central& one) { return one.key != bucket.candidates.front().key; });
    return all;
  }

  static bool in_all_pods(const Bucket& bucket, const std::string& key) {
    std::set<const FoundPod*> pods;
    std::set<const FoundPod*> with_key;
    for (const Candidate& one : bucket.candidates) {
      pods.insert(one.pod);
      if (one.key == key) with_key.insert(one.pod);
    }
    return pods == with_key;
  }

  // A pod has one copy of a policy: the second that is alike there becomes one of its own.
  void adopt(const Bucket& bucket, const std::string& key) {
    std::map<const FoundPod*, std::size_t> used;
    std::vector<std::string> ids;
    for (const Candidate& one : bucket.candidates) {
      if (one.key != key) continue;
      const std::size_t at = used[one.pod]++;
      if (at == ids.size()) ids.push_back(base::new_uuid());
      come(kTakeOver, one, ids[at]);
    }
  }

  void link(const Bucket& bucket, const std::vector<Central>& centrals, const std::string& key) {
    std::set<std::pair<const FoundPod*, std::string>> used;
    for (const Candidate& one : bucket.candidates) {
      if (one.key != key) continue;
      const auto free = std::ranges::find_if(centrals, [&](const Central& central) {
        return central.key == key && !used.contains({one.pod, central.id}) &&
               !find_copy(db_, central.id, one.pod->pod_id);
      });
      if (free == centrals.end()) {
        add(kLeft, *one.pod, *one.policy, "", "the central policy that is like it has its copy here already");
      } else {
        used.emplace(one.pod, free->id);
        come(kLink, one, free->id);
      }
    }
  }

  void come(const char* action, const Candidate& one, const std::string& central) {
    coming_[{one.pod->pod_id, one.policy->local_id}] = central;
    add(action, *one.pod, *one.policy, central, about(one));
  }

  std::string about(const Candidate& one) const {
    const Bearers bearers = bearers_of(*one.pod, one.policy->local_id);
    std::string words = "borne by " + counted(bearers.networks, "network") + " and " + counted(bearers.ports, "port");
    if (bearers.unknown > 0) words += ", of which the centre does not know " + std::to_string(bearers.unknown);
    if (!one.policy->for_projects.empty()) {
      words += "; shared by RBAC entries, which are not copied, with project ";
      for (const std::string& project : one.policy->for_projects)
        words += (&project == &one.policy->for_projects.front() ? "" : ", ") + project;
    }
    if (one.content.is_default) words += "; that it is its project's default is not copied";
    return words;
  }

  void tell_difference(const Bucket& bucket, const std::vector<Central>& centrals, const std::string& key) {
    for (const Candidate& one : bucket.candidates) {
      if (one.key == key) add(kDiffers, *one.pod, *one.policy, "", difference(bucket, centrals, one));
    }
  }

  static std::string difference(const Bucket& bucket, const std::vector<Central>& centrals, const Candidate& one) {
    const domain::Record shown = boost::json::parse(one.policy->content).as_object();
    if (!centrals.empty())
      return "unlike central policy " + centrals.front().id + ": " + drift_of(centrals.front().as_copy, shown);
    const auto other = std::ranges::find_if(bucket.candidates, [&](const Candidate& candidate) {
      return candidate.key != one.key && candidate.pod != one.pod;
    });
    if (other == bucket.candidates.end()) return "another of its name is unlike it";
    return "unlike " + other->policy->local_id + " of " + other->pod->region + ": " +
           drift_of(as_copy(other->content.attributes, other->content.rules), shown);
  }

  Connection& db_;
  const ImportFacts& facts_;
  std::vector<ImportItem>& items_;
  std::map<std::pair<std::string, std::string>, Bucket> buckets_;  // by project and name
  Coming coming_;
};

}  // namespace

Coming plan_policies(Connection& db, const ImportFacts& facts, std::vector<ImportItem>& items) {
  return PolicyPlanner(db, facts, items).plan();
}

}  // namespace tricircle::xjob
