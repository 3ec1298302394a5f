#include "app/commands.hpp"

#include "app/command_line.hpp"
#include "app/import_commands.hpp"
#include "app/place_commands.hpp"
#include "app/plan_command.hpp"
#include "app/pod_joining.hpp"
#include "app/policy_commands.hpp"
#include "app/reference.hpp"
#include "app/resync_command.hpp"
#include "app/status_command.hpp"
#include "app/truth_commands.hpp"
#include "base/config.hpp"
#include "base/metrics.hpp"
#include "storage/database.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;

// What the commands share on the command line. Lives as long as the process.
struct Options {
  std::string id, region, az_name, pod_az_name, dc_name;
  PodPlace place;
  std::string type, central_id, local_id, pod, project = "admin";
  std::string status;
  std::string connection;
  bool all_projects = false, no_check = false, detach = false, purge = false;
  std::int64_t timeout = 30;
  ResyncAsked resync;
};

class Commands : private CommandLine {
 public:
  Commands(CLI::App& app, int& exit_code) : CommandLine(exit_code) {
    add_status_command(app, exit_code);
    CLI::App* pods = app.add_subcommand("pod", "Regions that policies are kept true in");
    add_pods(*pods);
    add_routings(*app.add_subcommand("routing", "What each central object is called in each pod"));
    CLI::App* policies = app.add_subcommand("policy", "What XJob does about a policy");
    add_policy_commands(*policies, exit_code);
    add_plan_commands(*policies, exit_code);
    add_policies(*policies);
    add_truth_commands(app, *policies, exit_code);
    add_import_commands(app, *pods, *policies, exit_code);
    add_place_commands(app, *app.get_subcommand("network"), exit_code);
    add_jobs(*app.add_subcommand("job", "XJob's work, done and to do"));
    add_store(*app.add_subcommand("db", "The centre's store"));
    app.add_subcommand("config-reference", "Print every configuration option with its default")->callback([] {
      std::cout << base::config_reference();
    });
    add_reference_commands(app);
    app.add_subcommand("metric-reference", "Print every metric, as a table for the manual")->callback([] {
      std::cout << base::metric_reference();
    });
  }

 private:
  std::string scope() const { return options_.all_projects ? "&all_projects=true" : ""; }

  void add_pods(CLI::App& pods) {
    command(pods, "list", "List pods", "pod list", [this](AdminClient& client) {
      print_all(client.call("GET", "/pods"), "pods",
                {"pod_id", "region_name", "az_name", "neutron_url", "circuit", "paused_since", "left_alone_until"});
    });
    command(
        pods, "show", "Show a pod", "pod show RegionOne",
        [this](AdminClient& client) { print_one(client.call("GET", "/pods/" + client.pod_id(options_.id)), "pod"); })
        ->add_option("pod", options_.id, "Id or region")
        ->required();
    CLI::App* create =
        command(pods, "create", "Add a pod", "pod create RegionOne --az-name az1 --neutron-url http://10.0.0.5:9696",
                [this](AdminClient& client) {
                  const json::object pod{{"region_name", options_.region},
                                         {"az_name", options_.az_name},
                                         {"pod_az_name", options_.pod_az_name},
                                         {"dc_name", options_.dc_name},
                                         {"neutron_url", options_.place.neutron_url},
                                         {"interface", options_.place.interface},
                                         {"service_type", options_.place.service_type}};
                  const json::value made = client.call("POST", "/pods", json::object{{"pod", pod}});
                  looked_at(client, made);
                });
    create->add_option("region", options_.region, "Name of the region, as in Keystone")->required();
    create->add_option("--az-name", options_.az_name, "Availability zone that the pod stands for")->required();
    add_place(*create, "The pod's Neutron; else Keystone's catalogue tells");
    create->add_option("--pod-az-name", options_.pod_az_name, "Availability zone inside the pod");
    create->add_option("--dc-name", options_.dc_name, "Data centre");
    CLI::App* check = command(pods, "check", "Look at a pod's Neutron: is all there that policies need?",
                              "pod check RegionOne", [this](AdminClient& client) {
                                const json::value found =
                                    pod_check(client, client.pod_id(options_.id), options_.timeout);
                                print_one(found, "check");
                                tell_problems(found, std::cerr);
                              });
    check->alias("probe");
    check->add_option("pod", options_.id, "Id or region")->required();
    check->add_option("--timeout", options_.timeout, "Seconds to wait")->capture_default_str();
    CLI::App* set = command(pods, "set", "Say anew where a pod's Neutron is",
                            "pod set RegionOne --neutron-url http://10.0.0.6:9696", [this](AdminClient& client) {
                              looked_at(client, move_pod(client, client.pod_id(options_.id), options_.place));
                            });
    set->add_option("pod", options_.id, "Id or region")->required();
    CLI::Option* url = add_place(*set, "The pod's Neutron");
    set->add_flag("--from-catalogue", options_.place.from_catalogue, "Where Keystone's catalogue has it")
        ->excludes(url);
    add_pauses(pods, "pod", "RegionOne", "pod", [this](AdminClient& client) { return client.pod_id(options_.id); });
    add_resync(pods);
    CLI::App* leave =
        command(pods, "delete", "Forget a pod that no routing points to, or with --detach all that is known of it",
                "pod delete RegionOne --detach", [this](AdminClient& client) {
                  const std::string path = "/pods/" + client.pod_id(options_.id);
                  if (options_.purge) return purge_pod(client, options_.id, options_.timeout);
                  const json::value answer = client.call("DELETE", path + (options_.detach ? "?detach=true" : ""));
                  if (options_.detach) print_one(answer, "detached");
                });
    leave->add_option("pod", options_.id, "Id or region")->required();
    CLI::Option* detach = leave->add_flag("--detach", options_.detach,
                                          "Forget its routings, copies and bindings too; the pod stays as it is");
    leave->add_flag("--purge", options_.purge, "First take our policies off everything there, and remove them")
        ->excludes(detach);
    leave->add_option("--timeout", options_.timeout, "Seconds to wait for the end of --purge")->capture_default_str();
  }

