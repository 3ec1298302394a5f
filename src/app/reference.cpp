#include "app/reference.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <vector>

namespace tricircle::app {
namespace {

using Apps = std::vector<const CLI::App*>;

Apps parts_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_name() != "--help"; });
}

// Each command that does something, with its words: "pod list".
void each_command(const CLI::App& app, const std::string& words,
                  const std::function<void(const CLI::App&, const std::string&)>& tell) {
  const Apps parts = parts_of(app);
  for (const CLI::App* part : parts) {
    const std::string name = words.empty() ? part->get_name() : words + " " + part->get_name();
    if (parts_of(*part).empty()) {
      tell(*part, name);
    } else {
      each_command(*part, name, tell);
    }
  }
}

std::string names_of(const CLI::Option& option) {
  std::string names = option.get_positional() ? option.get_name(true, false) : option.get_name(false, true);
  for (std::size_t comma = names.find(','); comma != std::string::npos; comma = names.find(',', comma + 2))
    names.replace(comma, 1, ", ");
  return names;
}

bool is_flag(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

// What is said of an option beside its words.
std::string more_of(const CLI::Option& option) {
  std::string more;
  const auto add = [&more](const std::string& text) { more += (more.empty() ? "" : "; ") + text; };
  if (option.get_required()) add("required");
  if (!option.get_default_str().empty()) add("default " + option.get_default_str());
  if (!option.get_envname().empty()) add("or " + option.get_envname());
  return more.empty() ? "" : " (" + more + ")";
}

std::string usage_of(const CLI::App& command, const std::string& words) {
  std::string usage = "tricircle " + words;
  const auto options = options_of(command);
  for (const CLI::Option* option : options) {
    if (option->get_positional())
      usage += (option->get_required() ? " " : " [") + option->get_name(true, false) +
               (option->get_items_expected_max() > 1 ? "..." : "") + (option->get_required() ? "" : "]");
  }
  return usage + " [options]";
}

std::string example_of(const CLI::App& command) {
  constexpr std::string_view kExample = "Example: ";
  const std::string footer = command.get_footer();
  return footer.starts_with(kExample) ? footer.substr(kExample.size()) : "";
}

std::string one_line(std::string text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n' || (c == ' ' && line.ends_with(' '))) {
      if (c == '\n' && !line.ends_with(' ')) line += ' ';
      continue;
    }
    if (c == '|') line += '\\';
    line += c;
  }
  return line;
}

// A line that begins with a full stop or a quote would be a request.
std::string troff(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (safe.empty() || safe.ends_with('\n'))) safe += "\\&";
      safe += c;
    }
  }
  return safe;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The words that may come after these.
std::string next_words(const CLI::App& app) {
  std::vector<std::string> words;
  const Apps parts = parts_of(app);
  for (const CLI::App* part : parts) words.push_back(part->get_name());
  const auto options = options_of(app);
  for (const CLI::Option* option : options) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  words.emplace_back("--help");
  return joined(words);
}

void add_cases(const CLI::App& app, const std::string& words, std::string& text) {
  text += "    \"" + words + "\") words=\"" + next_words(app) + "\" ;;\n";
  const Apps parts = parts_of(app);
  for (const CLI::App* part : parts)
    add_cases(*part, words.empty() ? part->get_name() : words + " " + part->get_name(), text);
}

}  // namespace

std::string command_reference(const CLI::App& program) {
  std::string text;
  each_command(program, "", [&text](const CLI::App& command, const std::string& words) {
    text += "## tricircle " + words + "\n\n" + one_line(command.get_description()) + ".\n\n    " +
            usage_of(command, words) + "\n\n";
    const auto options = options_of(command);
    if (!options.empty()) text += "| option | |\n|---|---|\n";
    for (const CLI::Option* option : options)
      text += "| `" + names_of(*option) + "` | " + one_line(option->get_description()) + more_of(*option) + " |\n";
    if (!options.empty()) text += "\n";
    if (const std::string example = example_of(command); !example.empty()) text += "Example: `" + example + "`\n\n";
  });
  text.pop_back();
  return text;
}

std::string man_page(const CLI::App& program) {
  std::string text =
      ".TH TRICIRCLE 1\n.SH NAME\ntricircle \\- one QoS policy, kept true in every region of an OpenStack "
      "cloud\n.SH SYNOPSIS\n.B tricircle\n.I command\n[options]\n.SH COMMANDS\n";
  each_command(program, "", [&text](const CLI::App& command, const std::string& words) {
    text += ".SS " + troff(usage_of(command, words)) + "\n" + troff(command.get_description()) + ".\n";
    const auto options = options_of(command);
    for (const CLI::Option* option : options)
      text += ".TP\n.B " + troff(names_of(*option)) +
              (is_flag(*option) || option->get_positional() ? "" : " \\fIVALUE\\fR") + "\n" +
              troff(option->get_description() + more_of(*option)) + "\n";
    if (const std::string example = example_of(command); !example.empty())
      text += ".PP\nExample:\n.B " + troff(example) + "\n";
  });
  return text +
         ".SH EXIT STATUS\n0 done; 1 refused; 2 wrong usage; 3 nobody answers; 4 done, and something is not as it "
         "should "
         "be; 5 not in time.\n.SH ENVIRONMENT\nTRICIRCLE_URL, OS_CLOUD, and the OS_* variables of the openstack "
         "client; "
         "clouds.yaml where that looks for it.\n.SH FILES\n/etc/tricircle/tricircle.conf\n";
}

std::string bash_completion(const CLI::App& program) {
  std::string cases;
  add_cases(program, "", cases);
  return "# Completion of tricircle's commands for bash; made by `tricircle completion`.\n"
         "_tricircle() {\n"
         "  local word words= at said=\n"
         "  for ((at = 1; at < COMP_CWORD; ++at)); do\n"
         "    word=${COMP_WORDS[at]}\n"
         "    [[ $word == -* ]] && break\n"
         "    said+=${said:+ }$word\n"
         "  done\n"
         "  while :; do\n"
         "    case $said in\n" +
         cases +
         "    esac\n"
         "    [[ -n $words || $said != *' '* ]] && break\n"
         "    said=${said% *}  # an argument of the command\n"
         "  done\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _tricircle tricircle\n";
}

void add_reference_commands(CLI::App& program) {
  const auto add = [&program](const char* name, const char* what, std::string (*made)(const CLI::App&)) {
    program.add_subcommand(name, what)->callback([&program, made] { std::cout << made(program); });
  };
  add("command-reference", "Print every command with its options, for the manual", command_reference);
  add("man-page", "Print the page for man(1)", man_page);
  add("completion", "Print the completion for bash", bash_completion);
}

}  // namespace tricircle::app
