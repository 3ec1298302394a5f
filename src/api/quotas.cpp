#include "api/quotas.hpp"

#include "api/access.hpp"
#include "api/body.hpp"
#include "api/columns.hpp"
#include "api/render.hpp"
#include "domain/errors.hpp"
#include "domain/validate.hpp"
#include "storage/sql.hpp"

#include <map>
#include <memory>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace tricircle::api {
namespace {

namespace json = boost::json;
using domain::Attribute;
using domain::Kind;
using domain::Record;
using storage::Connection;

constexpr std::int64_t kUnlimited = -1;
constexpr std::int64_t kMost = 2147483647;
constexpr std::size_t kLongestProject = 255;

constexpr Attribute kAttributes[] = {
    {.name = "network", .kind = Kind::integer, .can = domain::kPut, .low = kUnlimited, .high = kMost},
    {.name = "subnet", .kind = Kind::integer, .can = domain::kPut, .low = kUnlimited, .high = kMost},
    {.name = "port", .kind = Kind::integer, .can = domain::kPut, .low = kUnlimited, .high = kMost},
    {.name = "rbac_policy", .kind = Kind::integer, .can = domain::kPut, .low = kUnlimited, .high = kMost},
};
// What a PUT's body has; an answer has the limits alone.
constexpr domain::Resource kQuota{.name = "quota",
                                  .collection = "quotas",
                                  .path = "/v2.0/quotas",
                                  .table = "quotas",
                                  .extension = "quotas",
                                  .not_found = "TenantQuotaNotFound",
                                  .label = "Quota for tenant",
                                  .attributes = kAttributes};

std::int64_t default_of(const QuotaDefaults& defaults, std::string_view resource) {
  if (resource == "network") return defaults.network;
  if (resource == "subnet") return defaults.subnet;
  if (resource == "port") return defaults.port;
  if (resource == "rbac_policy") return defaults.rbac_policy;
  return kUnlimited;
}

std::string table_of(std::string_view resource) {
  for (const domain::Resource* candidate : domain::resources()) {
    if (candidate->name == resource) return storage::quoted(candidate->table);
  }
  throw std::logic_error("a quota of no resource: " + std::string(resource));
}

std::int64_t used(Connection& db, std::string_view resource, const std::string& project_id) {
  return db.execute("SELECT COUNT(*) AS used FROM " + table_of(resource) + " WHERE project_id = ?", {project_id})
      .front()
      .integer("used");
}

json::object defaults_of(const QuotaDefaults& defaults) {
  json::object limits;
  for (const Attribute& attribute : kAttributes) limits[attribute.name] = default_of(defaults, attribute.name);
  return limits;
}

json::object limits_of(Connection& db, const QuotaDefaults& defaults, const std::string& project_id) {
  json::object limits = defaults_of(defaults);
  const auto own = db.execute("SELECT resource, most FROM quotas WHERE project_id = ?", {project_id});
  for (const storage::Row& row : own.rows()) {
    if (kQuota.find(row.text("resource")) != nullptr) limits[row.text("resource")] = row.integer("most");
  }
  return limits;
}

void meet(Connection& db, std::string_view resource, const std::string& project_id) {
  storage::insert_if_absent(db, "quota_meetings", {{"project_id", project_id}, {"resource", std::string(resource)}});
  db.execute("UPDATE quota_meetings SET met = met + 1 WHERE project_id = ? AND resource = ?",
             {project_id, std::string(resource)});
}

bool taken_out(json::object& quota, std::string_view name) {
  const json::value* value = quota.if_contains(name);
  const bool asked = value != nullptr && !value->is_null() &&
                     domain::coerced(Attribute{.name = name, .kind = Kind::boolean}, *value).as_bool();
  quota.erase(name);
  return asked;
}

class Quotas {
 public:
  explicit Quotas(const Services& services) : services_(services) {}

  http::Response list(Call& call) const {
    check_may_use_quotas(call.caller, "get_quota", {});
    json::array all;
    services_.db.read([&](Connection& db) {
      all.clear();
      const auto projects = db.execute("SELECT DISTINCT project_id FROM quotas ORDER BY project_id");
      for (const storage::Row& row : projects.rows()) {
        json::object quota = limits_of(db, services_.quotas, row.text("project_id"));
        quota["project_id"] = row.text("project_id");
        quota["tenant_id"] = row.text("project_id");
        all.push_back(std::move(quota));
      }
    });
    return json_response(200, json::object{{"quotas", std::move(all)}});
  }

  http::Response show(Call& call, const std::string& project_id) const {
    check_may_use_quotas(call.caller, "get_quota", project_id);
    return answer(limits(project_id));
  }

  http::Response defaults(Call& call, const std::string& project_id) const {
    check_may_use_quotas(call.caller, "get_quota", project_id);
    return answer(defaults_of(services_.quotas));
  }

