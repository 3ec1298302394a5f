// Words about single networks and ports in regions: which one is which, and which are to be made there. Main thread.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

// `networks`: the group "network". Adds the group "port" to `app`.
void add_place_commands(CLI::App& app, CLI::App& networks, int& exit_code);

}  // namespace tricircle::app
