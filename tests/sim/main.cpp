// tricircle_sim: plays stories by seed. Exit code 1 when one goes wrong; then it is shortened and told.
#include "play.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include <spdlog/spdlog.h>
#include <sqlite3.h>

namespace {

using namespace tricircle::sim;

void add(Outcome& all, const Outcome& one) {
  all.edits += one.edits;
  all.refusals += one.refusals;
  all.calls += one.calls;
  all.spoiled += one.spoiled;
  all.retried += one.retried;
  all.kills += one.kills;
  all.drifts += one.drifts;
  all.removed += one.removed;
  all.restores += one.restores;
}

void tell(const Story& story, bool shorten) {
  const Story told_story = shorten ? shortened(story) : story;
  spdlog::set_level(spdlog::level::info);
  std::cout << "\nIt goes wrong like this:\n" << told(told_story) << "What happens:\n";
  const Outcome outcome = play(told_story, true);
  for (const std::string& violation : outcome.violations) std::cout << "VIOLATED: " << violation << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Plays made-up stories of a cloud, with faults, kills and races, and checks what must always hold."};
  std::uint64_t first = 1;
  std::uint64_t count = 1;
  bool told_whole = false;
  bool no_shortening = false;
  app.add_option("--first", first, "First seed")->capture_default_str();
  app.add_option("--count", count, "How many seeds")->capture_default_str();
  app.add_flag("--tell", told_whole, "Tell the first story event by event");
  app.add_flag("--as-it-is", no_shortening, "Do not shorten a story that goes wrong");
  bool brief = false;
  app.add_flag("--brief", brief, "One line, also for a story that goes wrong");
  app.footer("Example: tricircle_sim --first 17 --tell");
  CLI11_PARSE(app, argc, argv);
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);  // no locks
  spdlog::set_level(told_whole ? spdlog::level::info : spdlog::level::off);

  if (told_whole) {
    const Story story = make_story(first);
    std::cout << told(story);
    const Outcome outcome = play(story, true);
    for (const std::string& violation : outcome.violations) std::cout << "VIOLATED: " << violation << '\n';
    return outcome.violations.empty() ? 0 : 1;
  }
  Outcome all;
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Story story = make_story(seed);
    const Outcome outcome = play(story);
    add(all, outcome);
    if (outcome.violations.empty()) continue;
    std::cout << "seed " << seed << " goes wrong: " << outcome.violations.front() << std::endl;
    if (!brief) tell(story, !no_shortening);
    return 1;
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
  std::cout << count << " stories from seed " << first << " went well in " << spent.count() << " s: " << all.edits
            << " edits accepted, " << all.refusals << " refused, " << all.calls << " calls to pods, " << all.spoiled
            << " spoiled, " << all.kills << " kills, " << all.retried << " transactions met another, " << all.drifts
            << " drifts found, " << all.removed << " unused copies removed, " << all.restores << " restores\n";
  return 0;
}
