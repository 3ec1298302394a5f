#include "access/resolve.hpp"

#include "access/parse.hpp"

#include <algorithm>

namespace tricircle::access {
namespace {

constexpr std::size_t kMostChecks = 10'000;  // that one question may have to ask: doubling rules reach any number

struct Extent {
  std::size_t checks = 0;
  int levels = 0;
};

class Resolver {
 public:
  explicit Resolver(std::vector<Rule>& rules) : rules_(rules), extents_(rules.size()), states_(rules.size()) {}

  void all() {
    for (std::size_t i = 0; i < rules_.size(); ++i) visit(i);
  }

 private:
  enum class State { fresh, open, done };

  Extent visit(std::size_t index) {
    if (states_[index] == State::done) return extents_[index];
    if (states_[index] == State::open) refuse_circle(index);
    states_[index] = State::open;
    path_.push_back(index);
    const Extent extent = measure(rules_[index].check, index);
    if (extent.checks > kMostChecks || extent.levels > kDeepest) refuse_size(index);
    path_.pop_back();
    states_[index] = State::done;
    return extents_[index] = extent;
  }

  Extent measure(Check& check, std::size_t owner) {
    Extent sum;
    if (++depth_ > kDeepest) refuse_size(owner);
    if (check.kind == Check::Kind::rule || check.kind == Check::Kind::is_admin) {
      check.rule = index_of(check.kind == Check::Kind::rule ? check.name : "context_is_admin", owner);
      sum = visit(check.rule);
    }
    for (Check& part : check.parts) {
      const Extent extent = measure(part, owner);
      sum.checks = std::min(sum.checks + extent.checks, kMostChecks + 1);
      sum.levels = std::max(sum.levels, extent.levels);
    }
    --depth_;
    return {sum.checks + 1, sum.levels + 1};
  }

  std::size_t index_of(const std::string& name, std::size_t owner) const {
    const auto found = std::lower_bound(rules_.begin(), rules_.end(), name,
                                        [](const Rule& a, const std::string& b) { return a.name < b; });
    if (found == rules_.end() || found->name != name)
      refuse(rules_[owner].where,
             "rule " + shown(name) + ", which " + shown(rules_[owner].name) + " asks for, does not exist");
    return static_cast<std::size_t>(found - rules_.begin());
  }

  // Of a circle at least one rule is the operator's: the defaults have none.
  [[noreturn]] void refuse_circle(std::size_t index) const {
    const auto start = std::find(path_.begin(), path_.end(), index);
    std::string names;
    for (auto at = start; at != path_.end() && names.size() < 200; ++at) names += rules_[*at].name + " -> ";
    refuse(place(start), "rules ask for each other in a circle: " + names + rules_[index].name);
  }

  [[noreturn]] void refuse_size(std::size_t index) const {
    refuse(place(path_.begin()), "rule " + shown(rules_[index].name) + " is too large, with all that it asks for");
  }

  std::string place(std::vector<std::size_t>::const_iterator from) const {
    const auto own = std::find_if(from, path_.end(), [this](std::size_t i) { return !rules_[i].where.empty(); });
    return own == path_.end() ? "defaults" : rules_[*own].where;
  }

  std::vector<Rule>& rules_;
  std::vector<Extent> extents_;
  std::vector<State> states_;
  std::vector<std::size_t> path_;
  int depth_ = 0;  // of the checks being measured: what a question's recursion would reach
};

}  // namespace

void resolve(std::vector<Rule>& rules) {
  Resolver(rules).all();
}

}  // namespace tricircle::access
