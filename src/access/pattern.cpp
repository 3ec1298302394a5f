#include "access/pattern.hpp"

namespace tricircle::access {

std::optional<Pattern> Pattern::parsed(std::string_view text) {
  Pattern pattern;
  const auto add = [&pattern](Atom atom, char character) {
    pattern.atoms_.push_back(static_cast<char>(atom));
    pattern.characters_.push_back(character);
  };
  bool whole = false;
  if (text.starts_with('^')) text.remove_prefix(1);
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '$' && text.empty()) {
      whole = true;
    } else if (c == '.' && text.starts_with('*')) {
      add(Atom::many, 0);
      text.remove_prefix(1);
    } else if (c == '.') {
      add(Atom::any, 0);
    } else if (c == '\\' && !text.empty()) {
      add(Atom::character, text.front());
      text.remove_prefix(1);
    } else if (std::string_view("\\^$*+?()[]{}|").find(c) != std::string_view::npos) {
      return std::nullopt;
    } else {
      add(Atom::character, c);
    }
  }
  if (!whole) add(Atom::many, 0);
  return pattern;
}

// Only the last `.*` passed can ever have to take one character more: those before it have found their place.
bool Pattern::matches(std::string_view value) const {
  std::size_t at = 0;
  std::size_t seen = 0;
  std::size_t star = std::string::npos;
  std::size_t star_seen = 0;
  while (seen < value.size()) {
    const Atom atom = at < atoms_.size() ? static_cast<Atom>(atoms_[at]) : Atom::character;
    if (at < atoms_.size() && atom == Atom::many) {
      star = at++;
      star_seen = seen;
    } else if (at < atoms_.size() && (atom == Atom::any || characters_[at] == value[seen])) {
      ++at;
      ++seen;
    } else if (star != std::string::npos) {
      at = star + 1;
      seen = ++star_seen;
    } else {
      return false;
    }
  }
  while (at < atoms_.size() && static_cast<Atom>(atoms_[at]) == Atom::many) ++at;
  return at == atoms_.size();
}

}  // namespace tricircle::access
