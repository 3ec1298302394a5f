#include "app/status_command.hpp"

#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace tricircle::app {
namespace {

namespace json = boost::json;
constexpr int kNotAllWell = 4;

class StatusCommand : private CommandLine {
 public:
  StatusCommand(CLI::App& app, int& exit_code) : CommandLine(exit_code) {
    CLI::App* status =
        command(app, "status", "What is not as the centre wants it, and why; exit code 4 when something is",
                "status --limit 50", [this](AdminClient& client) { show(client); });
    status->add_option("--limit", limit_, "Of copies and of bindings, at most so many")
        ->check(CLI::Range(1, 2000))
        ->capture_default_str();
  }

 private:
  void show(AdminClient& client) const {
    const json::value answer = client.call("GET", "/status?limit=" + std::to_string(limit_));
    const json::object& status = answer.at("status").as_object();
    if (shape().of_one_object()) {
      print_one(answer, "status");
    } else {
      print(status);
    }
    if (!is_well(status)) throw CommandFailed(kNotAllWell, "Not all is as the centre wants it.");
  }

  void print(const json::object& status) const {
    if (const json::value* pods = status.if_contains("pods")) {
      std::cout << "Pods\n"
                << shown_list(pods->as_array(),
                              {"region_name", "state", "due", "retrying", "oldest_due_seconds", "why"}, shape());
      std::cout << "Jobs: " << status.at("jobs_open") << " open, " << status.at("jobs_failed")
                << " failed and kept. Changed by hand in pods: " << status.at("drifts_open")
                << ". Workers: " << status.at("workers") << ".\n";
    }
    print_behind("Copies of policies that are not in sync", status.at("copies").as_array(),
                 {"policy_name", "policy_id", "region_name", "state", "since", "last_error"});
    print_behind("Networks and ports that do not have their policy", status.at("bindings").as_array(),
                 {"resource_type", "central_id", "policy_name", "region_name", "state", "since", "last_error"});
  }

  void print_behind(const char* what, const json::array& rows, const std::vector<std::string>& columns) const {
    if (rows.empty()) {
      std::cout << what << ": none.\n";
      return;
    }
    std::cout << what << (rows.size() == limit_ ? " (there are more)" : "") << "\n"
              << shown_list(rows, columns, shape());
  }

  static bool is_well(const json::object& status) {
    if (!status.at("copies").as_array().empty() || !status.at("bindings").as_array().empty()) return false;
    const json::value* pods = status.if_contains("pods");
    if (pods == nullptr) return true;
    for (const json::value& pod : pods->as_array()) {
      if (pod.at("state") != "answers") return false;
    }
    return status.at("drifts_open") == 0;
  }

  std::size_t limit_ = 20;
};

}  // namespace

void add_status_command(CLI::App& app, int& exit_code) {
  static StatusCommand status(app, exit_code);
}

}  // namespace tricircle::app
