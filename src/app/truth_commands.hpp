// The commands that tell what pods have, what is on its way, and what somebody has changed there. Main thread.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

// `policies`: the group `policy`, which is there already. `exit_code` outlives the parsing.
void add_truth_commands(CLI::App& app, CLI::App& policies, int& exit_code);

}  // namespace tricircle::app
