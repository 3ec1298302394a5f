// The commands that take over what a region had before the centre came. Main thread.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

// `pods` and `policies`: the groups of these names, which are there already. `exit_code` outlives the parsing.
void add_import_commands(CLI::App& app, CLI::App& pods, CLI::App& policies, int& exit_code);

}  // namespace tricircle::app
