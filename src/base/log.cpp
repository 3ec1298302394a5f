#include "base/log.hpp"

#include "base/aside.hpp"
#include "base/log_line.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace tricircle::base {
namespace {

// %* in a pattern: the message, made harmless, and as JSON where that is asked for.
class Message final : public spdlog::custom_flag_formatter {
 public:
  explicit Message(bool json) : json_(json) {}

  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string line = harmless({message.payload.data(), message.payload.size()});
    const std::string written = json_ ? json_members(line) : line;
    out.append(written.data(), written.data() + written.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Message>(json_); }

 private:
  bool json_;
};

// Hands on what was not said aside.
class Heard final : public spdlog::sinks::sink {
 public:
  explicit Heard(spdlog::sink_ptr to) : to_(std::move(to)) {}

  void log(const spdlog::details::log_msg& message) override {
    if (!Aside::here()) to_->log(message);
  }
  void flush() override { to_->flush(); }
  void set_pattern(const std::string& pattern) override { to_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    to_->set_formatter(std::move(formatter));
  }

 private:
  spdlog::sink_ptr to_;
};

spdlog::sink_ptr written_to(const std::string& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
}

}  // namespace

void configure_log(const LogOptions& options) {
  auto logger = std::make_shared<spdlog::logger>("tricircle", std::make_shared<Heard>(written_to(options.file)));
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<Message>('*', options.json);
  formatter->set_pattern(options.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%*})"
                                      : "%Y-%m-%dT%H:%M:%S.%fZ %l %*");
  logger->set_formatter(std::move(formatter));
  logger->set_level(options.debug ? spdlog::level::debug : spdlog::level::info);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace tricircle::base
