#include "app/place_commands.hpp"

#include "app/command_line.hpp"
#include "app/table_printer.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <thread>

#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;
constexpr auto kLookAgain = std::chrono::milliseconds(100);
constexpr int kRefused = 1;
constexpr int kNotInTime = 5;

std::string text(const json::value& object, std::string_view name) {
  return json::value_to<std::string>(object.at(name));
}

class PlaceCommands : private CommandLine {
 public:
  PlaceCommands(CLI::App& app, CLI::App& networks, int& exit_code) : CommandLine(exit_code) {
    add_link(networks);
    add_place(networks, "network", "Make a central network in a region, with its subnets and addresses of its own",
              "network place NETWORK --pod RegionOne");
    add_place(*app.add_subcommand("port", "Central ports in regions"), "port",
              "Make a central port in a region ahead of the boot; its local_id there is what Nova must be given",
              "port place PORT --pod RegionOne");
  }

 private:
  void add_link(CLI::App& networks) {
    CLI::App* link = command(
        networks, "link", "Say that a region's own network is a central one",
        "network link CENTRAL_ID LOCAL_ID --pod RegionOne", [this](AdminClient& client) {
          const json::object routing{
              {"top_id", id_}, {"bottom_id", local_id_}, {"pod_id", client.pod_id(pod_)}, {"resource_type", "network"}};
          print_one(client.call("POST", "/routings", json::object{{"routing", routing}}), "routing");
        });
    link->add_option("network", id_, "Id at the centre")->required();
    link->add_option("local", local_id_, "Id in the region")->required();
    link->add_option("--pod", pod_, "Id or region")->required();
  }

  void add_place(CLI::App& group, const std::string& type, const std::string& what, const std::string& example) {
    CLI::App* place = command(group, "place", what, example, [this, type](AdminClient& client) { run(client, type); });
    place->add_option(type, id_, "Id at the centre")->required();
    place->add_option("--pod", pod_, "Id or region")->required();
    place->add_option("--timeout", timeout_, "Seconds to wait until it is there")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command(group, "placements", "What XJob makes in regions, and how far it is", type + " placements",
            [this, type](AdminClient& client) {
              print_all(json::object{{"placements", client.all("/placements?resource_type=" + type, "placements")}},
                        "placements", {"central_id", "region_name", "local_id", "state", "last_error"});
            });
  }

  void run(AdminClient& client, const std::string& type) const {
    const json::object wanted{{"resource_type", type}, {"central_id", id_}, {"pod_id", client.pod_id(pod_)}};
    json::value made = client.call("POST", "/placements", json::object{{"placement", wanted}});
    const std::string path =
        "/placements?resource_type=" + type + "&central_id=" + id_ + "&pod_id=" + text(wanted, "pod_id");
    const auto until = steady_clock::now() + std::chrono::seconds(timeout_);
    while (text(made.at("placement"), "state") == "pending") {
      if (steady_clock::now() > until)
        throw CommandFailed(kNotInTime, "It is not there yet, and XJob goes on. " +
                                            safe_text(text(made.at("placement"), "last_error")));
      std::this_thread::sleep_for(kLookAgain);
      const json::value rows = client.call("GET", path);
      if (rows.at("placements").as_array().empty()) throw CommandFailed(kRefused, "It was deleted meanwhile.");
      made.as_object()["placement"] = rows.at("placements").as_array().at(0);
    }
    print_one(made, "placement");
    if (text(made.at("placement"), "state") != "in_sync")
      throw CommandFailed(kRefused, safe_text(text(made.at("placement"), "last_error")));
  }

  std::string id_, local_id_, pod_;
  std::int64_t timeout_ = 30;
};

}  // namespace

void add_place_commands(CLI::App& app, CLI::App& networks, int& exit_code) {
  static PlaceCommands commands(app, networks, exit_code);
}

}  // namespace tricircle::app