  // The option for the URL.
  CLI::Option* add_place(CLI::App& command, const char* what_url) {
    CLI::Option* url = command.add_option("--neutron-url", options_.place.neutron_url, what_url);
    command.add_option("--interface", options_.place.interface, "Of the catalogue: public, internal or admin")
        ->excludes(url);
    command.add_option("--service-type", options_.place.service_type, "Of the catalogue; else network")->excludes(url);
    command.add_flag("--no-check", options_.no_check, "Do not wait for XJob to look at the pod's Neutron");
    command.add_option("--timeout", options_.timeout, "Seconds to wait for that")->capture_default_str();
    return url;
  }

  // A pod that was added or has moved, and what XJob finds there.
  void looked_at(AdminClient& client, const json::value& pod) {
    if (options_.no_check) return print_one(pod, "pod");
    const std::string id = json::value_to<std::string>(pod.at("pod").at("pod_id"));
    const json::value check = pod_check(client, id, options_.timeout);
    print_one(client.call("GET", "/pods/" + id), "pod");
    tell_problems(check, std::cerr);
  }

  void add_resync(CLI::App& pods) {
    CLI::App* resync =
        command(pods, "resync", "Hold a pod against the centre in full, after one of them was restored from a backup",
                "pod resync RegionOne --apply --yes-delete 2", [this](AdminClient& client) {
                  options_.resync.pod_id = client.pod_id(options_.pod);
                  resync_pod(client, options_.resync, shape());
                });
    resync->add_option("pod", options_.pod, "Id or region")->required();
    resync->add_flag("--apply", options_.resync.apply, "Do what the plan says; without it nothing is changed");
    resync
        ->add_option("--yes-delete", options_.resync.yes_delete,
                     "How many copies may be removed, and networks and ports lose their policy, at the most")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    resync->add_option("--timeout", options_.resync.timeout, "Seconds to wait for the end")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
  }

  // `id_of`: what the command was given, as the API has it.
  void add_pauses(CLI::App& group, const std::string& kind, const std::string& example, const char* argument,
                  const std::function<std::string(AdminClient&)>& id_of) {
    const auto add = [&](const char* name, const std::string& what, const char* method) {
      command(
          group, name, what, kind + " " + name + " " + example,
          [method, kind, id_of](AdminClient& client) { client.call(method, "/pauses/" + kind + "/" + id_of(client)); })
          ->add_option(argument, options_.id, kind == "pod" ? "Id or region" : "Id of the policy")
          ->required();
    };
    add("pause", "Begin no more work on a " + kind + "; what is under way ends", "PUT");
    add("resume", "Go on with a " + kind + " that was paused", "DELETE");
  }

  void add_policies(CLI::App& policies) {
    add_pauses(policies, "policy", "POLICY_ID", "id", [this](AdminClient&) { return options_.id; });
    command(policies, "paused", "List pods and policies that are paused", "policy paused", [this](AdminClient& client) {
      print_all(client.call("GET", "/pauses"), "pauses", {"kind", "id", "since"});
    });
  }

  void add_routings(CLI::App& routings) {
    CLI::App* list = command(routings, "list", "List routings", "routing list --type network --all-projects",
                             [this](AdminClient& client) {
                               std::string query = "/routings?limit=0" + scope();
                               if (!options_.type.empty()) query += "&resource_type=" + options_.type;
                               print_all(client.call("GET", query), "routings",
                                         {"id", "resource_type", "top_id", "bottom_id", "pod_id", "project_id"});
                             });
    list->add_option("--type", options_.type, "network, port, qos_policy, ...");
    list->add_flag("--all-projects", options_.all_projects, "Not only the caller's project");
    CLI::App* create =
        command(routings, "create", "Tie a pod's network or port to a central one",
                "routing create --type network --top CENTRAL_ID --bottom LOCAL_ID --pod RegionOne",
                [this](AdminClient& client) {
                  const json::object routing{{"top_id", options_.central_id},
                                             {"bottom_id", options_.local_id},
                                             {"pod_id", client.pod_id(options_.pod)},
                                             {"project_id", options_.project},
                                             {"resource_type", options_.type}};
                  print_one(client.call("POST", "/routings", json::object{{"routing", routing}}), "routing");
                });
    create->add_option("--type", options_.type, "network or port")->required();
    create->add_option("--top", options_.central_id, "Id at the centre")->required();
    create->add_option("--bottom", options_.local_id, "Id in the pod")->required();
    create->add_option("--pod", options_.pod, "Id or region")->required();
    create->add_option("--project", options_.project, "Owner")->capture_default_str();
    command(routings, "delete", "Take a routing away; the pod is left as it is", "routing delete 17",
            [this](AdminClient& client) { client.call("DELETE", "/routings/" + options_.id); })
        ->add_option("id", options_.id, "Id of the routing")
        ->required();
  }

