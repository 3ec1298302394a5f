#include "base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace tricircle::base {

void configure_log(const LogOptions& options) {
  auto logger =
      options.file.empty() ? spdlog::stderr_logger_mt("tricircle") : spdlog::basic_logger_mt("tricircle", options.file);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(options.debug ? spdlog::level::debug : spdlog::level::info);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace tricircle::base
