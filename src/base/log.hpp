// One line an event on standard error or in a file: `event_name key=value ...`, through spdlog. Any thread.
// Levels: error = we answered 5xx or lost work; warning = something outside failed and is tried again; info = life of
// the process; debug = each request and each call to a pod. Never a token or a password.
#pragma once
#include <string>

#include <spdlog/spdlog.h>

namespace tricircle::base {

struct LogOptions {
  std::string file;  // empty = standard error
  bool debug = false;
  bool json = false;  // each line an object, instead of key=value
};
void configure_log(const LogOptions&);

namespace log {
using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;
}  // namespace log

}  // namespace tricircle::base