  std::string jobs_asked_for(AdminClient& client) const {
    std::string query = "/jobs?limit=0" + scope();
    if (!options_.type.empty()) query += "&type=" + options_.type;
    if (!options_.status.empty()) query += "&status=" + options_.status;
    if (!options_.pod.empty()) query += "&pod_id=" + client.pod_id(options_.pod);
    return query;
  }

  void redo_all(AdminClient& client) const {
    if (options_.status.empty()) throw CommandFailed(2, "Give the id of a job, or --status FAIL or NEW.");
    std::int64_t redone = 0;
    for (std::string path = jobs_asked_for(client); !path.empty();) {
      const json::value answer = client.call("PUT", path);
      redone += answer.at("redone").to_number<std::int64_t>();
      path.clear();
      if (const json::value* links = answer.as_object().if_contains("jobs_links"))
        path = json::value_to<std::string>(links->at(0).at("href")).substr(std::string_view("/v1.0").size());
    }
    std::cout << "redone " << redone << '\n';
  }

  void add_jobs(CLI::App& jobs) {
    CLI::App* list = command(jobs, "list", "List jobs, the newest first", "job list --status FAIL --all-projects",
                             [this](AdminClient& client) {
                               print_all(client.call("GET", jobs_asked_for(client)), "jobs",
                                         {"id", "type", "status", "resource", "attempts", "last_error", "timestamp"});
                             });
    list->add_option("--type", options_.type, "qos_create, qos_update, ...");
    list->add_option("--status", options_.status, "NEW, RUNNING, SUCCESS or FAIL");
    list->add_option("--pod", options_.pod, "Id or region");
    list->add_flag("--all-projects", options_.all_projects, "Not only the caller's project");
    command(jobs, "show", "Show a job", "job show JOB_ID",
            [this](AdminClient& client) { print_one(client.call("GET", "/jobs/" + options_.id), "job"); })
        ->add_option("id", options_.id, "Id of the job")
        ->required();
    command(jobs, "cancel", "Give up a job that waits; a parent: its children that wait", "job cancel JOB_ID",
            [this](AdminClient& client) {
              std::cout << "cancelled " << client.call("PUT", "/jobs/" + options_.id + "/cancel").at("cancelled")
                        << '\n';
            })
        ->add_option("id", options_.id, "Id of the job")
        ->required();
    CLI::App* redo = command(jobs, "redo", "Try a job again at once, or all that failed or wait",
                             "job redo --status FAIL --pod RegionOne --all-projects", [this](AdminClient& client) {
                               if (!options_.id.empty()) {
                                 client.call("PUT", "/jobs/" + options_.id);
                               } else {
                                 redo_all(client);
                               }
                             });
    CLI::Option* id = redo->add_option("id", options_.id, "Id of the job");
    CLI::Option* status = redo->add_option("--status", options_.status, "All that are FAIL, or NEW")->excludes(id);
    redo->add_option("--type", options_.type, "Of these: qos_create, qos_update, ...")->needs(status);
    redo->add_option("--pod", options_.pod, "Of these: id or region")->needs(status);
    redo->add_flag("--all-projects", options_.all_projects, "Not only the caller's project")->needs(status);
  }

  void add_store(CLI::App& store) {
    store.require_subcommand(1);
    const auto add = [&](const char* name, const char* what, bool upgrades) {
      CLI::App* sub = store.add_subcommand(name, what);
      sub->add_option("--connection", options_.connection,
                      "sqlite:////absolute/path/to/file.db, or mysql://... as in [database] connection")
          ->required();
      sub->footer(std::string("Example: tricircle db ") + name +
                  " --connection sqlite:////var/lib/tricircle/central.db");
      sub->callback([this, upgrades] {
        const auto database = storage::open_database(options_.connection);
        if (upgrades) storage::upgrade(*database);
        std::cout << "schema " << storage::schema_version(*database) << " of " << storage::known_schema_version()
                  << '\n';
      });
    };
    add("upgrade", "Bring the store's schema up to this program's", true);
    add("version", "Show the store's schema and this program's", false);
  }

  Options options_;
};

}  // namespace

void add_operator_commands(CLI::App& app, int& exit_code) {
  // The callbacks refer to it until the process ends.
  static Commands commands(app, exit_code);
}

}  // namespace tricircle::app
