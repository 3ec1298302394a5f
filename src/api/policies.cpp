#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/objects.hpp"
#include "api/sharing.hpp"
#include "api/steps.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"

namespace tricircle::api {
namespace {

using domain::Record;
using storage::Connection;

// What Neutron's revision counts: sharing is an object of its own, and so is being the default.
Record counted(const Record& before, Record changes) {
  changes.erase("shared");
  if (changes.contains("is_default") && changes.at("is_default") == before.at("is_default"))
    changes.erase("is_default");
  return changes;
}

class PolicySteps final : public Steps {
 public:
  using Steps::Steps;

  // Neutron has no bulk create of policies.
  bool takes_several() const override { return false; }

  Record parsed(const Call&, const boost::json::object& given) const override {
    return domain::parsed_for_create(domain::policy_resource(), given);
  }

  void complete(Connection& db, Call&, Record& wanted) const override {
    if (flag_in(wanted, "is_default")) refuse_second_default(db, wanted);
  }

  void insert(Connection& db, Call&, Record& wanted) const override {
    if (flag_in(wanted, "is_default")) wanted["revision_number"] = 1;  // being it is set after the rest
    insert_object(db, domain::policy_resource(), wanted, services_.clock.now());
    if (flag_in(wanted, "shared"))
      share_with_all(db, domain::policy_resource(), text_in(wanted, "id"), text_in(wanted, "project_id"));
  }

  void before_update(Connection& db, Call&, const Record& before, Record& changes) const override {
    const std::string id = text_in(before, "id");
    meet_policy(db, id);
    if (flag_in(changes, "is_default")) refuse_second_default(db, before);
    if (flag_in(before, "shared") && changes.contains("shared") && !flag_in(changes, "shared")) refuse_loss(db, before);
  }

  void update(Connection& db, Call& call, const Record& before, const Record& changes) const override {
    const std::string id = text_in(before, "id");
    if (const auto* shared = changes.if_contains("shared")) {
      if (shared->as_bool()) {
        share_with_all(db, domain::policy_resource(), id, call.caller.project_id());
      } else {
        stop_sharing_with_all(db, domain::policy_resource(), id);
      }
    }
    const Record own = counted(before, changes);
    if (!own.empty()) update_object(db, domain::policy_resource(), id, own, services_.clock.now());
  }

  void remove(Connection& db, Call&, const Record& before) const override {
    const std::string id = text_in(before, "id");
    meet_policy(db, id);
    refuse_policy_in_use(db, id);
    stop_sharing(db, domain::policy_resource(), id);
    delete_object(db, domain::policy_resource(), id);
  }

 private:
  static void refuse_loss(Connection& db, const Record& before) {
    const std::string everyone(domain::kEveryone);
    if (!someone_loses(db, domain::policy_resource(), before, everyone)) return;
    throw domain::rbac_policy_in_use(text_in(before, "id"), everyone);
  }

  static void refuse_second_default(Connection& db, const Record& policy) {
    const std::string project = text_in(policy, "project_id");
    const auto others = db.execute("SELECT id FROM qos_policies WHERE project_id = ? AND is_default = 1 AND id <> ?",
                                   {project, text_in(policy, "id")});
    if (!others.empty()) throw domain::policy_default_exists(project);
  }
};

}  // namespace

std::unique_ptr<Steps> policy_steps(const Services& services) {
  return std::make_unique<PolicySteps>(services);
}

}  // namespace tricircle::api
