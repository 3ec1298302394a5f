#include "app/command_line.hpp"

#include "base/clock.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace tricircle::app {
namespace {

constexpr std::string_view kOnlyShow[] = {"list", "show", "status", "explain", "drift", "history"};
constexpr char kClear[] = "\033[H\033[2J";

// What is printed while it stands.
class Printed {
 public:
  Printed() : real_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cout.rdbuf(real_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* real_;
};

}  // namespace

CLI::App* CommandLine::command(CLI::App& group, const std::string& name, const std::string& what,
                               const std::string& example, std::function<void(AdminClient&)> work) {
  group.require_subcommand(1);
  CLI::App* sub = group.add_subcommand(name, what);
  sub->add_option("--url", client_.url, "The centre; else Keystone's catalogue tells, else http://127.0.0.1:9696")
      ->envname("TRICIRCLE_URL");
  sub->add_option("--os-cloud", client_.cloud, "Of clouds.yaml; OS_* variables go over what it says")
      ->envname("OS_CLOUD");
  sub->add_option("-f,--format", format_, "table, json or value")
      ->check(CLI::IsMember({"table", "json", "value"}))
      ->capture_default_str();
  sub->add_option("-c,--column", columns_, "Show this column; may be repeated")->expected(1)->take_all();
  if (std::ranges::find(kOnlyShow, std::string_view(name)) != std::end(kOnlyShow))
    sub->add_option("--watch", watch_, "Show it again every so many seconds, until Ctrl-C")
        ->check(CLI::Range(0.2, 3'600.0));
  sub->footer("Example: tricircle " + example);
  sub->callback([this, work = std::move(work)] {
    if (watch_ > 0) return watch(work);
    carry_out(work);
  });
  return sub;
}

void CommandLine::carry_out(const std::function<void(AdminClient&)>& work) {
  try {
    AdminClient client(client_);
    work(client);
  } catch (const CommandFailed& failed) {
    std::cerr << failed.what() << '\n';
    exit_code_ = failed.exit_code;
  }
}

// A centre that does not answer now may do so next time.
void CommandLine::watch(const std::function<void(AdminClient&)>& work) {
  const auto pause = std::chrono::duration<double>(watch_);
  for (;; std::this_thread::sleep_for(pause)) {
    std::string text;
    {
      const Printed printed;
      carry_out(work);
      text = printed.text();
    }
    if (isatty(STDOUT_FILENO) != 0) std::cout << kClear;
    std::cout << base::iso_time(base::SystemClock().now()) << '\n' << text << std::flush;
  }
}

Look CommandLine::shape() const {
  const Format format = format_ == "json" ? Format::json : format_ == "value" ? Format::value : Format::table;
  return {format, columns_};
}

void CommandLine::print_one(const boost::json::value& answer, const char* key) const {
  std::cout << shown_object(answer.at(key).as_object(), shape());
}

void CommandLine::print_all(const boost::json::value& answer, const char* key,
                            const std::vector<std::string>& columns) const {
  std::cout << shown_list(answer.at(key).as_array(), columns, shape());
}

}  // namespace tricircle::app
