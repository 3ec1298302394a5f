// Makes a copy that exists in a pod equal to the wish: reads it when asked to, carries out the plan step by step, and
// keeps what the pod confirmed in the Copy. Used by one run; no SQL in here.
#pragma once
#include "xjob/context.hpp"
#include "xjob/copies.hpp"

#include <string>
#include <vector>

namespace tricircle::xjob {

class CopySync {
 public:
  CopySync(Context& context, remote::PodNeutron& pod, Copy& copy, const domain::PolicyWish& wish)
      : context_(context), pod_(pod), copy_(copy), wish_(wish) {}

  // Reads the copy. Gone in the pod: local_id becomes '' and lost() true.
  base::Awaitable<void> observe();

  // Plans and calls. False: the pod is not as we believed; observe() and come again. Throws RunFailed, also when the
  // pod keeps differing.
  base::Awaitable<bool> apply();

  bool lost() const { return lost_; }
  bool had_nothing_to_do() const { return nothing_to_do_; }  // the pod was right already when apply() planned
  void refuse(std::string words) { problems_.push_back(std::move(words)); }
  std::string problems() const;  // what the pod will never take, by name and in its words; '' = nothing

 private:
  enum class Outcome { done, look_again };
  base::Awaitable<Outcome> carry_out(domain::Step);
  base::Awaitable<Outcome> create_rule(domain::Step);
  base::Awaitable<Outcome> update_rule(domain::Step);
  base::Awaitable<Outcome> delete_rule(domain::Step);
  base::Awaitable<Outcome> update_policy(domain::Step);
  void forget_refusals_of_the_past();
  domain::CopyRule& rule_of(const domain::Step&);

  Context& context_;
  remote::PodNeutron& pod_;
  Copy& copy_;
  const domain::PolicyWish& wish_;
  std::vector<std::string> problems_;
  int rounds_ = 0;
  bool lost_ = false;
  bool nothing_to_do_ = false;
};

}  // namespace tricircle::xjob
