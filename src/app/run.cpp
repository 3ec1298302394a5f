#include "app/run.hpp"

#include "app/roles.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <iostream>
#include <signal.h>

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

void wait_for_end(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

void say_ready(const std::string& what) {
  std::cout << "ready " << what << std::endl;
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
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string url_of(const std::string& listen, std::uint16_t port) {
  return "http://" + listen.substr(0, listen.rfind(':')) + ":" + std::to_string(port);
}

}  // namespace

int run_up(const RunOptions& options) {
  const sigset_t signals = block_signals();
  const Settings settings = load_settings(options, /*auth_wanted=*/false);
  Ground ground;
  Centre centre(ground, settings.state, settings.connection, settings.credentials, settings.engine);
  CentralApi api(ground, centre, settings.central, settings.listen);
  const std::string url = url_of(settings.listen, api.port());
  std::vector<std::unique_ptr<LocalPod>> pods;
  for (const std::string& text : options.pods) {
    const PodSpec spec = parse_pod(text);
    pods.push_back(
        std::make_unique<LocalPod>(ground, settings.state / ("pod-" + spec.region), spec.region, spec.listen, url));
  }
  ground.runtime.start();
  centre.start(true);
  std::string where = "central=" + url;
  for (const auto& pod : pods) {
    pod->start();
    where += " " + pod->region() + "=127.0.0.1:" + std::to_string(pod->port());
  }
  say_ready(where);
  wait_for_end(signals);
  for (const auto& pod : pods) pod->stop();
  api.stop();
  centre.stop();
  ground.runtime.stop();
  return 0;
}

int run_central(const RunOptions& options) {
  const sigset_t signals = block_signals();
  const Settings settings = load_settings(options, /*auth_wanted=*/true);
  Ground ground;
  Centre centre(ground, settings.state, settings.connection, settings.credentials, settings.engine);
  CentralApi api(ground, centre, settings.central, settings.listen);
  ground.runtime.start();
  centre.start(false);
  say_ready("central=" + url_of(settings.listen, api.port()));
  wait_for_end(signals);
  api.stop();
  centre.stop();
  ground.runtime.stop();
  return 0;
}

int run_xjob(const RunOptions& options) {
  const sigset_t signals = block_signals();
  const Settings settings = load_settings(options, /*auth_wanted=*/false);
  Ground ground;
  Centre centre(ground, settings.state, settings.connection, settings.credentials, settings.engine);
  ground.runtime.start();
  centre.start(true);
  say_ready("xjob state=" + settings.state.string());
  wait_for_end(signals);
  centre.stop();
  ground.runtime.stop();
  return 0;
}

int run_local(const RunOptions& options) {
  const sigset_t signals = block_signals();
  const Settings settings = load_settings(options, /*auth_wanted=*/false);
  Ground ground;
  LocalPod pod(ground, settings.state, options.region, settings.listen, options.central_url);
  ground.runtime.start();
  pod.start();
  say_ready(options.region + "=" + url_of(settings.listen, pod.port()));
  wait_for_end(signals);
  pod.stop();
  ground.runtime.stop();
  return 0;
}

}  // namespace tricircle::app
