// What one resource does otherwise than the generic handlers. Owned by its handlers, shared by all threads: no state
// but the services. All but `parsed` run inside the handler's transaction; throw base::Error and Deferred.
#pragma once
#include "api/services.hpp"
#include "domain/catalogue.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace tricircle::api {

class Steps {
 public:
  explicit Steps(const Services& services) : services_(services) {}
  virtual ~Steps() = default;
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;

  virtual bool takes_several() const { return true; }
  virtual domain::Record parsed(const Call&, const boost::json::object& given) const = 0;

  // The same object made before: it is answered and nothing is made.
  virtual std::optional<domain::Record> made_before(storage::Connection&, const domain::Record& /*wanted*/) const {
    return std::nullopt;
  }

  // Checks what `wanted` refers to and fills in what only code knows.
  virtual void complete(storage::Connection&, Call&, domain::Record& wanted) const = 0;
  virtual void insert(storage::Connection&, Call&, domain::Record& wanted) const = 0;
  // After all objects of one request; as they were given.
  virtual void all_made(storage::Connection&, const std::vector<const boost::json::object*>&) const {}

  // Is a list after an object that is not there an error?
  virtual bool looks_up_markers() const { return false; }
  // Does Neutron count a PUT that names nothing as a change?
  virtual bool counts_empty_changes() const { return false; }

  // May change and add to `changes`.
  virtual void before_update(storage::Connection&, Call&, const domain::Record& before,
                             domain::Record& changes) const = 0;
  virtual void update(storage::Connection&, Call&, const domain::Record& before,
                      const domain::Record& changes) const = 0;

  virtual void remove(storage::Connection&, Call&, const domain::Record& before) const = 0;

 protected:
  const Services& services_;
};

std::unique_ptr<Steps> network_steps(const Services&);
std::unique_ptr<Steps> subnet_steps(const Services&);
std::unique_ptr<Steps> port_steps(const Services&);
std::unique_ptr<Steps> policy_steps(const Services&);
std::unique_ptr<Steps> rbac_policy_steps(const Services&);

}  // namespace tricircle::api
