#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace tricircle::app {

CLI::App* CommandLine::command(CLI::App& group, const std::string& name, const std::string& what,
                               const std::string& example, std::function<void(AdminClient&)> work) {
  group.require_subcommand(1);
  CLI::App* sub = group.add_subcommand(name, what);
  sub->add_option("--url", url_, "The centre")->envname("TRICIRCLE_URL")->capture_default_str();
  sub->add_option("-f,--format", format_, "table or json")->check(CLI::IsMember({"table", "json"}));
  sub->footer("Example: tricircle " + example);
  sub->callback([this, work = std::move(work)] {
    try {
      AdminClient client(url_);
      work(client);
    } catch (const CommandFailed& failed) {
      std::cerr << failed.what() << '\n';
      exit_code_ = failed.exit_code;
    }
  });
  return sub;
}

void CommandLine::print_one(const boost::json::value& answer, const char* key) const {
  std::cout << shown_object(answer.at(key).as_object(), shape());
}

void CommandLine::print_all(const boost::json::value& answer, const char* key,
                            const std::vector<std::string>& columns) const {
  std::cout << shown_list(answer.at(key).as_array(), columns, shape());
}

}  // namespace tricircle::app
