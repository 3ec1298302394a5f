// What a pod shows of a network, subnet, port, policy or RBAC entry, as an import keeps it: checked by the catalogue,
// so that to adopt it is an insert. Pure; any thread.
#pragma once
#include "domain/qos_plan.hpp"
#include "storage/sql.hpp"

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace tricircle::xjob {

// The columns of import_objects but for the import and the pod.
struct SeenObjectRow {
  std::string type;
  std::string local_id;
  std::string name;
  std::string network_id;
  std::string policy_id;
  std::string detail;
  std::string content;
  std::string fault;
};

// `whole`: the object may be adopted, so its content is kept. What is no such object has no id.
SeenObjectRow seen_row(const std::string& type, const boost::json::object& shown, bool whole);
// What is to be asked for in ?fields=.
std::vector<std::string> fields_of(const std::string& type, bool whole);

// The content of a network, subnet or port: the catalogue's columns, what a report would say of its age, and what a
// network is shared as.
struct SeenContent {
  domain::Record values;
  std::string created_at;
  std::int64_t revision = 0;
};
SeenContent content_of(const std::string& text);

// A policy as far as one may be like another.
struct PolicyContent {
  domain::Record attributes;            // name, description, shared
  std::vector<domain::CopyRule> rules;  // with the pod's ids
  std::string project_id;
  std::string created_at;
  std::string tag_of;  // central id that its tag or name tells; '' = it is no copy of anybody's
  bool is_default = false;
};
PolicyContent policy_content_of(const std::string& text);
// Two policies with one key are alike: attributes and rules, without ids.
std::string key_of(const domain::Record& attributes, const std::vector<domain::CopyRule>& rules);

}  // namespace tricircle::xjob
