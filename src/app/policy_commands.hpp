// Policies as an operator looks at them: list, show, drift. Main thread.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

void add_policy_commands(CLI::App& policies, int& exit_code);

}  // namespace tricircle::app
