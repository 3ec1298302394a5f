// What the roles' command lines say, and running them until SIGTERM or SIGINT. Called from main; throws base::Error and
// std::filesystem::filesystem_error when a role cannot start.
#pragma once
#include <string>
#include <vector>

namespace tricircle::app {

struct RunOptions {
  std::string state = "./state";
  std::string config;
  std::string listen;   // empty = what the configuration says
  std::string metrics;  // xjob, agent: likewise
  bool no_auth = false;
  std::vector<std::string> pods;  // up: REGION=ADDR:PORT
  std::string region;             // local, agent
  std::string central_url;        // local, agent
};

// Each prints one line that starts with "ready" when it serves, and returns the exit code.
int run_up(const RunOptions&);
int run_central(const RunOptions&);
int run_xjob(const RunOptions&);
int run_local(const RunOptions&);
int run_agent(const RunOptions&);

}  // namespace tricircle::app
