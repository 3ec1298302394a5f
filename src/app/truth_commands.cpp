#include "app/truth_commands.hpp"

#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace tricircle::app {
namespace {

namespace json = boost::json;
constexpr int kNotInTime = 5;

struct Options {
  std::string id, type, pod, policy, state, on_drift;
  std::string until = "all";
  std::int64_t timeout = 60, version = 0, limit = 20;
  bool open = false;
};

// "?name=value&..." of those that were given.
class Query {
 public:
  void add(const std::string& name, const std::string& value) {
    if (value.empty()) return;
    text_ += (text_.empty() ? "?" : "&") + name + "=" + http::percent_encode(value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class TruthCommands : private CommandLine {
 public:
  TruthCommands(CLI::App& app, CLI::App& policies, int& exit_code) : CommandLine(exit_code) {
    add_changes(*app.add_subcommand("change", "Is a change everywhere yet?"));
    add_states(*app.add_subcommand("copy", "What pods have of policies"), "copies",
               {"policy_id", "region_name", "local_id", "state", "since", "unused_since", "last_error"});
    add_states(*app.add_subcommand("binding", "Which networks and ports of pods have their policy"), "bindings",
               {"resource_type", "central_id", "region_name", "wanted_policy_id", "policy_id", "state", "since",
                "last_error"});
    add_drifts(*app.add_subcommand("drift", "What somebody has changed in a pod by hand"));
    add_audits(*app.add_subcommand("audit", "Pods held against what they have confirmed"));
    add_versions(policies);
    add_explain(app);
  }

 private:
  void add_id(CLI::App* command, const char* what) { command->add_option("id", options_.id, what)->required(); }

  void add_changes(CLI::App& changes) {
    CLI::App* list = command(changes, "list", "What was changed, by whom, and how many pods have it; the newest first",
                             "change list --resource POLICY_ID", [this](AdminClient& client) {
                               Query query;
                               query.add("resource_id", options_.policy);
                               query.add("limit", std::to_string(options_.limit));
                               print_all(client.call("GET", "/changes" + query.text()), "changes",
                                         {"created_at", "user_id", "action", "resource_type", "resource_id", "applied",
                                          "wanted", "refused", "id"});
                             });
    list->add_option("--resource", options_.policy, "Central id of a policy, network, port or rule");
    list->add_option("--limit", options_.limit, "At most so many")->check(CLI::Range(1, 200))->capture_default_str();
    add_id(command(changes, "show", "Which pods have a change, and how long it took", "change show CHANGE_ID",
                   [this](AdminClient& client) { show_change(client.call("GET", "/changes/" + options_.id)); }),
           "As the header X-Tricircle-Change told it");
    CLI::App* wait = command(changes, "wait", "Wait until a change is in pods; exit code 5 when it is not in time",
                             "change wait CHANGE_ID --until 95% --timeout 120",
                             [this](AdminClient& client) { wait_for_change(client); });
    add_id(wait, "As the header X-Tricircle-Change told it");
    wait->add_option("--until", options_.until, "all, a share (95%), or regions (RegionOne,RegionTwo)")
        ->capture_default_str();
    wait->add_option("--timeout", options_.timeout, "Seconds")->check(CLI::Range(0, 600))->capture_default_str();
  }

  void wait_for_change(AdminClient& client) {
    Query query;
    query.add("wait", options_.until);
    query.add("timeout", std::to_string(options_.timeout));
    const json::value answer = client.call("GET", "/changes/" + options_.id + query.text());
    show_change(answer);
    if (!answer.at("change").at("holds").as_bool())
      throw CommandFailed(kNotInTime, "Not within " + std::to_string(options_.timeout) + " s.");
  }

  void show_change(const json::value& answer) const {
    if (shape().of_one_object()) return print_one(answer, "change");
    json::object change = answer.at("change").as_object();
    const json::array pods = change.at("pods").as_array();
    change.erase("pods");
    std::cout << shown_object(change, shape())
              << shown_list(pods, {"region_name", "state", "applied_at", "microseconds", "why"}, shape());
  }

  void add_states(CLI::App& group, const std::string& collection, const std::vector<std::string>& columns) {
    const std::string name = collection == "copies" ? "copy" : "binding";
    CLI::App* list =
        command(group, "list", "List them, with their states", name + " list --pod RegionOne --state refused",
                [this, collection, columns](AdminClient& client) {
                  Query query;
                  query.add("policy_id", options_.policy);
                  query.add("region_name", options_.pod);
                  query.add("state", options_.state);
                  print_rows(client, "/" + collection + query.text(), collection, columns);
                });
    list->add_option("--policy", options_.policy, "Central id of a policy");
    list->add_option("--pod", options_.pod, "Region");
    list->add_option("--state", options_.state,
                     "in_sync, pending, retrying, refused, foreign, held, drifted, cancelled or pod_down");
  }

  void add_drifts(CLI::App& drifts) {
    CLI::App* list = command(
        drifts, "list", "List what audits found, the newest first", "drift list --open", [this](AdminClient& client) {
          Query query;
          query.add("policy_id", options_.policy);
          query.add("region_name", options_.pod);
          query.add("open", options_.open ? "true" : "");
          print_rows(
              client, "/drifts" + query.text(), "drifts",
              {"found_at", "ended_at", "region_name", "resource_type", "central_id", "found", "pod_says", "on_drift"});
        });
    list->add_option("--policy", options_.policy, "Central id of a policy");
    list->add_option("--pod", options_.pod, "Region");
    list->add_flag("--open", options_.open, "Only what is still so");
  }

  void add_audits(CLI::App& audits) {
    command(audits, "list", "How far the audit of each pod is, and what it found", "audit list",
            [this](AdminClient& client) {
              print_rows(client, "/audits", "audits",
                         {"region_name", "audits", "started_at", "ended_at", "calls", "looked_at", "found", "due_at"});
            });
    command(audits, "now", "Audit a pod now", "audit now RegionOne",
            [this](AdminClient& client) {
              const json::object audit{{"pod_id", client.pod_id(options_.pod)}};
              print_one(client.call("POST", "/audits", json::object{{"audit", audit}}), "audit");
            })
        ->add_option("pod", options_.pod, "Id or region")
        ->required();
  }

  void add_versions(CLI::App& policies) {
    add_id(command(policies, "history", "The last versions of a policy with their rules, the newest first",
                   "policy history POLICY_ID",
                   [this](AdminClient& client) {
                     print_rows(client, "/policies/" + options_.id + "/versions", "versions",
                                {"version", "created_at", "name", "description", "shared", "rules", "change_id"});
                   }),
           "Id of the policy");
    CLI::App* rollback = command(
        policies, "rollback", "Give a policy the content of an older version, as a new change",
        "policy rollback POLICY_ID 7", [this](AdminClient& client) {
          const json::object asked{{"version", options_.version}};
          print_one(client.call("POST", "/policies/" + options_.id + "/rollback", json::object{{"rollback", asked}}),
                    "version");
        });
    add_id(rollback, "Id of the policy");
    rollback->add_option("version", options_.version, "As `policy history` shows it")->required();
    CLI::App* on_drift =
        command(policies, "on-drift", "Say what is done when somebody changes a policy's copy by hand",
                "policy on-drift POLICY_ID report", [this](AdminClient& client) {
                  const json::object policy{{"on_drift", options_.on_drift}};
                  print_one(client.call("PUT", "/policies/" + options_.id, json::object{{"policy", policy}}), "policy");
                });
    add_id(on_drift, "Id of the policy");
    on_drift->add_option("answer", options_.on_drift, "enforce: put it right; report: only show it")
        ->required()
        ->check(CLI::IsMember({"enforce", "report"}));
  }

  void add_explain(CLI::App& app) {
    CLI::App* explain =
        command(app, "explain", "Which policy a port or network has in each pod, from where, and why not",
                "explain port PORT_ID", [this](AdminClient& client) {
                  Query query;
                  query.add(options_.type, options_.id);
                  explained(client.call("GET", "/explain" + query.text()));
                });
    explain->add_option("type", options_.type, "port or network")
        ->required()
        ->check(CLI::IsMember({"port", "network"}));
    add_id(explain, "Central id");
  }

  void explained(const json::value& answer) const {
    if (shape().of_one_object()) return print_one(answer, "explain");
    json::object told = answer.at("explain").as_object();
    json::array pods;
    for (const json::value& pod : told.at("pods").as_array()) pods.push_back(explained_pod(pod.as_object()));
    told.erase("pods");
    std::cout << shown_object(told, shape())
              << shown_list(pods, {"region_name", "local_id", "state", "jobs", "why"}, shape());
  }

  // The first words that there are: of the binding, of the copy, of an open job.
  static json::object explained_pod(const json::object& pod) {
    json::object row = pod;
    json::array jobs;
    json::value why = nullptr;
    const auto take_words = [&why](const json::value& from) {
      if (!why.is_null() || from.is_null()) return;
      if (const json::value& words = from.at("last_error"); !words.as_string().empty()) why = words;
    };
    take_words(pod.at("binding"));
    take_words(pod.at("copy"));
    for (const json::value& job : pod.at("jobs").as_array()) {
      take_words(job);
      jobs.push_back(json::value(json::value_to<std::string>(job.at("type")) + " " +
                                 json::value_to<std::string>(job.at("status"))));
    }
    row["jobs"] = jobs.empty() ? json::value(nullptr) : json::value(std::move(jobs));
    row["why"] = std::move(why);
    return row;
  }

  void print_rows(AdminClient& client, const std::string& path, const std::string& key,
                  const std::vector<std::string>& columns) const {
    std::cout << shown_list(client.all(path, key), columns, shape());
  }

  Options options_;
};

}  // namespace

void add_truth_commands(CLI::App& app, CLI::App& policies, int& exit_code) {
  static TruthCommands commands(app, policies, exit_code);
}

}  // namespace tricircle::app
