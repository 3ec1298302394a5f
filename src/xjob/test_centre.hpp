// For tests of this room: a centre's rows without its API, in a store in memory.
#pragma once
#include "engine/test_rows.hpp"
#include "storage/sql.hpp"
#include "xjob/copies.hpp"
#include "xjob/intents.hpp"
#include "xjob/job_types.hpp"

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tricircle::xjob {

class CentreTest : public engine::RowsTest {
 protected:
  using engine::RowsTest::RowsTest;

  void add_pod(const std::string& id, storage::Database* store = nullptr) {
    (store != nullptr ? store : store_.get())->write([&](Connection& db) {
      storage::insert(db, "pods",
                      {{"pod_id", id},
                       {"region_name", "Region " + id},
                       {"az_name", "az"},
                       {"pod_az_name", ""},
                       {"dc_name", ""},
                       {"neutron_url", "http://127.0.0.1:1"},
                       {"embedded", std::int64_t{1}},
                       {"created_at", now()}});
    });
  }
  void add_policy(const std::string& id) {
    write([&](Connection& db) {
      storage::insert(db, "qos_policies",
                      {{"id", id},
                       {"project_id", "acme"},
                       {"name", id},
                       {"description", ""},
                       {"is_default", std::int64_t{0}},
                       {"revision_number", std::int64_t{1}},
                       {"created_at", now()},
                       {"updated_at", now()}});
    });
  }
  void add_network(const std::string& id) {
    storage::ColumnValues columns{{"id", id},
                                  {"project_id", "acme"},
                                  {"name", ""},
                                  {"description", ""},
                                  {"status", "ACTIVE"},
                                  {"mtu", std::int64_t{1450}},
                                  {"availability_zone_hints", "[]"},
                                  {"revision_number", std::int64_t{1}},
                                  {"created_at", now()},
                                  {"updated_at", now()}};
    for (const char* flag : {"admin_state_up", "router:external", "port_security_enabled"})
      columns.emplace_back(flag, std::int64_t{0});
    write([&](Connection& db) { storage::insert(db, "networks", columns); });
  }
  void add_port(const std::string& id, const std::string& network) {
    storage::ColumnValues columns{{"id", id},
                                  {"network_id", network},
                                  {"project_id", "acme"},
                                  {"mac_address", "mac of " + id},
                                  {"admin_state_up", std::int64_t{1}},
                                  {"port_security_enabled", std::int64_t{1}},
                                  {"revision_number", std::int64_t{1}},
                                  {"created_at", now()},
                                  {"updated_at", now()}};
    for (const char* text : {"name", "description", "status", "fixed_ips", "device_id", "device_owner",
                             "binding:host_id", "binding:profile", "binding:vnic_type", "binding:vif_type",
                             "binding:vif_details", "allowed_address_pairs", "extra_dhcp_opts"})
      columns.emplace_back(text, "");
    write([&](Connection& db) { storage::insert(db, "ports", columns); });
  }

  // As the API does it: the association and what it asks for, in one transaction. Empty = taken off.
  static void associate_in(Connection& db, const std::string& type, const std::string& id, const std::string& policy,
                           base::Micros now) {
    const storage::Value value = policy.empty() ? storage::Value{} : storage::Value{policy};
    db.execute("UPDATE " + object_table(type) + " SET qos_policy_id = ? WHERE id = ?", {value, id});
    association_changed(db, type, id, policy, "acme", now);
  }
  void associate(const std::string& type, const std::string& id, const std::string& policy) {
    write([&](Connection& db) { associate_in(db, type, id, policy, now()); });
  }
  bool route(const std::string& type, const std::string& id, const std::string& pod) {
    return write([&](Connection& db) { return add_routing(db, type, id, "local " + id, pod, now()); });
  }
  // The pod has confirmed the policy on the object.
  void bind(const std::string& type, const std::string& id, const std::string& pod, const std::string& policy) {
    write([&](Connection& db) { save_binding(db, {type, id, pod, "acme", policy, 1, kInSync, ""}, now()); });
  }
  void copy(const std::string& policy, const std::string& pod) {
    write([&](Connection& db) { want_copy(db, policy, pod, now()); });
  }

  // The pod has it, as "local <policy>".
  void made_copy(const std::string& policy, const std::string& pod) {
    copy(policy, pod);
    write([&](Connection& db) {
      Copy made = find_copy(db, policy, pod).value();
      made.local_id = "local " + policy;
      made.ready = true;
      made.state = kInSync;
      save_copy(db, made, now());
      db.execute("UPDATE resource_routings SET local_id = ? WHERE central_id = ? AND pod_id = ?",
                 {made.local_id, policy, pod});
    });
  }

  std::int64_t number(const std::string& query) { return storage::number_of(*store_, query); }
  std::int64_t intent(const std::string& table, const std::string& id) {
    return number("SELECT intent AS n FROM " + table + " WHERE id = '" + id + "'");
  }
  std::vector<engine::JobRow> jobs() {
    return write([](Connection& db) {
      std::vector<engine::JobRow> rows;
      const auto found = db.execute("SELECT id FROM jobs ORDER BY created_at, type, pod_id, object_id");
      for (const storage::Row& row : found.rows()) rows.push_back(engine::job_row(db, row.text("id")));
      return rows;
    });
  }
  void clear_jobs() {
    write([](Connection& db) {
      db.execute("DELETE FROM jobs");
      db.execute("DELETE FROM lanes");
    });
  }
};

inline boost::json::object object_of(const std::string& text) {
  return boost::json::parse(text).as_object();
}

}  // namespace tricircle::xjob
