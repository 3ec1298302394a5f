#include "access/policy_file.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace tricircle::access {
namespace {

constexpr std::uintmax_t kLargestFile = 1 << 20;
constexpr std::size_t kLongestName = 255;

// Hears the file as a stream of events, so that nothing of it is kept but its rules.
class Listener : public YAML::EventHandler {
 public:
  explicit Listener(const std::string& file) : file_(file) {}

  std::vector<FileRule> rules;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark, "a second document begins");
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fail(mark, "anchors are not supported"); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { fail(mark, "anchors are not supported"); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (level_ == Level::file) return;  // nothing but comments
    if (level_ == Level::name) fail(mark, "a rule has no name");
    refuse(rules.back().where, "a rule is a text or a list of lists; \"\" allows all");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") fail(mark, "only texts are supported");
    switch (level_) {
      case Level::file:
        fail(mark, "the file is not a map from names to rules");
      case Level::name:
        name(mark, value);
        break;
      case Level::rule:
        rules.back().rule = value;
        level_ = Level::name;
        break;
      case Level::list:
        list().push_back({value});
        break;
      case Level::checks:
        list().back().push_back(value);
        break;
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    if (level_ == Level::rule) {
      rules.back().rule = RuleList();
      level_ = Level::list;
    } else if (level_ == Level::list) {
      list().emplace_back();
      level_ = Level::checks;
    } else {
      fail(mark, level_ == Level::file ? "the file is not a map from names to rules" : "no list may stand here");
    }
  }
  void OnSequenceEnd() override { level_ = level_ == Level::checks ? Level::list : Level::name; }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    if (level_ != Level::file) fail(mark, "no map may stand here");
    level_ = Level::name;
  }
  void OnMapEnd() override { level_ = Level::file; }

 private:
  enum class Level { file, name, rule, list, checks };

  void name(const YAML::Mark& mark, const std::string& value) {
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (value.empty() || value.size() > kLongestName || !plain)
      fail(mark, "a rule's name has 1 to 255 characters, none of them a space");
    const auto [before, fresh] = lines_.emplace(value, mark.line + 1);
    if (!fresh) fail(mark, "rule " + shown(value) + " stands in line " + std::to_string(before->second) + " already");
    rules.push_back({value, where(mark), {}});
    level_ = Level::rule;
  }

  RuleList& list() { return std::get<RuleList>(rules.back().rule); }
  std::string where(const YAML::Mark& mark) const { return file_ + ":" + std::to_string(mark.line + 1); }
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what) const { refuse(where(mark), what); }

  const std::string& file_;
  int documents_ = 0;
  Level level_ = Level::file;
  std::map<std::string, int> lines_;
};

}  // namespace

std::vector<FileRule> parse_policy_file(const std::string& text, const std::string& file) {
  if (text.size() > kLargestFile) refuse(file, "is larger than 1 MiB");
  Listener listener(file);
  // yaml-cpp takes a quoted text without its end, if a line ends there.
  std::istringstream stream(text.substr(0, text.find_last_not_of(" \r\n") + 1));
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(listener)) {
    }
  } catch (const YAML::Exception& error) {
    refuse(file + ":" + std::to_string(error.mark.line + 1), error.msg);
  }
  return std::move(listener.rules);
}

std::string read_policy_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) refuse(file.string(), error.message());
  if (size > kLargestFile) refuse(file.string(), "is larger than 1 MiB");
  std::ifstream stream(file, std::ios::binary);
  std::string text(size, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(size));
  if (!stream) refuse(file.string(), "cannot be read");
  return text;
}

}  // namespace tricircle::access
