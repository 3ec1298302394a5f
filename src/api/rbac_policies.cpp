#include "api/access.hpp"
#include "api/associations.hpp"
#include "api/columns.hpp"
#include "api/objects.hpp"
#include "api/sharing.hpp"
#include "api/steps.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace tricircle::api {
namespace {

using domain::Record;
using domain::Resource;
using storage::Connection;

base::Error duplicate() {
  return {base::ErrorKind::conflict, "DuplicateRbacPolicy", "An RBAC policy already exists with those values."};
}

const Resource& object_resource(const Record& entry) {
  return *domain::shareable(text_in(entry, "object_type"));
}

bool shares_a_policy(const Record& entry) {
  return &object_resource(entry) == &domain::policy_resource();
}

class RbacPolicySteps final : public Steps {
 public:
  using Steps::Steps;

  bool takes_several() const override { return false; }

  Record parsed(const Call&, const boost::json::object& given) const override {
    return domain::parsed_for_create(domain::rbac_policy_resource(), given);
  }

  void complete(Connection& db, Call& call, Record& wanted) const override {
    const Record object = shared_object(db, wanted, &call.caller);
    if (!sees_all(call.caller) && text_in(object, "project_id") != call.caller.project_id())
      throw domain::invalid_input(
          fmt::format("Invalid input for operation: Only admins can manipulate policies on {} they do not own.",
                      shares_a_policy(wanted) ? "objects" : "networks"));
  }

  void insert(Connection& db, Call& call, Record& wanted) const override {
    const std::optional<Record> before = policy_before(db, wanted);
    try {
      insert_object(db, domain::rbac_policy_resource(), wanted, services_.clock.now());
    } catch (const storage::UniqueViolation&) {
      throw duplicate();
    }
    if (text_in(wanted, "action") == domain::kAsExternal) set_external(db, wanted, true);
    tell(db, call, wanted, before);
  }

  void before_update(Connection& db, Call&, const Record& before, Record& changes) const override {
    const std::string target = text_in(changes, "target_tenant");
    if (target == domain::kEveryone || target == text_in(before, "target_tenant")) return;
    refuse_loss(db, before);
  }

  void update(Connection& db, Call& call, const Record& before, const Record& changes) const override {
    const std::optional<Record> policy = policy_before(db, before);
    try {
      db.execute("UPDATE rbac_policies SET target_tenant = ? WHERE id = ?",
                 {text_in(changes, "target_tenant"), text_in(before, "id")});
    } catch (const storage::UniqueViolation&) {
      throw duplicate();
    }
    tell(db, call, before, policy);
  }

  void remove(Connection& db, Call& call, const Record& before) const override {
    refuse_loss(db, before);
    const std::optional<Record> policy = policy_before(db, before);
    delete_object(db, domain::rbac_policy_resource(), text_in(before, "id"));
    if (text_in(before, "action") == domain::kAsExternal) set_external(db, before, false);
    tell(db, call, before, policy);
  }

 private:
  // Met first, so that who starts to use the object and who takes it away see each other.
  Record shared_object(Connection& db, const Record& entry, const Caller* caller) const {
    const Resource& resource = object_resource(entry);
    const std::string id = text_in(entry, "object_id");
    db.execute("UPDATE " + std::string(resource.table) + " SET met = met + 1 WHERE id = ?", {id});
    std::optional<Record> object = find_object(db, resource, id);
    if (!object || (caller != nullptr && !sees(db, *caller, resource, id)))
      throw domain::invalid_input(
          fmt::format("Invalid input for operation: {} {} could not be found.", resource.label, id));
    return std::move(*object);
  }

  void refuse_loss(Connection& db, const Record& entry) const {
    if (text_in(entry, "action") != domain::kAsShared) return;
    const Record object = shared_object(db, entry, nullptr);
    const std::string target = text_in(entry, "target_tenant");
    if (someone_loses(db, object_resource(entry), object, target))
      throw domain::rbac_policy_in_use(text_in(object, "id"), target);
  }

  // An external network is one that has entries of the kind.
  static void set_external(Connection& db, const Record& entry, bool added) {
    const std::string id = text_in(entry, "object_id");
    if (!added && !db.execute("SELECT id FROM rbac_policies WHERE object_type = 'network' AND object_id = ? AND "
                              "action = ? LIMIT 1",
                              {id, std::string(domain::kAsExternal)})
                       .empty())
      return;
    db.execute(
        "UPDATE networks SET \"router:external\" = ?, revision_number = revision_number + 1 WHERE id = ? AND "
        "\"router:external\" <> ?",
        {std::int64_t{added}, id, std::int64_t{added}});
  }

  static std::optional<Record> policy_before(Connection& db, const Record& entry) {
    if (!shares_a_policy(entry)) return std::nullopt;
    return find_object(db, domain::policy_resource(), text_in(entry, "object_id"));
  }

  // A network's entries count as its changes; a policy's may change what its copies are.
  void tell(Connection& db, Call& call, const Record& entry, const std::optional<Record>& before) const {
    const std::string id = text_in(entry, "object_id");
    if (!before) return update_object(db, domain::network_resource(), id, {}, services_.clock.now());
    const std::optional<Record> after = find_object(db, domain::policy_resource(), id);
    services_.plugin.changed(
        db, call, {Verb::updated, domain::policy_resource(), &*before, &*after, text_in(*after, "project_id")});
  }
};

}  // namespace

std::unique_ptr<Steps> rbac_policy_steps(const Services& services) {
  return std::make_unique<RbacPolicySteps>(services);
}

}  // namespace tricircle::api
