// Who may do what, in the language of oslo.policy: Neutron's default rules, and over them those of the operator's
// policy.yaml. Owned by whoever serves an API; immutable after construction, so that any thread may ask.
//
// What the rules can ask for is what a caller of `allows` puts into the target. A list or object that belongs to a
// network says so under "network:" ("network:project_id", "network:shared"), a QoS rule under "ext_parent:". Where a
// rule says tenant_id and the target project_id, or the other way round, they are the same. "shared" is "True" when the
// object is shared with this caller, be it with all or with his project.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace tricircle::access {

struct Credentials {
  std::string user_id;
  std::string project_id;
  std::set<std::string> roles;  // compared without case, as oslo.policy does
};

// "project_id", "network:project_id", "ext_parent:project_id", "user_id", "shared" ("True" or "False"), ...
using Target = std::map<std::string, std::string, std::less<>>;

class RuleSet;

class Policy {
 public:
  Policy();
  // The defaults with the operator's rules over them. Throws base::Error (unprocessable) that reads
  // "FILE:LINE: what is wrong". A rule that looks like a misspelt action of ours is taken, with a warning in the log.
  explicit Policy(const std::filesystem::path& policy_yaml);
  static Policy parsed(const std::string& text, const std::string& name);  // the same of a text; `name` stands for FILE

  // An action that has no rule of its own is nobody's: false.
  bool allows(std::string_view action, const Credentials&, const Target&) const;
  bool has(std::string_view action) const;

  using See = std::function<void(const std::string& name, const std::string& rule)>;
  void each(const See&) const;  // by name

 private:
  explicit Policy(std::shared_ptr<const RuleSet>);
  std::shared_ptr<const RuleSet> rules_;
};

}  // namespace tricircle::access
