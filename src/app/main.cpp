// The one binary: its roles and commands, by the first word of the command line.
#include "app/commands.hpp"
#include "app/run.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

int main(int argc, char** argv) {
  using tricircle::app::RunOptions;
  CLI::App app{"Tricircle QoS: one QoS policy, kept true in every region of an OpenStack cloud"};
  app.require_subcommand(1);
  app.set_version_flag("--version", TRICIRCLE_VERSION);
  RunOptions options;
  int exit_code = 0;

  const auto role = [&](const char* name, const char* what, int (*run)(const RunOptions&)) {
    CLI::App* command = app.add_subcommand(name, what);
    command->add_option("--state", options.state, "Folder for the SQLite file, hints and logs")->capture_default_str();
    command->add_option("--config", options.config, "INI file with oslo-style options");
    command->callback([&options, &exit_code, run] { exit_code = run(options); });
    return command;
  };
  const auto listens = [&](CLI::App* command) {
    command->add_option("--listen", options.listen,
                        "ADDR:PORT to serve on (default 127.0.0.1:9696); port 0 = a free one");
    command->add_flag("--no-auth", options.no_auth, "Believe the X-Project-Id, X-User-Id and X-Roles headers");
  };

  CLI::App* up =
      role("up", "Central, XJob and embedded pods in one process; needs no OpenStack", tricircle::app::run_up);
  listens(up);
  up->add_option("--pod", options.pods, "REGION=ADDR:PORT of an embedded pod; may be repeated");
  up->footer("Example: tricircle up --state ./state --pod RegionOne=127.0.0.1:9701 --pod RegionTwo=127.0.0.1:9702");
  CLI::App* central = role("central", "The central API: Neutron /v2.0, Admin /v1.0, the page /ui/, /metrics",
                           tricircle::app::run_central);
  listens(central);
  const auto tells = [&](CLI::App* command) {
    command->add_option("--metrics", options.metrics, "ADDR:PORT of /metrics, /healthz and /readyz; none without");
  };
  tells(role("xjob", "The job engine; any number of them", tricircle::app::run_xjob));
  CLI::App* local = role("local", "An embedded pod: a small Neutron with the local plugin", tricircle::app::run_local);
  listens(local);
  local->add_option("--region", options.region, "Name of the region")->required();
  local->add_option("--central", options.central_url, "URL of the central API")->required();
  CLI::App* agent = app.add_subcommand("agent", "The local plugin for a pod that runs OpenStack's own Neutron");
  agent->add_option("--config", options.config, "INI file with oslo-style options");
  agent->add_option("--region", options.region, "Name of the region")->required();
  agent->add_option("--central", options.central_url, "URL of the central API")->required();
  tells(agent);
  agent->callback([&] { exit_code = tricircle::app::run_agent(options); });
  agent->footer("Example: tricircle agent --region RegionOne --central http://10.0.0.1:9696 --config agent.conf");
  tricircle::app::add_operator_commands(app, exit_code);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    return shown == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "tricircle: " << error.what() << '\n';
    return 1;
  }
  return exit_code;
}
