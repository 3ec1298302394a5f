#include "app/import_commands.hpp"

#include "app/command_line.hpp"
#include "app/import_command.hpp"

#include <CLI/CLI.hpp>

namespace tricircle::app {
namespace {

constexpr int kWrongUsage = 2;

class ImportCommands : private CommandLine {
 public:
  ImportCommands(CLI::App& app, CLI::App& pods, CLI::App& policies, int& exit_code) : CommandLine(exit_code) {
    add_networks(*app.add_subcommand("network", "Networks that regions had before the centre came"));
    add_policies(policies);
    add_pods(pods);
  }

 private:
  void add_networks(CLI::App& networks) {
    CLI::App* import = command(
        networks, "import", "Take a region's own networks, with subnets and ports, over to the centre under their ids",
        "network import --pod RegionOne --all --apply", [this](AdminClient& client) {
          if (!all_ && wanted_.networks.empty())
            throw CommandFailed(kWrongUsage, "Name networks by their ids, or say --all.");
          wanted_.pods = {pod_};
          wanted_.what = {"networks"};
          import_from_pods(client, wanted_, shape());
        });
    CLI::Option* ids = import->add_option("network", wanted_.networks, "Ids of networks, 50 at the most");
    import->add_option("--pod", pod_, "Id or region")->required();
    import->add_flag("--all", all_, "All networks of the region")->excludes(ids);
    add_usual(import);
    command(networks, "duplicates", "Addresses that two ports of one network have", "network duplicates NETWORK_ID",
            [this](AdminClient& client) {
              const std::string of = network_.empty() ? "" : "?network_id=" + http::percent_encode(network_);
              print_all(client.call("GET", "/duplicates" + of), "duplicates",
                        {"network_id", "subnet_id", "ip_address", "ports"});
            })
        ->add_option("network", network_, "Id at the centre; without it all networks");
  }

  void add_policies(CLI::App& policies) {
    CLI::App* import =
        command(policies, "import", "Take regions' own policies over: those that are alike become one central policy",
                "policy import --pod RegionOne --pod RegionTwo --apply", [this](AdminClient& client) {
                  wanted_.what = {"policies"};
                  import_from_pods(client, wanted_, shape());
                });
    import->add_option("--pod", wanted_.pods, "Id or region; may be given several times")
        ->required()
        ->allow_extra_args(false);
    add_usual(import);
  }

  void add_pods(CLI::App& pods) {
    CLI::App* import = command(pods, "import", "Take all of a region's own networks and policies over",
                               "pod import RegionOne --apply", [this](AdminClient& client) {
                                 wanted_.what = {"networks", "policies"};
                                 import_from_pods(client, wanted_, shape());
                               });
    import->add_option("pod", wanted_.pods, "Ids or regions")->required();
    add_usual(import);
  }

  void add_usual(CLI::App* import) {
    import->add_flag("--apply", wanted_.apply, "Do what the plan says; without it nothing is changed");
    import->add_option("--timeout", wanted_.timeout, "Seconds to wait for the end")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
  }

  ImportWanted wanted_;
  std::string pod_, network_;
  bool all_ = false;
};

}  // namespace

void add_import_commands(CLI::App& app, CLI::App& pods, CLI::App& policies, int& exit_code) {
  static ImportCommands commands(app, pods, policies, exit_code);
}

}  // namespace tricircle::app
