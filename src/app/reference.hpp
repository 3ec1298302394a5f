// The commands as the command line itself knows them, for the manual, man and the shell: none of them can tell of a
// command that there is not. Main thread.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace tricircle::app {

std::string command_reference(const CLI::App& program);  // Markdown
std::string man_page(const CLI::App& program);           // troff, section 1
std::string bash_completion(const CLI::App& program);

// The three as commands of the program.
void add_reference_commands(CLI::App& program);

}  // namespace tricircle::app
