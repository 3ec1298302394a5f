// The five generic handlers over a resource of the catalogue: list, create (one or several), show, update, delete. One
// transaction each. Owned by Neutron, any thread; throw base::Error and Deferred.
#pragma once
#include "api/router.hpp"
#include "api/steps.hpp"

#include <memory>

namespace tricircle::api {

class Crud {
 public:
  Crud(const Services&, const domain::Resource&, std::unique_ptr<Steps>);

  http::Response list(Call&) const;
  http::Response create(Call&) const;
  http::Response show(Call&, const std::string& id) const;
  http::Response update(Call&, const std::string& id) const;
  http::Response remove(Call&, const std::string& id) const;

 private:
  domain::Record on_its_network(storage::Connection&, Call&, domain::Record wanted) const;
  domain::Record create_one(storage::Connection&, Call&, const boost::json::object& given) const;
  domain::Record update_one(storage::Connection&, Call&, const std::string& id) const;
  domain::Record reread(storage::Connection&, const std::string& id) const;
  boost::json::object whole(storage::Connection&, const Call&, domain::Record) const;

  const Services& services_;
  const domain::Resource& resource_;
  std::unique_ptr<Steps> steps_;
};

void add_resource_routes(Router&, const Services&, const domain::Resource&, std::unique_ptr<Steps>);

}  // namespace tricircle::api