  http::Response details(Call& call, const std::string& project_id) const {
    try {
      check_may_use_quotas(call.caller, "get_quota", project_id);
    } catch (const base::Error&) {
      throw base::Error(base::ErrorKind::forbidden, "AdminRequired",
                        "User does not have admin privileges: Only admin is authorized to access quotas for another "
                        "project.");
    }
    json::object all;
    services_.db.read([&](Connection& db) {
      all.clear();
      for (const auto& limit : limits_of(db, services_.quotas, project_id))
        all[limit.key()] =
            json::object{{"limit", limit.value()}, {"used", used(db, limit.key(), project_id)}, {"reserved", 0}};
    });
    return answer(std::move(all));
  }

  http::Response update(Call& call, const std::string& project_id) const {
    check_may_use_quotas(call.caller, "update_quota", {});
    if (project_id.size() > kLongestProject) throw domain::not_found(kQuota, project_id);
    json::object given = given_object(kQuota, call);
    const bool force = taken_out(given, "force");
    const bool check_limit = taken_out(given, "check_limit") && !force;
    if (given.contains("id")) throw domain::bad_request("Unrecognized attribute(s) 'id'");
    const Record wanted = domain::parsed_for_update(kQuota, given);
    services_.db.write([&](Connection& db) {
      for (const auto& limit : wanted) {
        meet(db, limit.key(), project_id);
        if (check_limit) refuse_below_use(db, limit.key(), project_id, limit.value().as_int64());
        set(db, limit.key(), project_id, limit.value().as_int64());
      }
    });
    return answer(limits(project_id));
  }

  http::Response remove(Call& call, const std::string& project_id) const {
    refuse_body(call.request);
    check_may_use_quotas(call.caller, "delete_quota", {});
    services_.db.write([&](Connection& db) {
      if (db.execute("DELETE FROM quotas WHERE project_id = ?", {project_id}).affected() == 0)
        throw domain::not_found(kQuota, project_id);
    });
    return no_content();
  }

  // Who am I? What clients ask before they ask for their quotas.
  static http::Response whose(const Call& call, std::string_view word) {
    const std::string key = std::string(word) + "_id";
    return json_response(200, json::object{{word, json::object{{key, call.caller.project_id()}}}});
  }

 private:
  static http::Response answer(json::object quota) {
    return json_response(200, json::object{{"quota", std::move(quota)}});
  }

  json::object limits(const std::string& project_id) const {
    json::object found;
    services_.db.read([&](Connection& db) { found = limits_of(db, services_.quotas, project_id); });
    return found;
  }

  static void set(Connection& db, std::string_view resource, const std::string& project_id, std::int64_t most) {
    storage::insert_if_absent(db, "quotas",
                              {{"project_id", project_id}, {"resource", std::string(resource)}, {"most", most}});
    db.execute("UPDATE quotas SET most = ? WHERE project_id = ? AND resource = ?",
               {most, project_id, std::string(resource)});
  }

  static void refuse_below_use(Connection& db, std::string_view resource, const std::string& project_id,
                               std::int64_t most) {
    const std::int64_t in_use = used(db, resource, project_id);
    if (most == kUnlimited || in_use <= most) return;
    throw domain::bad_request(
        fmt::format("Quota limit {} for {} must be greater than or equal to already used {}", most, resource, in_use));
  }

  const Services& services_;
};

}  // namespace

void check_quota(Connection& db, const QuotaDefaults& defaults, std::string_view resource,
                 const std::string& project_id) {
  if (kQuota.find(resource) == nullptr) return;
  const auto own =
      db.execute("SELECT most FROM quotas WHERE project_id = ? AND resource = ?", {project_id, std::string(resource)});
  const std::int64_t most = own.empty() ? default_of(defaults, resource) : own.front().integer("most");
  if (most < 0) return;
  meet(db, resource, project_id);
  if (used(db, resource, project_id) >= most) throw domain::over_quota(resource);
}

void add_quota_routes(Router& router, const Services& services) {
  const auto quotas = std::make_shared<const Quotas>(services);
  const std::string all(kQuota.path);
  const std::string one = all + "/{project_id}";
  for (const std::string word : {"tenant", "project"})
    router.add("GET", all + "/" + word, [word](Call& call, const Parameters&) { return Quotas::whose(call, word); });
  router.add("GET", all, [quotas](Call& call, const Parameters&) { return quotas->list(call); });
  router.add("POST", all, [](Call&, const Parameters&) -> http::Response {
    throw base::Error(base::ErrorKind::not_implemented, "HTTPNotImplemented",
                      "POST requests are not supported on this resource.");
  });
  router.add("GET", one, [quotas](Call& call, const Parameters& path) { return quotas->show(call, path[0]); });
  router.add("PUT", one, [quotas](Call& call, const Parameters& path) { return quotas->update(call, path[0]); });
  router.add("DELETE", one, [quotas](Call& call, const Parameters& path) { return quotas->remove(call, path[0]); });
  router.add("GET", one + "/default",
             [quotas](Call& call, const Parameters& path) { return quotas->defaults(call, path[0]); });
  router.add("GET", one + "/details",
             [quotas](Call& call, const Parameters& path) { return quotas->details(call, path[0]); });
}

}  // namespace tricircle::api
