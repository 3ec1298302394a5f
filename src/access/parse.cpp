#include "access/parse.hpp"

#include "access/parse_check.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace tricircle::access {
namespace {

constexpr std::size_t kLongestShown = 80;

struct Token {
  enum class Kind { open, close, logical_and, logical_or, logical_not, check, end };
  Kind kind = Kind::end;
  std::string_view text;
};

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

// Words between spaces. Parentheses are tokens only at a word's beginning and end: %(project_id)s has some within.
void add_tokens(std::string_view word, std::vector<Token>& tokens) {
  while (word.starts_with('(')) {
    tokens.push_back({Token::Kind::open, word.substr(0, 1)});
    word.remove_prefix(1);
  }
  const std::size_t end = word.find_last_not_of(')') + 1;  // npos + 1 = 0
  const std::string_view clean = word.substr(0, end);
  if (same_word(clean, "and")) {
    tokens.push_back({Token::Kind::logical_and, clean});
  } else if (same_word(clean, "or")) {
    tokens.push_back({Token::Kind::logical_or, clean});
  } else if (same_word(clean, "not")) {
    tokens.push_back({Token::Kind::logical_not, clean});
  } else if (!clean.empty()) {
    tokens.push_back({Token::Kind::check, clean});
  }
  for (std::size_t at = end; at < word.size(); ++at) tokens.push_back({Token::Kind::close, word.substr(at, 1)});
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  while (!text.empty()) {
    const auto start = std::find_if_not(text.begin(), text.end(), is_space);
    const auto end = std::find_if(start, text.end(), is_space);
    if (start != end) add_tokens({start, end}, tokens);
    text = {end, text.end()};
  }
  tokens.push_back({});
  return tokens;
}

// `not` binds closest, then `and`, then `or`.
class Parser {
 public:
  Parser(std::string_view text, const std::string& where) : where_(where), tokens_(tokens_of(text)) {}

  Check whole() {
    Check check = either(0);
    if (peek() == Token::Kind::close) refuse(where_, "a ) closes nothing");
    if (peek() != Token::Kind::end) refuse(where_, "and, or is missing before " + shown(tokens_[at_].text));
    return check;
  }

 private:
  Check either(int depth) {
    return joined(depth, Token::Kind::logical_or, Check::Kind::any_of, [this](int level) {
      return joined(level, Token::Kind::logical_and, Check::Kind::all_of, [this](int deeper) { return one(deeper); });
    });
  }

  template <typename Next>
  Check joined(int depth, Token::Kind word, Check::Kind kind, const Next& next) {
    Check first = next(depth);
    if (peek() != word) return first;
    Check all{.kind = kind};
    all.parts.push_back(std::move(first));
    while (peek() == word) {
      ++at_;
      all.parts.push_back(next(depth));
    }
    return all;
  }

  Check one(int depth) {
    if (depth > kDeepest) refuse(where_, "the rule is nested more than " + std::to_string(kDeepest) + " levels deep");
    const Token& token = tokens_[at_];
    switch (token.kind) {
      case Token::Kind::check:
        ++at_;
        return parse_check(token.text, where_);
      case Token::Kind::logical_not: {
        ++at_;
        Check negated{.kind = Check::Kind::none_of};
        negated.parts.push_back(one(depth + 1));
        return negated;
      }
      case Token::Kind::open: {
        ++at_;
        Check inner = either(depth + 1);
        if (peek() != Token::Kind::close) refuse(where_, "a ( is not closed");
        ++at_;
        return inner;
      }
      case Token::Kind::end:
        refuse(where_, "the rule ends where a check must stand");
      case Token::Kind::close:
      case Token::Kind::logical_and:
      case Token::Kind::logical_or:
        break;
    }
    refuse(where_, "a check must stand before " + shown(token.text));
  }

  Token::Kind peek() const { return tokens_[at_].kind; }

  const std::string& where_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

Check parse_text(std::string_view text, const std::string& where) {
  if (text.empty()) return {.kind = Check::Kind::always};
  return Parser(text, where).whole();
}

Check parse_list(const RuleList& list, const std::string& where) {
  if (list.empty()) return {.kind = Check::Kind::always};
  Check either{.kind = Check::Kind::any_of};
  for (const std::vector<std::string>& checks : list) {
    if (checks.empty()) continue;
    Check all{.kind = Check::Kind::all_of};
    for (const std::string& check : checks) all.parts.push_back(parse_check(check, where));
    either.parts.push_back(std::move(all));
  }
  return either;
}

std::string text_of(const RuleList& list) {
  std::string text;
  for (const std::vector<std::string>& checks : list) {
    if (checks.empty()) continue;
    if (!text.empty()) text += " or ";
    for (std::size_t i = 0; i < checks.size(); ++i) text += (i == 0 ? "" : " and ") + checks[i];
  }
  return text.empty() && !list.empty() ? "!" : text;
}

std::string shown(std::string_view text) {
  std::string safe(text.substr(0, kLongestShown));
  std::replace_if(safe.begin(), safe.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return '"' + safe + (text.size() > kLongestShown ? "...\"" : "\"");
}

void refuse(const std::string& where, const std::string& what) {
  throw base::Error(base::ErrorKind::unprocessable, "", where + ": " + what);
}

}  // namespace tricircle::access
