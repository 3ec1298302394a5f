#include "story.hpp"

#include "faults.hpp"

#include <random>
#include <sstream>

namespace tricircle::sim {
namespace {

using base::kMillisecond;
using base::kSecond;
using base::Micros;

constexpr Micros kRestoreTakes = 6 * kSecond;

struct Likelihood {
  Act act;
  int weight;
};

// Mostly edits: they are what may be lost.
constexpr Likelihood kLikely[] = {
    {Act::create_policy, 3}, {Act::delete_policy, 4}, {Act::rename_policy, 5}, {Act::set_rule, 26},
    {Act::delete_rule, 6},   {Act::associate, 26},    {Act::delete_object, 1}, {Act::appear, 10},
    {Act::lost_there, 2},    {Act::spoil, 18},        {Act::kill_worker, 7},   {Act::kill_centre, 2},
    {Act::stall_worker, 4},  {Act::stall_centre, 1},  {Act::break_store, 2},   {Act::edit_copy, 1},
    {Act::delete_copy, 1},   {Act::bind_own, 2},      {Act::unbind, 1},        {Act::forget_all, 1},
};

class Teller {
 public:
  explicit Teller(std::uint64_t seed)
      : random_(seed * 2 + 1), disasters_(seed * 2), second_thoughts_(~seed), operator_(~seed * 2) {}

  Story story(std::uint64_t seed) {
    Story story{seed, pick(1, 3), pick(1, 3), pick(1, 2), {}};
    people_ = pick(1, 3) == 1;
    Micros at = 10 * kMillisecond;
    // Something lives in the pods before trouble begins.
    for (int object = 0; object < kObjects; ++object) {
      story.steps.push_back({at += pick(1, 40) * kMillisecond, Act::appear, object, pick(0, story.pods - 1), 0});
      story.steps.push_back({at, Act::associate, object, pick(0, kPolicies - 1), 0});
      if (think(1, 2) == 1) hesitate(story, at);
    }
    for (int left = pick(8, 32); left > 0; --left) {
      story.steps.push_back(next(story, at += pause()));
      if (think(1, 3) == 1) hesitate(story, at);
    }
    if (operator_() % 3 == 0) add_operator(story);
    if (disasters_() % 6 == 0) add_disaster(story);
    return story;
  }

 private:
  // Who holds work up, gives it up, and asks for it again.
  void add_operator(Story& story) {
    constexpr Act kActs[] = {Act::pause_pod, Act::pause_policy, Act::cancel, Act::cancel, Act::redo};
    for (auto left = 1 + operator_() % 6; left > 0; --left) {
      const std::size_t after = operator_() % story.steps.size();
      Step step{story.steps[after].at + static_cast<Micros>(operator_() % 10) * kMillisecond,
                kActs[operator_() % std::size(kActs)], 0, 0, 0};
      const auto choices = step.act == Act::pause_pod ? story.pods : kPolicies;
      step.what = static_cast<int>(operator_() % static_cast<unsigned>(choices));
      step.which = static_cast<int>(operator_() % 100);
      step.value = static_cast<int>(1 + operator_() % 3000);
      story.steps.insert(story.steps.begin() + static_cast<std::ptrdiff_t>(after) + 1, step);
    }
  }

  // Somewhere in the story a backup, and later the restore; then it goes on.
  void add_disaster(Story& story) {
    constexpr std::size_t kBegun = 2 * kObjects;
    const std::size_t saved = kBegun + disasters_() % (story.steps.size() - kBegun);
    const std::size_t lost = saved + disasters_() % (story.steps.size() - saved);
    const auto place = [&](std::size_t after) { return story.steps.begin() + static_cast<std::ptrdiff_t>(after) + 1; };
    for (auto later = place(lost); later != story.steps.end(); ++later) later->at += kRestoreTakes;
    story.steps.insert(place(lost), {story.steps[lost].at + kMillisecond, Act::restore, 0, 0, 0});
    story.steps.insert(place(saved), {story.steps[saved].at, Act::back_up, 0, 0, 0});
  }

