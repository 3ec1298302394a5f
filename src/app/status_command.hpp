// `tricircle status`: one screen. Main thread.
#pragma once

namespace CLI {
class App;
}

namespace tricircle::app {

void add_status_command(CLI::App& app, int& exit_code);

}  // namespace tricircle::app
