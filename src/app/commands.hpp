// The operator's commands: pod, routing, job over the Admin API, db on the store itself. Tables for people, -f json for
// programs; exit codes 0 done, 1 refused, 2 wrong usage, 3 no answer. Called from main only.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

void add_operator_commands(CLI::App& app, int& exit_code);

}  // namespace tricircle::app
