#include "app/run.hpp"

#include "agent/agent.hpp"
#include "app/roles.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <iostream>
#include <signal.h>
#include <sys/resource.h>

namespace tricircle::app {
namespace {

// Blocked before any thread is made, so that all inherit it and only wait_for_end() takes them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// A connection is kept to each of a thousand pods and more, and a shell gives 1,024 files where the system gives many.
void raise_open_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) base::log::warn("open_files_not_raised to={}", files.rlim_max);
}

// Before anything else of a role.
sigset_t begin_process() {
  raise_open_files();
  return block_signals();
}

void wait_for_end(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

bool signalled_within(const sigset_t& signals, base::Micros micros) {
  const timespec wait{micros / base::kSecond, micros % base::kSecond * 1000};
  return sigtimedwait(&signals, nullptr, &wait) > 0;
}

// A second signal cuts it short.
void drain(Centre& centre, const Settings& settings, const sigset_t& signals) {
  centre.drain(settings.drain, [&](base::Micros micros) { return signalled_within(signals, micros); });
}

void say_ready(const std::string& what) {
  std::cout << "ready " << what << '\n' << std::flush;
}

struct PodSpec {
  std::string region;
  std::string listen;
};

PodSpec parse_pod(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw base::Error(base::ErrorKind::unprocessable, "",
                      "--pod takes REGION=ADDR:PORT, as in RegionOne=127.0.0.1:9701; got " + text);
  }
  refuse_open_door(text.substr(equals + 1));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<PodSpec> parse_pods(const std::vector<std::string>& texts) {
  std::vector<PodSpec> specs;
  specs.reserve(texts.size());
  for (const std::string& text : texts) {
    PodSpec spec = parse_pod(text);
    // Its data lie under its name.
    if (std::ranges::find(specs, spec.region, &PodSpec::region) != specs.end())
      throw base::Error(base::ErrorKind::unprocessable, "", "--pod names " + spec.region + " twice");
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace

int run_up(const RunOptions& options) {
  const sigset_t signals = begin_process();
  const Settings settings = load_settings(options, Door::open);
  const std::vector<PodSpec> specs = parse_pods(options.pods);
  Ground ground;
  Centre centre(ground, settings);
  CentralApi api(ground, centre, settings.central, std::nullopt, settings.listening);
  const std::string url = settings.listening.url(api.port());
  std::vector<std::unique_ptr<LocalPod>> pods;
  pods.reserve(specs.size());
  for (const PodSpec& spec : specs) {
    pods.push_back(std::make_unique<LocalPod>(ground, settings.state / ("pod-" + spec.region), spec.region,
                                              settings.listening.also_at(spec.listen), url,
                                              settings.logins.usual.ca_file));
  }
  ground.runtime.start();
  centre.start(true);
  std::string where = "central=" + url;
  for (const auto& pod : pods) {
    pod->start();
    where += " " + pod->region() + "=" + pod->url();
  }
  say_ready(where);
  wait_for_end(signals);
  drain(centre, settings, signals);
  for (const auto& pod : pods) pod->stop();
  api.stop();
  centre.stop();
  ground.runtime.stop();
  return 0;
}

int run_central(const RunOptions& options) {
  const sigset_t signals = begin_process();
  const Settings settings = load_settings(options, Door::keystone);
  std::optional<TokenAuth> tokens;
  if (settings.keystone)
    tokens = TokenAuth{settings.logins.usual.credentials.auth_url, settings.logins.usual.credentials.ca_file,
                       settings.keystone_for_users, settings.token_cache_time};
  Ground ground;
  Centre centre(ground, settings);
  CentralApi api(ground, centre, settings.central, tokens, settings.listening);
  ground.runtime.start();
  centre.start(false);
  say_ready("central=" + settings.listening.url(api.port()));
  wait_for_end(signals);
  api.stop();
  centre.stop();
  ground.runtime.stop();
  return 0;
}

int run_xjob(const RunOptions& options) {
  const sigset_t signals = begin_process();
  const Settings settings = load_settings(options, Door::none);
  Ground ground;
  Centre centre(ground, settings);
  const auto side_door = SideDoor::open(ground, settings.metrics_listen, [&centre] { return centre.ready(); });
  ground.runtime.start();
  centre.start(true);
  say_ready("xjob state=" + settings.state.string() + (side_door ? " metrics=" + side_door->url() : ""));
  wait_for_end(signals);
  drain(centre, settings, signals);
  if (side_door) side_door->stop();
  centre.stop();
  ground.runtime.stop();
  return 0;
}

int run_local(const RunOptions& options) {
  const sigset_t signals = begin_process();
  const Settings settings = load_settings(options, Door::asks);
  Ground ground;
  LocalPod pod(ground, settings.state, options.region, settings.listening, options.central_url,
               settings.logins.usual.ca_file);
  ground.runtime.start();
  pod.start();
  say_ready(pod.region() + "=" + pod.url());
  wait_for_end(signals);
  pod.stop();
  ground.runtime.stop();
  return 0;
}

int run_agent(const RunOptions& options) {
  const sigset_t signals = begin_process();
  const AgentSettings settings = load_agent_settings(options);
  Ground ground;
  agent::Agent agent(ground.runtime, ground.client, ground.clock, settings.logins, settings.agent);
  const auto side_door = SideDoor::open(ground, settings.metrics_listen, [] { return true; });
  ground.runtime.start();
  agent.start();
  say_ready("agent region=" + options.region + (settings.agent.broker ? " hears=notifications" : " hears=polling") +
            (side_door ? " metrics=" + side_door->url() : ""));
  wait_for_end(signals);
  if (side_door) side_door->stop();
  agent.stop();
  ground.runtime.stop();
  return 0;
}

}  // namespace tricircle::app
