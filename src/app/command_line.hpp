// What the operator's commands share: the centre's address, the shape of what is printed, exit codes. Objects live as
// long as the process, for CLI11's callbacks refer to them. Main thread.
#pragma once
#include "app/admin_client.hpp"
#include "app/table_printer.hpp"

#include <functional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace CLI {
class App;
}

namespace tricircle::app {

class CommandLine {
 protected:
  explicit CommandLine(int& exit_code) : exit_code_(exit_code) {}

  // A command of a group, or of the program itself, with --url, --os-cloud, --format and --column; one that only shows
  // (list, show, status, explain) has --watch too. What `work` throws as CommandFailed is told on standard error, and
  // its exit code becomes the program's.
  CLI::App* command(CLI::App& group, const std::string& name, const std::string& what, const std::string& example,
                    std::function<void(AdminClient&)> work);

  Look shape() const;
  void print_one(const boost::json::value& answer, const char* key) const;
  void print_all(const boost::json::value& answer, const char* key, const std::vector<std::string>& columns) const;

 private:
  void carry_out(const std::function<void(AdminClient&)>& work);
  void watch(const std::function<void(AdminClient&)>& work);

  int& exit_code_;
  ClientOptions client_;
  std::string format_ = "table";
  std::vector<std::string> columns_;
  double watch_ = 0;  // seconds; 0 = once
};

}  // namespace tricircle::app
