// What must hold, and nothing of how it is done: the centre's truth as its API has accepted it, with its history, held
// against what the pods have after each write and at rest.
#pragma once
#include "network.hpp"
#include "pod_server.hpp"
#include "store.hpp"
#include "world.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tricircle::sim {

using Rules = std::map<RuleKey, RuleValues>;

struct CentralPolicyTruth {
  std::string id;
  std::string name;
  bool exists = true;
  std::map<RuleKey, std::string> rule_ids;
  std::vector<std::pair<Micros, Rules>> versions;  // each from its time on
  const Rules& rules() const { return versions.back().second; }
};

struct CentralObjectTruth {
  std::string id;
  std::string type;
  bool exists = true;
  std::vector<std::pair<Micros, std::string>> wishes;  // policy ids, '' = none
  int releases = 0;                                    // case 6 under way
  const std::string& wish() const { return wishes.back().second; }
};

class Model final : public PodServer::Watcher {
 public:
  Model(World& world, Store& store, Network& network) : world_(world), store_(store), network_(network) {}

  std::vector<PodServer*> pods;
  std::map<std::string, CentralPolicyTruth> policies;
  std::map<std::string, CentralObjectTruth> objects;
  std::map<std::pair<std::string, std::string>, std::string> central_of;  // (region, local object) -> central object
  std::vector<std::string> violations;

  void rules_are(const std::string& policy, Rules);
  void wish_is(const std::string& object, const std::string& policy);
  std::string central_wish(const std::string& object);  // as the centre has it
  void release_begins(const std::string& object);
  void release_ends(const std::string& object, bool done);
  void all_releases_end();  // the centre was killed
  void doubt(const std::string& region) {
    doubtful_.insert(region);
    ever_doubtful_.insert(region);
  }
  void edited_by_hand(const std::string& region) {
    doubt(region);
    edited_.insert(region);
  }
  void audited() { edited_.clear(); }
  // What was accepted since is forgotten, and the pods still have it.
  void restored(std::map<std::string, CentralPolicyTruth>, std::map<std::string, CentralObjectTruth>);
  void violated(const std::string& what);
  std::int64_t removed = 0;  // copies of policies that were still there
  bool doubts(const std::string& region) const { return doubtful_.contains(region); }

  void look_everywhere();  // notes which objects are right just now: what came before is forgotten
  void check_at_rest();

  // What pods tell.
  void told_to_delete_policy(PodServer&, const PodPolicy&) override;
  void about_to_delete_policy(PodServer&, const PodPolicy&) override;
  void about_to_bind(PodServer&, const std::string& object_id, const std::string& policy_id) override;
  void written(PodServer&, const std::string& what) override;
  void touched(PodServer&, const PodPolicy&, const std::string& what) override;

 private:
  struct Window {
    bool counts = false;
    std::set<std::string> policies;  // all that were wished for since the pod was last right
    Micros since = 0;
  };
  Window window(const PodServer&, const std::string& local_id) const;
  bool right_now(const PodServer&, const std::string& local_id) const;
  void look_whether_right(const PodServer&);
  bool somebody_runs(const PodServer&);  // a worker has one of its lanes
  void check_protection(PodServer&, const std::string& local_id, const PodObject&, const std::string& what);
  void check_copies(PodServer&);
  void check_rows(PodServer&);
  void check_bindings(PodServer&);
  void check_centre();
  void check_jobs();
  std::int64_t number(const std::string& query, const std::vector<storage::Value>& values);

  World& world_;
  Store& store_;
  Network& network_;
  std::map<std::pair<std::string, std::string>, Micros> right_at_;
  std::set<std::string> running_;  // pods with lanes that are held, as it was after this commit
  std::int64_t looked_at_commit_ = -1;
  std::set<std::string> doubtful_;       // have refused or been edited by hand, and are not right again yet
  std::set<std::string> edited_;         // nobody knows of it before an audit
  std::set<std::string> ever_doubtful_;  // a tag that a pod has refused is not sent again
};

std::string shown(const Rules&);

}  // namespace tricircle::sim
