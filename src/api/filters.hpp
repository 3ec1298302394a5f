// What a list request asks for, read from its query by the catalogue: filters, order, page, fields. Pure, any thread;
// throws base::Error (bad_request) for what is no filter, as Neutron's filter-validation does.
#pragma once
#include "api/caller.hpp"
#include "api/render.hpp"
#include "domain/catalogue.hpp"
#include "storage/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tricircle::api {

struct Filter {
  const domain::Attribute* attribute;
  std::string name;                    // as it was asked for: tenant_id and project_id are two
  std::vector<storage::Value> values;  // one of them
};

struct SortKey {
  const domain::Attribute* attribute;
  bool descending;
};

struct ListQuery {
  std::vector<Filter> filters;
  std::vector<std::string> fixed_addresses;               // ports: ?fixed_ips=ip_address=10.0.0.3
  std::vector<std::string> fixed_subnets;                 // ports: ?fixed_ips=subnet_id=...
  std::vector<std::pair<std::string, std::string>> tags;  // name of the filter ("tags-any"), its value
  std::vector<SortKey> order;                             // ends with the id
  std::optional<std::int64_t> limit;                      // none = all
  std::string marker;
  bool reverse = false;
  std::optional<bool> shared;  // with the caller
  Fields fields;
};

ListQuery parse_list_query(const domain::Resource&, const http::Query&, const Caller&);

}  // namespace tricircle::api
