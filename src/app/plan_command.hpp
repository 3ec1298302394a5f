// What an edit would do, and doing it: policy plan, policy apply. Main thread.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

void add_plan_commands(CLI::App& policies, int& exit_code);

}  // namespace tricircle::app
