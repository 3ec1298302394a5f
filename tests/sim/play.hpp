// Plays a story in a world of its own, lets everything come to rest, and tells what was violated.
#pragma once
#include "cloud.hpp"
#include "model.hpp"
#include "story.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tricircle::sim {

struct Outcome {
  std::vector<std::string> violations;
  std::int64_t edits = 0;     // accepted
  std::int64_t refusals = 0;  // by the API
  std::int64_t calls = 0;     // that reached a pod
  std::int64_t spoiled = 0;
  std::int64_t retried = 0;  // transactions that met another
  std::int64_t kills = 0;
  std::int64_t drifts = 0;   // that audits found
  std::int64_t removed = 0;  // copies that nothing used
  std::int64_t restores = 0;
};

class Play {
 public:
  Play(const Story& story, bool telling);
  Outcome run();

 private:
  void set_up();
  void run_until_answered();
  void perform(const Step&);
  void tenant(const Step&);
  void fate(const Step&);
  void people_of_the_pod(const Step&);
  void operators(const Step&);

  void create_policy(int which);
  void delete_policy(int which);
  void rename_policy(int which);
  void set_rule(int policy, int which, int value);
  void delete_rule(int policy, int which);
  void associate(int object, int policy);
  std::string associated(const std::string& id, const std::string& wished);
  void delete_object(int which);
  void appear(int object, int pod);
  void lost_there(int object, int pod);
  void forget_all(PodServer&);
  void pause(const std::string& what, Micros how_long);
  void resume_all();
  void cancel(int which);
  void back_up();
  void restore();
  void put_back();
  void disown_what_nobody_can_know(PodServer&);
  void report_all_again();
  void report_what_is_gone();
  std::string routed_to(const PodServer&, int object);
  void report_again(PodServer&, int pod, int object);
  void resync(bool apply);
  void resync_all();
  void check_resync();  // nothing differs any more

  void call(const std::string& method, const std::string& target, const std::string& body, Answered accepted,
            Answered refused = {}, const std::string& project = "acme");
  // A pod's report: one at a time of an object, and again until it is answered.
  void report(const PodServer&, int object, const std::string& method, const std::string& target,
              const std::string& body, const std::string& project, std::function<void()> accepted);
  void rest();
  bool at_rest();
  void heal();
  void audit();
  std::size_t audits_since(Micros when);
  void redo_what_failed();
  void look_now_and_then();
  std::string object_id(int which) const { return object_ids_.at(static_cast<std::size_t>(which)); }
  std::string local_object(const PodServer& pod, int which) const;
  std::string policy_id(int which) const { return policy_ids_.at(static_cast<std::size_t>(which)); }

  const Story& story_;
  World world_;
  Store store_;
  Network network_;
  Model model_;
  std::deque<PodServer> pods_;
  std::unique_ptr<Cloud> cloud_;
  std::vector<std::string> policy_ids_;
  std::vector<std::string> object_ids_;
  std::map<std::pair<std::string, int>, std::string> local_objects_;  // (region, object)
  std::set<std::pair<std::string, int>> reporting_;
  struct Overlapping {
    int under_way = 0;
    std::set<std::string> wishes;
  };
  std::map<std::string, Overlapping> associating_;  // object id -> calls that are under way at the same time
  struct Backup {
    Changes store;
    std::map<std::string, CentralPolicyTruth> policies;
    std::map<std::string, CentralObjectTruth> objects;
    std::vector<std::string> policy_ids;
  };
  std::optional<Backup> backup_;
  bool restoring_ = false;
  Outcome outcome_;
  int calls_under_way_ = 0;
  int names_ = 0;
  std::int64_t revisions_ = 0;
  bool cancelled_ = false;
  bool reported_twice_ = false;  // and the first may still be taken up
  bool ended_ = false;           // nobody looks any more
};

Outcome play(const Story&, bool telling = false);

// The shortest story that it finds which still goes wrong in some way.
Story shortened(Story);

}  // namespace tricircle::sim
