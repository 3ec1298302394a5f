#include "base/ids.hpp"
#include "measures.hpp"
#include "queue.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace tricircle::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPods = 10;
constexpr auto kLongestWait = std::chrono::seconds(10);

struct Sample {
  std::string object = base::new_uuid();
  Clock::time_point committed;
  Clock::time_point begun;  // of the io thread, until the worker has stopped
};

double milliseconds(const Sample& sample) {
  // A poll may have found the job before its writer was told of the COMMIT.
  const std::chrono::duration<double, std::milli> wait = sample.begun - sample.committed;
  return std::max(wait.count(), 0.0);
}

Starts summary(const std::string& what, const std::vector<Sample>& samples) {
  std::vector<double> waits;
  for (const Sample& sample : samples) waits.push_back(milliseconds(sample));
  std::ranges::sort(waits);
  return {what, waits[waits.size() / 2], waits[waits.size() * 99 / 100], waits.back()};
}

}  // namespace

Starts starts(const std::string& what, const Store& place, int rate, int seconds) {
  std::vector<Sample> samples(static_cast<std::size_t>(rate * seconds));
  std::unordered_map<std::string, Sample*> by_object;
  for (Sample& sample : samples) by_object.emplace(sample.object, &sample);
  Node node(place, {}, [&](const engine::Lane& lane) {
    const auto found = by_object.find(lane.key.object_id);
    if (found != by_object.end()) found->second->begun = Clock::now();
  });
  node.start();
  const auto begun = Clock::now();
  const auto pause = std::chrono::microseconds(1'000'000 / rate);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::this_thread::sleep_until(begun + static_cast<std::int64_t>(i) * pause);
    const std::string pod = "living pod " + std::to_string(i % kPods);
    node.store().write([&](storage::Connection& db) { add(db, pod, samples[i].object); });
    samples[i].committed = Clock::now();
    node.hint();
  }
  const auto until = Clock::now() + kLongestWait;
  while (node.done() < static_cast<std::int64_t>(samples.size())) {
    if (Clock::now() > until) throw std::runtime_error(what + ": jobs are waiting still");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  node.stop();
  return summary(what, samples);
}

double sync_ms(const std::filesystem::path& folder) {
  const int file = ::open((folder / "sync").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot write in " + folder.string());
  const std::array<char, 4096> page{};
  std::vector<double> times;
  for (int i = 0; i < 51; ++i) {
    const auto begun = Clock::now();
    if (::pwrite(file, page.data(), page.size(), 0) < 0 || ::fdatasync(file) != 0)
      throw std::runtime_error("cannot write in " + folder.string());
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
  }
  ::close(file);
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace tricircle::bench
