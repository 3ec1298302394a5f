#include "app/policy_commands.hpp"

#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view name) {
  return json::value_to<std::string>(object.at(name));
}

class PolicyCommands : private CommandLine {
 public:
  PolicyCommands(CLI::App& policies, int& exit_code) : CommandLine(exit_code) {
    command(policies, "list", "List policies, with how many pods have each", "policy list",
            [this](AdminClient& client) { list(client); });
    CLI::App* show = command(policies, "show", "Show a policy, and what each pod has of it", "policy show gold",
                             [this](AdminClient& client) { this->show(client); });
    show->add_option("policy", policy_, "Id or name")->required();
    CLI::App* drift = command(policies, "drift", "What somebody has changed in pods' copies of a policy by hand",
                              "policy drift gold", [this](AdminClient& client) { this->drift(client); });
    drift->add_option("policy", policy_, "Id or name")->required();
  }

 private:
  // policy id -> its copies in all, and those in sync.
  struct Count {
    std::int64_t pods = 0;
    std::int64_t in_sync = 0;
  };

  static std::map<std::string, Count> counts(AdminClient& client) {
    std::map<std::string, Count> counts;
    const json::array copies = client.all("/copies", "copies");
    for (const json::value& copy : copies) {
      Count& count = counts[text(copy.as_object(), "policy_id")];
      ++count.pods;
      if (text(copy.as_object(), "state") == "in_sync") ++count.in_sync;
    }
    return counts;
  }

  void list(AdminClient& client) const {
    const std::map<std::string, Count> of = counts(client);
    const json::value found = client.neutron("GET", "/v2.0/qos/policies?sort_key=name&sort_dir=asc");
    json::array rows;
    for (const json::value& value : found.at("policies").as_array()) {
      json::object row = value.as_object();
      const auto count = of.find(text(row, "id"));
      row["pods"] = count == of.end() ? 0 : count->second.pods;
      row["in_sync"] = count == of.end() ? 0 : count->second.in_sync;
      row["rules"] = row.at("rules").as_array().size();
      rows.push_back(std::move(row));
    }
    std::cout << shown_list(rows, {"id", "name", "project_id", "shared", "rules", "pods", "in_sync"}, shape());
  }

  void show(AdminClient& client) const {
    const std::string id = client.policy_id(policy_);
    json::value answer = client.neutron("GET", "/v2.0/qos/policies/" + id);
    const json::array copies = client.all("/copies?policy_id=" + id, "copies");
    if (shape().of_one_object()) {
      answer.at("policy").as_object()["copies"] = copies;
      return print_one(answer, "policy");
    }
    std::cout << shown_object(answer.at("policy").as_object(), shape());
    if (!copies.empty())
      std::cout << shown_list(copies, {"region_name", "local_id", "state", "since", "last_error"}, shape());
  }

  void drift(AdminClient& client) const {
    const json::array drifts = client.all("/drifts?policy_id=" + client.policy_id(policy_), "drifts");
    std::cout << shown_list(
        drifts, {"found_at", "ended_at", "region_name", "resource_type", "central_id", "found", "pod_says", "on_drift"},
        shape());
  }

  std::string policy_;
};

}  // namespace

void add_policy_commands(CLI::App& policies, int& exit_code) {
  static PolicyCommands commands(policies, exit_code);
}

}  // namespace tricircle::app
