// Makes a copy that exists in a pod equal to the wish: reads it when asked to, carries out the plan step by step, and
// keeps what the pod confirmed in the Copy. Used by one run; no SQL in here.
#pragma once
#include "xjob/context.hpp"
#include "xjob/copies.hpp"
#include "xjob/harmless.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace tricircle::xjob {

class CopySync {
 public:
  // `save` writes the copy as it is in memory, within the caller's transaction.
  CopySync(Context& context, remote::PodNeutron& pod, Copy& copy, const domain::PolicyWish& wish,
           std::function<void(storage::Connection&)> save)
      : context_(context), pod_(pod), copy_(copy), wish_(wish), save_(std::move(save)) {}

  // Reads the copy. Gone in the pod: local_id becomes '' and lost() true.
  base::Awaitable<void> observe();

  // Plans and calls. False: the pod is not as we believed; observe() and come again. Throws RunFailed, also when the
  // pod keeps differing.
  base::Awaitable<bool> apply();

  bool lost() const { return lost_; }
  bool had_nothing_to_do() const { return nothing_to_do_; }  // the pod was right already when apply() planned
  bool rules_came_or_went() const { return rules_came_or_went_; }
  bool refused_now() const { return refused_now_; }  // in this run, in answer to a call
  void refuse(std::string words);
  std::string problems() const;  // what the pod will never take, by name and in its words; '' = nothing

 private:
  enum class Outcome { done, look_again };
  base::Awaitable<Outcome> carry_out(domain::Step);
  base::Awaitable<Outcome> create_rule(domain::Step);
  base::Awaitable<Outcome> update_rule(domain::Step);
  base::Awaitable<Outcome> delete_rule(domain::Step);
  base::Awaitable<Outcome> update_policy(domain::Step);
  bool is_first_conflict(const domain::Step&);
  void forget_refusals_of_the_past();
  base::Awaitable<domain::PolicyWish> harmless_wish();
  bool expect_guarantees();
  void leave_out(domain::PolicyWish&, const Bearer&);
  domain::CopyRule& rule_of(const domain::Step&);

  Context& context_;
  remote::PodNeutron& pod_;
  Copy& copy_;
  const domain::PolicyWish& wish_;
  const std::function<void(storage::Connection&)> save_;
  std::vector<std::string> problems_;
  int rounds_ = 0;
  std::set<std::string> conflicts_;  // rules that were in the pod's way once, by name
  bool lost_ = false;
  bool nothing_to_do_ = false;
  bool rules_came_or_went_ = false;
  bool refused_now_ = false;
};

}  // namespace tricircle::xjob