  // A policy is taken off again at once, and put on again while who has seen it go may still be about to act on that.
  void hesitate(Story& story, Micros& at) {
    const Step first = story.steps.back();
    if (first.act != Act::associate || first.which < 0) return;
    for (const int policy : {-1, first.which})
      story.steps.push_back({at += think(500, 5000), Act::associate, first.what, policy, 0});
  }

  int think(int low, int high) {
    return low + static_cast<int>(second_thoughts_() % static_cast<unsigned>(high - low + 1));
  }
  int pick(int low, int high) { return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1)); }

  Micros pause() {
    const int kind = pick(1, 10);
    if (kind <= 5) return pick(0, 8) * kMillisecond;
    if (kind <= 8) return pick(5, 120) * kMillisecond;
    return pick(100, 2500) * kMillisecond;
  }

  Act act() {
    int whole = 0;
    for (const Likelihood& likely : kLikely) whole += likely.weight;
    int at = pick(1, whole);
    for (const Likelihood& likely : kLikely) {
      if ((at -= likely.weight) > 0) continue;
      return likely.act < Act::edit_copy || people_ ? likely.act : Act::set_rule;
    }
    return Act::rename_policy;
  }

  Step next(const Story& story, Micros at) {
    Step step{at, act(), 0, 0, 0};
    const int pod = pick(0, story.pods - 1);
    switch (step.act) {
      case Act::associate:
        step.what = pick(0, kObjects - 1);
        step.which = pick(-1, kPolicies - 1);
        break;
      case Act::appear:
      case Act::lost_there:
        step.what = pick(0, kObjects - 1);
        step.which = pod;
        break;
      case Act::delete_object:
        step.what = pick(0, kObjects - 1);
        break;
      case Act::spoil:
        step.what = pod;
        step.which = pick(0, static_cast<int>(every_fault().size()) - 1);
        step.value = pick(1, 4);
        break;
      case Act::kill_worker:
      case Act::stall_worker:
        step.what = pick(0, story.workers - 1);
        step.value = pick(1, 5000);
        break;
      case Act::break_store:
        step.what = pick(0, story.workers);
        step.value = pick(1, 3);
        break;
      case Act::kill_centre:
      case Act::stall_centre:
        step.value = pick(1, 4000);
        break;
      case Act::edit_copy:
      case Act::delete_copy:
      case Act::bind_own:
      case Act::unbind:
      case Act::forget_all:
        step.what = pod;
        step.which = pick(0, kObjects - 1);
        break;
      default:
        step.what = pick(0, kPolicies - 1);
        step.which = pick(0, kRules - 1);
        step.value = pick(0, 3);
    }
    return step;
  }

  std::mt19937_64 random_;
  std::mt19937_64 disasters_;  // by itself: a story's other steps are the same without one
  std::mt19937_64 second_thoughts_;
  std::mt19937_64 operator_;
  bool people_ = false;  // those of the pods take part
};

std::string object_name(int which) {
  return (which % 2 == 0 ? "network " : "port ") + std::to_string(which / 2 + 1);
}

std::string told_act(const Step& step) {
  const std::string policy = "policy " + std::to_string(step.what + 1);
  const std::string pod = "pod " + std::to_string(step.what + 1);
  const std::string milliseconds = std::to_string(step.value) + " ms";
  switch (step.act) {
    case Act::create_policy:
      return policy + " is created";
    case Act::delete_policy:
      return policy + " is deleted";
    case Act::rename_policy:
      return policy + " gets another name";
    case Act::set_rule:
      return policy + ": rule " + std::to_string(step.which + 1) + " is set to value " + std::to_string(step.value);
    case Act::delete_rule:
      return policy + ": rule " + std::to_string(step.which + 1) + " is deleted";
    case Act::associate:
      return object_name(step.what) + " is to have " +
             (step.which < 0 ? "no policy" : "policy " + std::to_string(step.which + 1));
    case Act::delete_object:
      return object_name(step.what) + " is deleted";
    case Act::appear:
      return object_name(step.what) + " appears in pod " + std::to_string(step.which + 1);
    case Act::lost_there:
      return "pod " + std::to_string(step.which + 1) + " has deleted its " + object_name(step.what);
    case Act::spoil:
      return pod + ": the next " + std::to_string(step.value) +
             " calls meet: " + every_fault().at(static_cast<std::size_t>(step.which)).name;
    case Act::kill_worker:
      return "worker " + std::to_string(step.what + 1) + " is killed, comes again after " + milliseconds;
    case Act::kill_centre:
      return "the centre is killed, comes again after " + milliseconds;
    case Act::stall_worker:
      return "worker " + std::to_string(step.what + 1) + " stands still for " + milliseconds;
    case Act::stall_centre:
      return "the centre stands still for " + milliseconds;
    case Act::break_store:
      return "the next " + std::to_string(step.value) + " writes of worker " + std::to_string(step.what + 1) +
             " (of the centre if there is none) fail";
    case Act::edit_copy:
      return pod + ": its people change our copy " + std::to_string(step.which + 1);
    case Act::delete_copy:
      return pod + ": its people delete our copy " + std::to_string(step.which + 1);
    case Act::bind_own:
      return pod + ": its people put their own policy on " + object_name(step.which);
    case Act::unbind:
      return pod + ": its people take the policy off " + object_name(step.which);
    case Act::forget_all:
      return pod + ": an old backup is put back, all of ours is gone";
    case Act::back_up:
      return "the centre's store is backed up";
    case Act::restore:
      return "the centre's store is restored from its backup";
    case Act::pause_pod:
      return pod + " is paused for " + milliseconds;
    case Act::pause_policy:
      return policy + " is paused for " + milliseconds;
    case Act::cancel:
      return "waiting job " + std::to_string(step.which) + " is cancelled";
    case Act::redo:
      return "all that has failed is done again";
  }
  return "";
}

}  // namespace

const std::vector<NamedFault>& every_fault() {
  using Kind = Fault::Kind;
  static const std::vector<NamedFault> faults = [] {
    std::vector<NamedFault> list{{"connection refused", {Kind::refused}},
                                 {"the request is lost", {Kind::lost}},
                                 {"the answer is lost", {Kind::answer_lost}},
                                 {"the answer is lost once more", {Kind::answer_lost}},
                                 {"carried out when nobody waits any more", {Kind::late}},
                                 {"carried out late", {Kind::late}},
                                 {"carried out twice", {Kind::twice}},
                                 {"slow", {Kind::slow}}};
    for (const int status : {400, 401, 404, 409, 412, 429, 500, 503}) {
      list.push_back({std::to_string(status) + " from a gateway", {Kind::status, status}});
    }
    for (const int status : {400, 409})
      list.push_back({std::to_string(status) + " from the pod itself", {Kind::refusal, status}});
    for (const int status : {500, 503})
      list.push_back({std::to_string(status) + " although it was done", {Kind::status_done, status}});
    return list;
  }();
  return faults;
}

Story make_story(std::uint64_t seed) {
  return Teller(seed).story(seed);
}

std::string told(const Step& step) {
  std::ostringstream line;
  line << step.at / kMillisecond << " ms: " << told_act(step);
  return line.str();
}

std::string told(const Story& story) {
  std::ostringstream text;
  text << "seed " << story.seed << ", " << story.pods << " pods, " << story.workers << " workers, " << story.nodes
       << (story.nodes == 1 ? " node" : " nodes") << " of the store\n";
  for (const Step& step : story.steps) text << "  " << told(step) << '\n';
  return text.str();
}

}  // namespace tricircle::sim
